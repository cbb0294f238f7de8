//! What a project keeps out of autogenerate on purpose: `include_object`, `include_name`.
//!
//! They are asked as Alembic asks them (`alembic/autogenerate/compare`, 1.18): `include_name` about
//! what the database holds, `include_object` about what either side has, and about the models'
//! object where both have one. What they answer with is not known counts as left out: Alembic may
//! not look at it.

use std::{
    cell::RefCell,
    collections::{HashMap, HashSet},
    rc::Rc,
};

use super::{
    super::{
        machine::Machine,
        reflect::REFLECTED,
        value::{Call, Callee, Class, Function, Scope, Value},
    },
    classes, modules, tables,
};
use crate::{
    ir::{ConstraintKind, Name},
    model::{Models, Part},
    schema::{Schema, Table, clip},
    source::Span,
};

/// What models say of tables, and of columns by their names.
pub(super) type Infos = HashMap<(Name, Option<String>), Told>;

pub(super) struct Told {
    pub(super) info: Option<Value>,
    pub(super) ty: Option<Value>,
}

/// As both functions name what they are asked about.
const TABLE: &str = "table";
const COLUMN: &str = "column";
const INDEX: &str = "index";
const UNIQUE: &str = "unique_constraint";
const FOREIGN_KEY: &str = "foreign_key_constraint";

/// Asks env.py's functions for what the models and the database have.
pub(super) fn apply(
    machine: &mut Machine<'_, '_>,
    env: &Rc<Scope>,
    infos: &Infos,
    replayed: &Schema,
    models: &mut Models,
) {
    // The project does not want it compared; without the word, Alembic does (1.12 on).
    let types = modules::configured(machine, env, "compare_type");
    models.says.types = types.is_none_or(|value| value.truth() != Some(false));
    let mut given = |name| modules::configured(machine, env, name).filter(|v| !v.is_none());
    let (object, name) = (given("include_object"), given("include_name"));
    if object.is_none() && name.is_none() {
        return;
    }
    let unread = [&object, &name].into_iter().flatten().any(|f| function(f).is_none());
    if unread {
        let note = "`include_object` or `include_name` of env.py is no function that can be read: tables that only the migrations make are not told";
        models.notes.push(note.to_owned());
        models.says.all_tables = false;
    }
    let declared = models.schema(replayed.database());
    let tables = declared.tables().map(|table| {
        (Value::str(&table.name.to_string()), Value::unknown("it is a table of the models"))
    });
    machine.compared = Some(Value::Dict(Rc::new(RefCell::new(tables.collect()))));
    let mut asker = Asker {
        machine,
        place: Span::top(env.module.file),
        object: object.as_ref().and_then(function),
        name: name.as_ref().and_then(function),
        infos,
        cares: HashMap::new(),
        unknown: 0,
    };
    asker.compare(&declared, replayed, models);
    let unknown = asker.unknown;
    machine.compared = None;
    if unknown > 0 {
        models.notes.push(format!(
            "what `include_object` and `include_name` of env.py answer is not known in {unknown} cases: what they are asked about is not compared"
        ));
    }
}

fn function(value: &Value) -> Option<Rc<Function>> {
    if let Value::Function(function) = value { Some(Rc::clone(function)) } else { None }
}

/// What is asked about.
struct Object<'a> {
    table: &'a Name,
    kind: &'static str,
    name: Option<&'a str>,
    /// The database has it, and what is asked about is the database's.
    reflected: bool,
    /// Both have it.
    both: bool,
}

struct Asker<'a, 'm, 's> {
    machine: &'a mut Machine<'m, 's>,
    place: Span,
    object: Option<Rc<Function>>,
    name: Option<Rc<Function>>,
    infos: &'a Infos,
    /// By kind: whether any answer may be no.
    cares: HashMap<&'static str, bool>,
    /// Answers that are not known.
    unknown: usize,
}

impl Asker<'_, '_, '_> {
    fn compare(&mut self, declared: &Schema, replayed: &Schema, models: &mut Models) {
        let mut made: HashSet<Name> = HashSet::new();
        for table in declared.tables() {
            let found = replayed.table(&table.name).found();
            made.extend(found.map(|found| found.name.clone()));
            let object = Object {
                table: &table.name,
                kind: TABLE,
                name: Some(&table.name.name),
                reflected: false,
                both: found.is_some(),
            };
            if self.leaves_out(&object) {
                models.left_out.push(table.name.clone());
            } else if let Some(found) = found {
                self.parts(table, found, models);
            }
        }
        for table in replayed.tables().filter(|table| !made.contains(&table.name)) {
            let object = Object {
                table: &table.name,
                kind: TABLE,
                name: Some(&table.name.name),
                reflected: true,
                both: false,
            };
            if self.leaves_out(&object) {
                models.left_out.push(table.name.clone());
            }
        }
    }

    /// What is left out of a table that both have.
    fn parts(&mut self, model: &Table, made: &Table, models: &mut Models) {
        if ![COLUMN, INDEX, UNIQUE, FOREIGN_KEY].iter().any(|kind| self.cares(kind)) {
            return;
        }
        let (ours, theirs) = (parts(model), parts(made));
        let key = |name: &str| if made.folds { name.to_lowercase() } else { clip(name).to_owned() };
        let names = |all: &[Item<'_>]| -> HashSet<(&'static str, String)> {
            all.iter().filter_map(|item| Some((item.kind, key(item.name?)))).collect()
        };
        for (items, reflected, others) in
            [(&ours, false, names(&theirs)), (&theirs, true, names(&ours))]
        {
            for item in items {
                let both = item.name.is_some_and(|name| others.contains(&(item.kind, key(name))));
                // The models' object is asked about for both.
                if reflected && both {
                    continue;
                }
                let object =
                    Object { table: &made.name, kind: item.kind, name: item.name, reflected, both };
                if self.leaves_out(&object) {
                    models.parts_left_out.insert((made.name.clone(), item.part, item.span));
                }
            }
        }
    }

    fn leaves_out(&mut self, object: &Object<'_>) -> bool {
        if !self.cares(object.kind) {
            return false;
        }
        let in_database = object.reflected || object.both;
        let by_name = if in_database { self.ask_name(object) } else { Some(true) };
        let kept = if by_name == Some(true) { self.ask_object(object) } else { by_name };
        // Few projects keep a table out that they map.
        if kept.is_none() && object.kind == TABLE && !object.reflected {
            return false;
        }
        self.unknown += usize::from(kept.is_none());
        kept != Some(true)
    }

    /// Whether the functions look at things of a kind at all: most do at tables only.
    fn cares(&mut self, kind: &'static str) -> bool {
        if let Some(known) = self.cares.get(kind) {
            return *known;
        }
        let unknown = || Value::unknown("it is any object");
        let args = [unknown(), unknown(), Value::str(kind), unknown(), unknown()];
        let object = self.object.clone().map(|function| self.call(&function, args.to_vec()));
        let args = [unknown(), Value::str(kind), unknown()];
        let name = self.name.clone().map(|function| self.call(&function, args.to_vec()));
        let cares = [object, name].into_iter().flatten().any(|kept| kept != Some(true));
        self.cares.insert(kind, cares);
        cares
    }

    /// `include_name(name, type_, parent_names)`.
    fn ask_name(&mut self, object: &Object<'_>) -> Option<bool> {
        let Some(function) = self.name.clone() else { return Some(true) };
        let schema = schema_of(object.table);
        let mut parents = vec![
            ("schema_name", schema),
            ("schema_qualified_table_name", Value::str(&object.table.to_string())),
        ];
        if object.kind != TABLE {
            parents.push(("table_name", Value::str(&object.table.name)));
        }
        let parents = Value::dict(parents);
        let args = vec![name_of(object), Value::str(object.kind), parents];
        self.call(&function, args)
    }

    /// `include_object(object, name, type_, reflected, compare_to)`.
    fn ask_object(&mut self, object: &Object<'_>) -> Option<bool> {
        let Some(function) = self.object.clone() else { return Some(true) };
        let table = self.reflected("Table", None, object);
        let itself = match object.kind {
            TABLE => table,
            COLUMN => self.reflected("Column", Some(table), object),
            INDEX => self.reflected("Index", Some(table), object),
            UNIQUE => self.reflected("UniqueConstraint", Some(table), object),
            _ => self.reflected("ForeignKeyConstraint", Some(table), object),
        };
        let other = match object.both {
            true => Value::unknown("it is the database's object"),
            false => Value::None,
        };
        let args = vec![
            itself,
            name_of(object),
            Value::str(object.kind),
            Value::Bool(object.reflected),
            other,
        ];
        self.call(&function, args)
    }

    fn call(&mut self, function: &Rc<Function>, args: Vec<Value>) -> Option<bool> {
        self.machine.call_function(function, args, Vec::new()).truth()
    }

    /// What of an object is known here: its name, its table, what the models say in `info`.
    fn reflected(&self, class: &str, table: Option<Value>, object: &Object<'_>) -> Value {
        let key = match class {
            "Table" => Some((object.table.clone(), None)),
            "Column" => object.name.map(|name| (object.table.clone(), Some(name.to_owned()))),
            _ => None,
        };
        // A table of the models is looked at where one of its columns only the database has.
        let told = match class {
            "Table" => object.kind != TABLE || !object.reflected,
            _ => !object.reflected,
        };
        let told = key.filter(|_| told).and_then(|key| self.infos.get(&key));
        let info = told.and_then(|told| told.info.clone());
        let mut kwargs = vec![
            ("info".to_owned(), info.unwrap_or(Value::dict(Vec::new()))),
            // What is not meant for this database is no part of the models here.
            ("_ddl_if".to_owned(), Value::None),
        ];
        let ty = told.and_then(|told| told.ty.as_ref()).and_then(visit_name).map(|name| {
            self.call_of("Type", vec![("__visit_name__".to_owned(), Value::str(&name))])
        });
        kwargs.extend(ty.map(|ty| ("type".to_owned(), ty)));
        match table {
            None => {
                kwargs.push(("name".to_owned(), Value::str(&object.table.name)));
                kwargs.push(("schema".to_owned(), schema_of(object.table)));
            }
            Some(table) => {
                kwargs.push(("name".to_owned(), name_of(object)));
                kwargs.push(("table".to_owned(), table));
            }
        }
        self.call_of(class, kwargs)
    }

    fn call_of(&self, class: &str, known: Vec<(String, Value)>) -> Value {
        let callee = Callee::External(Rc::from(format!("{REFLECTED}{class}")));
        Value::Call(Rc::new(Call::new(callee, Vec::new(), known, self.place)))
    }
}

/// As SQLAlchemy's compilers call a type (`sqlalchemy.types`, `__visit_name__`).
fn visit_name(ty: &Value) -> Option<String> {
    let path = match ty {
        Value::External(path) => path,
        Value::Call(call) => match &call.callee {
            Callee::External(path) => path,
            Callee::Class(class) => return decorator(class),
            Callee::Method(..) => return None,
        },
        Value::Class(class) => return decorator(class),
        _ => return None,
    };
    let name = path.strip_prefix("sqlalchemy.")?.rsplit('.').next()?;
    Some(match name {
        "DateTime" => "datetime".to_owned(),
        name if name.chars().any(char::is_lowercase) => tables::snake(name),
        name => name.to_owned(),
    })
}

fn decorator(class: &Class) -> Option<String> {
    let is_decorator = |base: &Value| classes::base_name(base).as_deref() == Some("TypeDecorator");
    class.bases.iter().any(is_decorator).then(|| "type_decorator".to_owned())
}

fn schema_of(name: &Name) -> Value {
    name.schema.as_deref().map_or(Value::None, Value::str)
}

fn name_of(object: &Object<'_>) -> Value {
    object.name.map_or(Value::None, Value::str)
}

/// A part of a table that the functions are asked about.
struct Item<'a> {
    kind: &'static str,
    part: Part,
    name: Option<&'a str>,
    span: Span,
}

fn parts(table: &Table) -> Vec<Item<'_>> {
    let columns = table.columns.iter().map(|of| Item {
        kind: COLUMN,
        part: Part::Column,
        name: Some(&of.column.name),
        span: of.column.span,
    });
    let indexes = table.indexes.iter().map(|of| Item {
        kind: INDEX,
        part: Part::Index,
        name: Some(&of.name),
        span: of.index.span,
    });
    let constraints = table.constraints.iter().filter_map(|constraint| {
        let (kind, part) = match &constraint.kind {
            ConstraintKind::Unique { .. } => (UNIQUE, Part::Index),
            ConstraintKind::ForeignKey(_) => (FOREIGN_KEY, Part::ForeignKey),
            _ => return None,
        };
        Some(Item { kind, part, name: constraint.name.as_deref(), span: constraint.span })
    });
    columns.chain(indexes).chain(constraints).collect()
}
