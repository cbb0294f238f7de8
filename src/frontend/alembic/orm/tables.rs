//! Tables, gathered from classes and `Table(…)` calls, and made into definitions.

use std::{
    collections::{BTreeMap, BTreeSet, HashMap, HashSet},
    rc::Rc,
};

use super::{
    super::{
        machine::Machine,
        value::{Call, Callee, Class, Value},
    },
    appended::Appended,
    classes::{
        self, Attribute, Kind, base_name, column_of, completed, header, line, mentions, own_value,
        takes_class,
    },
    filters::{Infos, Told},
    metadata::{self, Key, Meta, Style},
    objects::{Names, column_named, for_dialect, owner},
    sqlmodel::Field as SqlField,
    versions::Sqlmodel,
};
use crate::{
    diagnostic::OpaquePlace,
    ir::{Column, ConstraintKind, CreateTable, Name, OpKind, OpaqueEffect, Style as Written},
    model::{Field, Mapped, Models},
    schema::Schema,
    source::{FileId, Span},
};

/// Tables that are read at the most.
const MAX_TABLES: usize = 5_000;

/// Attributes of mapped classes that are read at the most, each for every table that has it.
const MAX_ATTRIBUTES: usize = 200_000;
/// Entries of a `type_annotation_map` that are looked at.
const MAX_TYPES: usize = 500;

/// Which tables were declared: all of them, and the files of those of the metadata that is meant.
pub(super) struct Declared {
    pub(super) names: HashSet<Name>,
    pub(super) files: BTreeSet<String>,
}

/// Everything that was declared.
#[derive(Default)]
pub(super) struct Tables {
    defs: Vec<Def>,
    /// By class: the table that it is mapped to.
    mapped: HashMap<usize, Option<usize>>,
    mixins: HashMap<usize, Rc<Vec<Attribute>>>,
    sqlmodel: Sqlmodel,
    /// A plain `datetime` of SQLModel was met: its version matters.
    datetimes: bool,
    /// `Mapped[float]` is DOUBLE.
    double: bool,
    /// There were more tables than are read.
    full: bool,
    pub(super) env: Option<FileId>,
    /// Attributes that were looked at.
    seen: usize,
    pub(super) appended: Appended,
}

/// One table.
pub(super) struct Def {
    pub(super) table: Name,
    meta: Meta,
    pub(super) span: Span,
    /// Columns, then what `__table_args__` holds.
    pub(super) parts: Vec<Value>,
    /// Its keywords: `sqlite_autoincrement`, `prefixes`.
    options: Vec<(String, Value)>,
    /// The names of the column objects in the class body, by the object.
    columns: HashMap<usize, String>,
    /// Those objects: they live as long as their addresses are looked up.
    kept: Vec<Rc<Call>>,
    /// The names of its columns.
    named: HashSet<String>,
    /// Columns that take the type of what they reference.
    typeless: HashSet<String>,
    unread: Vec<(Span, String)>,
    classes: Vec<Mapped>,
}

impl Tables {
    pub(super) fn new(sqlmodel: Sqlmodel, double: bool) -> Tables {
        Tables {
            defs: Vec::new(),
            mapped: HashMap::new(),
            mixins: HashMap::new(),
            sqlmodel,
            datetimes: false,
            double,
            full: false,
            env: None,
            seen: 0,
            appended: Appended::default(),
        }
    }

    /// Whether there is a table of the metadata that is meant.
    pub(super) fn has_target(
        &mut self,
        machine: &mut Machine<'_, '_>,
        target: Option<&[Key]>,
    ) -> bool {
        self.imperative(machine);
        self.defs.iter().any(|def| target.is_none_or(|keys| def.is_of(keys)))
    }

    /// What was declared so far.
    pub(super) fn declared(&self, machine: &Machine<'_, '_>, target: Option<&[Key]>) -> Declared {
        let meant = |def: &&Def| target.is_none_or(|keys| def.is_of(keys));
        let files = self.defs.iter().filter(meant).map(|def| def.span.file);
        let files = files.map(|file| machine.project.sources.path(file)).collect();
        Declared { names: self.defs.iter().map(|def| def.table.clone()).collect(), files }
    }

    /// The tables of some metadata: name, class and header of each.
    pub(super) fn others(
        mut self,
        machine: &mut Machine<'_, '_>,
        target: &[Key],
    ) -> Vec<(Name, String, Span)> {
        self.imperative(machine);
        let meant = self.defs.iter().filter(|def| def.is_of(target));
        let shown = meant.map(|def| {
            let class = def.classes.first().map_or(&def.table.name, |mapped| &mapped.class);
            (def.table.clone(), class.clone(), def.span)
        });
        shown.collect()
    }

    /// Maps a class, and those above it; the table's place, where it has one.
    pub(super) fn class(
        &mut self,
        machine: &mut Machine<'_, '_>,
        class: &Rc<Class>,
    ) -> Option<usize> {
        let id = Rc::as_ptr(class) as usize;
        if let Some(known) = self.mapped.get(&id) {
            return *known;
        }
        // Against a class that inherits from itself.
        self.mapped.insert(id, None);
        let found = self.map(machine, class);
        self.mapped.insert(id, found);
        if let Some(def) = found.and_then(|at| self.defs.get(at)) {
            machine.mapped.insert(id, def.table.clone());
        }
        found
    }

    fn map(&mut self, machine: &mut Machine<'_, '_>, class: &Rc<Class>) -> Option<usize> {
        self.full |= self.defs.len() >= MAX_TABLES;
        if self.full || !class.bases.iter().any(may_be_base) && class.def.decorator_list.is_empty()
        {
            return None;
        }
        let Some((style, meta)) = metadata::of_class(machine, class) else {
            if line(machine, class).classes.len() > classes::MAX_LINE {
                let reason = format!("`{}` has too many classes above it", class.name);
                machine.opaque(header(class), &reason, OpaqueEffect::Others);
            }
            return None;
        };
        let abstract_ = own_value(machine, class, "__abstract__").and_then(|v| v.truth());
        if abstract_ == Some(true) {
            return None;
        }
        // The base itself maps nothing.
        let is_declarative = |base: &Value| matches!(base, Value::External(path) if path.ends_with(".DeclarativeBase"));
        let decorated =
            class.def.decorator_list.iter().any(|d| mentions(&d.expression, &["as_declarative"]));
        if decorated || class.bases.iter().any(is_declarative) {
            return None;
        }
        let line = line(machine, class);
        let mut parent = None;
        for above in &line.classes[1..] {
            if let Some(at) = self.class(machine, above) {
                parent = Some(at);
                break;
            }
        }
        let mut map = type_map(machine, &line.classes);
        if self.double {
            map.push((Value::external("builtins.float"), Value::external("sqlalchemy.Double")));
        }
        if style == Style::SqlModel {
            // A class that inherits from a table's is none of its own.
            if !class.is_table() || parent.is_some() {
                return None;
            }
        }
        let name = self.table_name(machine, class, &line.classes);
        let explicit = own_value(machine, class, "__table__");
        if let Some(Value::Call(table)) = &explicit
            && table.name() == "Table"
        {
            let Some(name) = machine.table_name(&Value::Call(Rc::clone(table))) else {
                let reason = format!("the table's name of `{}` is not known", class.name);
                machine.opaque(header(class), &reason, OpaqueEffect::Others);
                return None;
            };
            let def = Def::new(name, meta, header(class));
            let at = self.defs.len();
            let parts = table.args.iter().skip(2).cloned().collect();
            let def = Def { parts, options: table.kwargs.clone(), ..def };
            let classes = self.class_of_table(machine, class, &line.classes, &def);
            self.defs.push(Def { classes, ..def });
            return Some(at);
        }
        // Flask-SQLAlchemy makes a table of its own only with a key of its own
        // (`Model.__table_cls__`), whatever name there is.
        let keyless = style == Style::Flask && parent.is_some() && !self.has_key(machine, class);
        let name = if keyless { Named::Not } else { name };
        let name = match (name, style, parent) {
            (Named::Known(name), ..) => name,
            (Named::Unknown(why), ..) => {
                let reason = format!("the table's name of `{}` is not known: {why}", class.name);
                machine.opaque(header(class), &reason, OpaqueEffect::Others);
                return None;
            }
            (Named::Not, Style::SqlModel, _) => class.name.to_lowercase(),
            (Named::Not, Style::Flask, _) if !keyless => snake(&class.name),
            (Named::Not, _, Some(parent)) => {
                // Single-table inheritance: its columns are the parent's table's.
                self.columns(machine, class, &line.classes, &map, parent);
                return Some(parent);
            }
            (Named::Not, _, None) => {
                // A base that is not here may give the name (`declared_attr`).
                let base = line.outside.iter().find(|base| unknown_base(base));
                if let Some(name) = base.and_then(base_name)
                    && self.has_columns(machine, class)
                {
                    let reason = format!(
                        "the table's name of `{}` may come from `{name}`, which is not here",
                        class.name
                    );
                    machine.opaque(header(class), &reason, OpaqueEffect::Others);
                }
                return None;
            }
        };
        let args = self.table_args(machine, class, &line.classes);
        let (items, options) = args.unwrap_or_default();
        let schema = options.iter().find(|(k, _)| k == "schema").and_then(|(_, v)| v.as_str());
        let schema = schema.map(|s| s.to_string()).or_else(|| meta.schema.clone());
        let table = Name::new(schema.as_deref(), &name);
        let at = self.defs.len();
        self.defs.push(Def::new(table, meta, header(class)));
        if style == Style::SqlModel {
            self.fields(machine, class, &line.classes, at);
        } else {
            self.columns(machine, class, &line.classes, &map, at);
        }
        for base in &line.outside {
            if unknown_base(base) {
                let name = base_name(base).unwrap_or_default();
                let reason = format!("`{}` inherits from `{name}`, which is not here", class.name);
                self.defs[at].unread.push((header(class), reason));
            }
        }
        self.defs[at].parts.extend(items);
        self.defs[at].options = options;
        Some(at)
    }

    /// Whether a class itself has columns.
    fn has_columns(&mut self, machine: &mut Machine<'_, '_>, class: &Rc<Class>) -> bool {
        self.has(machine, class, |_| true)
    }

    /// Whether a class itself has a column of the primary key.
    fn has_key(&mut self, machine: &mut Machine<'_, '_>, class: &Rc<Class>) -> bool {
        self.has(machine, class, |column| column.flag("primary_key") == Some(true))
    }

    fn has(
        &mut self,
        machine: &mut Machine<'_, '_>,
        class: &Rc<Class>,
        is: impl Fn(&Call) -> bool,
    ) -> bool {
        self.own_attributes(machine, class).iter().any(|attribute| {
            let value = machine.declared_value(attribute, class);
            value.is_some_and(|value| match column_of(machine, &value, 0) {
                Kind::Column(call) => is(&call),
                _ => false,
            })
        })
    }

    /// What `__tablename__` says: of the class, or of what it inherits from that is no table of
    /// its own (`_ClassScanMapperConfig._scan_attributes`).
    fn table_name(
        &mut self,
        machine: &mut Machine<'_, '_>,
        class: &Rc<Class>,
        line: &[Rc<Class>],
    ) -> Named {
        for at in line {
            let Some(value) = own_value(machine, at, "__tablename__") else { continue };
            let own = Rc::ptr_eq(at, class);
            let is_table =
                !own && self.mapped.get(&(Rc::as_ptr(at) as usize)).copied().flatten().is_some();
            let value = match &value {
                Value::Function(function) if takes_class(function) || !is_table => {
                    machine.call_with_class(function, class)
                }
                _ if is_table => continue,
                value => value.clone(),
            };
            return match &value {
                Value::None => Named::Not,
                Value::Unknown(why) => Named::Unknown(why.to_string()),
                value => match value.as_str() {
                    Some(name) => Named::Known(name.to_string()),
                    None => Named::Unknown("it is no string".to_owned()),
                },
            };
        }
        Named::Not
    }

    /// The items and the options of `__table_args__`.
    fn table_args(
        &mut self,
        machine: &mut Machine<'_, '_>,
        class: &Rc<Class>,
        line: &[Rc<Class>],
    ) -> Option<TableArgs> {
        for at in line {
            let Some(value) = own_value(machine, at, "__table_args__") else { continue };
            let is_table = !Rc::ptr_eq(at, class)
                && self.mapped.get(&(Rc::as_ptr(at) as usize)).copied().flatten().is_some();
            let value = match &value {
                Value::Function(function) => machine.call_with_class(function, class),
                _ if is_table => continue,
                value => value.clone(),
            };
            let items = match &value {
                Value::Dict(_) => vec![value.clone()],
                Value::None => Vec::new(),
                Value::Tuple(_) | Value::List(_) => value.items().unwrap_or_default(),
                _ => {
                    let reason = format!("`__table_args__` of `{}` is not known", class.name);
                    return Some((vec![Value::unknown(&reason)], Vec::new()));
                }
            };
            let mut options = Vec::new();
            let mut parts = Vec::new();
            for item in items {
                match &item {
                    Value::Dict(pairs) => options.extend(
                        pairs
                            .borrow()
                            .iter()
                            .filter_map(|(k, v)| Some((k.as_str()?.to_string(), v.clone()))),
                    ),
                    _ => parts.push(item),
                }
            }
            return Some((parts, options));
        }
        None
    }

    fn own_attributes(
        &mut self,
        machine: &mut Machine<'_, '_>,
        class: &Rc<Class>,
    ) -> Rc<Vec<Attribute>> {
        let id = Rc::as_ptr(class) as usize;
        if let Some(known) = self.mixins.get(&id) {
            return Rc::clone(known);
        }
        let found = Rc::new(machine.attributes(class));
        self.mixins.insert(id, Rc::clone(&found));
        found
    }

    /// The classes above a class that map tables, and their own mixins: what they declare is
    /// theirs (`_ClassScanMapperConfig._cls_attr_override_checker`).
    fn inherited(
        &self,
        machine: &mut Machine<'_, '_>,
        class: &Rc<Class>,
        all: &[Rc<Class>],
    ) -> HashSet<usize> {
        let id = |class: &Rc<Class>| Rc::as_ptr(class) as usize;
        let is_table = |at: &Rc<Class>| self.mapped.get(&id(at)).copied().flatten().is_some();
        let mut found = HashSet::new();
        for at in all.iter().filter(|at| !Rc::ptr_eq(at, class) && is_table(at)) {
            found.extend(line(machine, at).classes.iter().map(id));
        }
        found
    }

    /// Declarative columns: the class's own first, then those of the bases that map nothing.
    fn columns(
        &mut self,
        machine: &mut Machine<'_, '_>,
        class: &Rc<Class>,
        line: &[Rc<Class>],
        map: &[(Value, Value)],
        to: usize,
    ) {
        let mut taken: HashSet<String> = HashSet::new();
        let mut mapped = Mapped {
            class: class.name.clone(),
            table: self.defs[to].table.clone(),
            span: header(class),
            fields: Vec::new(),
        };
        let inherited = self.inherited(machine, class, line);
        for at in line {
            let inherits = inherited.contains(&(Rc::as_ptr(at) as usize));
            for attribute in self.own_attributes(machine, at).iter() {
                if inherits && !attribute.cascades {
                    continue;
                }
                if attribute.name.starts_with("__") || !taken.insert(attribute.name.clone()) {
                    continue;
                }
                self.column(machine, class, at, attribute, map, to, &mut mapped);
            }
        }
        self.keep_mapped(machine, class, line, &mut mapped);
        self.defs[to].classes.push(mapped);
    }

    #[allow(clippy::too_many_arguments)]
    fn column(
        &mut self,
        machine: &mut Machine<'_, '_>,
        class: &Rc<Class>,
        at: &Rc<Class>,
        attribute: &Attribute,
        map: &[(Value, Value)],
        to: usize,
        mapped: &mut Mapped,
    ) {
        let value = machine.declared_value(attribute, class);
        if !machine.step(attribute.span) || !self.room() {
            return;
        }
        let span = machine.shown(attribute, class, at);
        let annotation = attribute.annotation.as_ref().filter(|expr| {
            let file = at.scope.module.file;
            let written = super::super::module::span_of(file, expr.as_ref());
            machine.project.sources.file(file).slice(written).contains("Mapped[")
        });
        let annotation = annotation.map(|expr| machine.annotation(expr, &at.scope));
        let is_mapped = annotation.as_ref().is_some_and(|a| a.wrapper.as_deref() == Some("Mapped"));
        let kind = match &value {
            Some(value) => column_of(machine, value, 0),
            None => Kind::Other,
        };
        if let Some(Value::Call(call)) = &value
            && call.name() == "composite"
        {
            match machine.composite(call, annotation.as_ref(), map, span) {
                Ok(columns) => {
                    for (own, made) in columns {
                        self.add(to, &attribute.name, own, made, span, mapped);
                    }
                }
                Err(why) => {
                    let reason =
                        format!("the columns of `{}` are not known: {why}", attribute.name);
                    self.defs[to].unread.push((span, reason));
                }
            }
            return;
        }
        let own = match (kind, &value) {
            (Kind::Column(call), _) => Some(call),
            // A bare `Mapped[int]`.
            (_, None) if is_mapped => None,
            (_, None) => {
                let unknown = annotation.map(|a| a.ty);
                if let Some(Value::Unknown(why)) = unknown {
                    let reason = format!("the attribute `{}` is not known: {why}", attribute.name);
                    self.defs[to].unread.push((span, reason));
                }
                return;
            }
            (Kind::Unknown(why), Some(_)) => {
                let function = matches!(attribute.value, Some(Value::Function(_)));
                let called = attribute.annotation.is_none()
                    && !function
                    && may_be_column(at, attribute, machine);
                if is_mapped || called || attribute.declared && !relates(at, attribute, machine) {
                    let reason = format!("the attribute `{}` is not known: {why}", attribute.name);
                    self.defs[to].unread.push((span, reason));
                }
                return;
            }
            _ => return,
        };
        let related = annotation.as_ref().is_some_and(|a| {
            names_class(a, machine) && machine.mapped_type(a, map, span).is_none()
        });
        if value.is_none() && related {
            // A relationship without a value is none that SQLAlchemy takes.
            return;
        }
        let annotation = annotation.as_ref().filter(|_| is_mapped);
        let made = completed(machine, &attribute.name, own.as_ref(), annotation, map, span);
        self.add(to, &attribute.name, own, made, span, mapped);
    }

    /// `Hero.age = Column(Integer)` behind the class (`DeclarativeMeta.__setattr__`).
    pub(super) fn assigned(
        &mut self,
        machine: &mut Machine<'_, '_>,
        class: &Rc<Class>,
        attribute: &str,
        value: &Value,
        span: Span,
    ) {
        let Some(to) = self.class(machine, class) else { return };
        if !self.room() {
            return;
        }
        match column_of(machine, value, 0) {
            Kind::Column(own) => {
                let made = completed(machine, attribute, Some(&own), None, &[], span);
                let classes = &mut self.defs[to].classes;
                let Some(at) = classes.iter().position(|mapped| mapped.class == class.name) else {
                    return;
                };
                let mut mapped = classes.remove(at);
                self.add(to, attribute, Some(own), made, span, &mut mapped);
                self.defs[to].classes.insert(at, mapped);
            }
            Kind::Unknown(why) => {
                let reason = format!("the attribute `{attribute}` is not known: {why}");
                self.defs[to].unread.push((span, reason));
            }
            Kind::Other => {}
        }
    }

    /// Whether one more attribute is looked at.
    fn room(&mut self) -> bool {
        self.seen += 1;
        self.full |= self.seen > MAX_ATTRIBUTES;
        !self.full
    }

    /// Adds a column unless the table has it.
    fn add(
        &mut self,
        to: usize,
        attribute: &str,
        own: Option<Rc<Call>>,
        made: Value,
        span: Span,
        mapped: &mut Mapped,
    ) {
        let Value::Call(call) = &made else { return };
        let name = match call.kwarg("name").or_else(|| call.args.first()).and_then(Value::as_str) {
            Some(name) => name.to_string(),
            None => attribute.to_owned(),
        };
        mapped.fields.push(Field { name: attribute.to_owned(), column: name.clone(), span });
        let def = &mut self.defs[to];
        if let Some(own) = own {
            def.columns.insert(Rc::as_ptr(&own) as usize, name.clone());
            def.kept.push(own);
        }
        if !def.named.insert(name.clone()) {
            return;
        }
        if is_typeless(call) {
            def.typeless.insert(name);
        }
        def.parts.push(made);
    }

    /// A class that maps only some of its table's columns; one that maps all of them is as good as
    /// the table.
    fn class_of_table(
        &mut self,
        machine: &mut Machine<'_, '_>,
        class: &Rc<Class>,
        line: &[Rc<Class>],
        def: &Def,
    ) -> Vec<Mapped> {
        let field = |part: &Value| match part {
            Value::Call(call) if call.name() == "Column" => {
                let name = call.kwarg("name").or_else(|| call.args.first())?.as_str()?.to_string();
                Some(Field { name: name.clone(), column: name, span: call.span })
            }
            _ => None,
        };
        let fields: Vec<Field> = def.parts.iter().filter_map(field).collect();
        let all = fields.len();
        let (name, table, span) = (class.name.clone(), def.table.clone(), header(class));
        let mut mapped = Mapped { class: name, table, span, fields };
        self.keep_mapped(machine, class, line, &mut mapped);
        if mapped.fields.len() < all { vec![mapped] } else { Vec::new() }
    }

    /// Leaves out what the mapper is told not to map (`Mapper._should_exclude`).
    fn keep_mapped(
        &mut self,
        machine: &mut Machine<'_, '_>,
        class: &Rc<Class>,
        line: &[Rc<Class>],
        mapped: &mut Mapped,
    ) {
        for at in line {
            let attributes = self.own_attributes(machine, at);
            let Some(given) = attributes.iter().find(|a| a.name == "__mapper_args__") else {
                continue;
            };
            let Some(Value::Dict(options)) = machine.declared_value(given, class) else { return };
            for (key, value) in options.borrow().iter() {
                let included = match key.as_str().as_deref() {
                    Some("include_properties") => true,
                    Some("exclude_properties") => false,
                    _ => continue,
                };
                // Columns instead of names, or what is not known: nothing is sure.
                let items = value.items().unwrap_or_default();
                let names: HashSet<String> =
                    items.iter().filter_map(|v| Some(v.as_str()?.to_string())).collect();
                if names.len() < items.len() || items.is_empty() {
                    mapped.fields.clear();
                }
                mapped.fields.retain(|field| {
                    let named = names.contains(&field.name) || names.contains(&field.column);
                    named == included
                });
            }
            return;
        }
    }

    /// SQLModel's fields: those of the bases first, an overridden one in its first place.
    fn fields(
        &mut self,
        machine: &mut Machine<'_, '_>,
        class: &Rc<Class>,
        line: &[Rc<Class>],
        to: usize,
    ) {
        let mut order: Vec<(Rc<Class>, usize)> = Vec::new();
        let mut places: HashMap<String, usize> = HashMap::new();
        for at in line.iter().rev() {
            for (position, attribute) in self.own_attributes(machine, at).iter().enumerate() {
                if attribute.annotation.is_none()
                    || matches!(attribute.value, Some(Value::Function(_)))
                {
                    continue;
                }
                let field = (Rc::clone(at), position);
                match places.get(&attribute.name) {
                    Some(&known) => order[known] = field,
                    None => {
                        places.insert(attribute.name.clone(), order.len());
                        order.push(field);
                    }
                }
            }
        }
        let mut mapped = Mapped {
            class: class.name.clone(),
            table: self.defs[to].table.clone(),
            span: header(class),
            fields: Vec::new(),
        };
        for (at, position) in order {
            let attributes = self.own_attributes(machine, &at);
            let Some(attribute) = attributes.get(position) else { continue };
            let Some(expr) = attribute.annotation.clone() else { continue };
            if !machine.step(attribute.span) || !self.room() {
                break;
            }
            let annotation = machine.annotation(&expr, &at.scope);
            self.datetimes |=
                matches!(&annotation.ty, Value::External(path) if path.ends_with(".datetime"));
            match machine.sqlmodel_field(attribute, &annotation, self.sqlmodel.aware) {
                SqlField::None => {}
                SqlField::Unread(why) => self.defs[to].unread.push((attribute.span, why)),
                SqlField::Column(value) => {
                    let Kind::Column(call) = column_of(machine, &value, 0) else {
                        let why = format!("the column of `{}` is not known", attribute.name);
                        self.defs[to].unread.push((attribute.span, why));
                        continue;
                    };
                    let made =
                        completed(machine, &attribute.name, Some(&call), None, &[], attribute.span);
                    self.add(to, &attribute.name, Some(call), made, attribute.span, &mut mapped);
                }
            }
        }
        // Columns without an annotation are SQLAlchemy's own.
        for at in line {
            for attribute in self.own_attributes(machine, at).iter() {
                if attribute.annotation.is_some() || attribute.name.starts_with("__") {
                    continue;
                }
                let Some(value) = machine.declared_value(attribute, class) else { continue };
                if let Kind::Column(call) = column_of(machine, &value, 0) {
                    let made =
                        completed(machine, &attribute.name, Some(&call), None, &[], attribute.span);
                    self.add(to, &attribute.name, Some(call), made, attribute.span, &mut mapped);
                }
            }
        }
        self.keep_mapped(machine, class, line, &mut mapped);
        self.defs[to].classes.push(mapped);
    }

    /// Makes the definitions of those tables that belong to the metadata that is meant.
    pub(super) fn finish(
        mut self,
        machine: &mut Machine<'_, '_>,
        target: Option<&[Key]>,
        replayed: &Schema,
        models: &mut Models,
    ) -> Infos {
        self.imperative(machine);
        let target = match target {
            Some(keys) if self.defs.iter().any(|def| def.is_of(keys)) => Some(keys.to_vec()),
            _ => {
                let keys = self.likeliest(replayed);
                if self
                    .defs
                    .iter()
                    .any(|def| keys.iter().flatten().all(|key| !key.same(&def.meta.key)))
                {
                    models.notes.push("which metadata is meant is not known: the one with most of the history's tables was taken".to_owned());
                }
                keys
            }
        };
        let belongs = |def: &Def| {
            target.as_ref().is_none_or(|keys| keys.iter().any(|key| key.same(&def.meta.key)))
        };
        let apart = self.defs.iter().filter(|def| !belongs(def));
        models.elsewhere.extend(apart.map(|def| def.table.clone()));
        self.defs.retain(belongs);
        self.indexes(machine);
        let appended = std::mem::take(&mut self.appended);
        appended.put(&mut self.defs);
        let mut made: Vec<(CreateTable, HashSet<String>, Span)> = Vec::new();
        let mut seen: HashSet<Name> = HashSet::new();
        let mut unnamed = false;
        let mut infos = Infos::new();
        for def in std::mem::take(&mut self.defs) {
            models.mapped.extend(def.classes.iter().cloned());
            unnamed |= def.meta.unread_conventions;
            // A second class of the same name stands for the first (`extend_existing`).
            if !seen.insert(def.table.clone()) {
                continue;
            }
            infos.extend(def.infos());
            let (create, mut unread) = def.create(machine);
            unread.extend(appended.unread(machine, &def));
            if let Some(create) = create {
                made.push((create, def.typeless, def.span));
            } else {
                let reason = format!("the table `{}` cannot be read", def.table);
                machine.opaque(def.span, &reason, OpaqueEffect::Others);
            }
            for (span, reason) in unread {
                machine.opaque(span, &reason, OpaqueEffect::Table(def.table.clone()));
            }
        }
        for (create, ..) in &mut made {
            by_name(create, &machine.keyed);
        }
        referenced_types(&mut made);
        for (create, ..) in &made {
            let unknown = create.columns.iter().filter(|c| c.ty.is_unknown());
            models.opaque.extend(unknown.map(|column| OpaquePlace {
                span: column.span,
                reason: format!("the type of `{}.{}` is not known", create.table, column.name),
            }));
        }
        if unnamed {
            models.notes.push("the naming convention of the metadata is not known: names of constraints and indexes are the server's own here".to_owned());
        }
        if let (true, Some((_, _, span))) = (self.full, made.first()) {
            let reason = format!(
                "only the first {MAX_TABLES} tables and {MAX_ATTRIBUTES} attributes of models are read"
            );
            machine.opaque(*span, &reason, OpaqueEffect::Anything);
        }
        if self.datetimes {
            models.notes.extend(self.sqlmodel.note.take());
        }
        let mut files: BTreeMap<String, usize> = BTreeMap::new();
        for (create, _, span) in made {
            *files.entry(machine.project.sources.path(span.file)).or_default() += 1;
            machine.emit(OpKind::CreateTable(create), span, Written::Alembic);
        }
        let most = files.iter().max_by_key(|(_, count)| **count).map(|(path, _)| path.clone());
        models.from = match (most, files.len()) {
            (Some(path), 1) => path,
            (Some(path), n) => format!("{path} and {} more", n - 1),
            (None, _) => String::new(),
        };
        infos
    }

    /// `Table('t', metadata, …)`.
    fn imperative(&mut self, machine: &mut Machine<'_, '_>) {
        for value in std::mem::take(&mut machine.declared) {
            let Value::Call(call) = &value else { continue };
            let Some(of) = call.args.get(1).or_else(|| call.kwarg("metadata")) else { continue };
            let meta = metadata::of_value(machine, &of.clone());
            let Some(meta) = meta else { continue };
            let Some(mut name) = machine.table_name(&value) else {
                machine.opaque(call.span, "the name of a table is not known", OpaqueEffect::Others);
                continue;
            };
            if call.kwarg("schema").is_none() {
                name.schema = meta.schema.clone();
            }
            let known = self.defs.iter().any(|def| def.table == name);
            if known || call.kwarg("autoload_with").is_some() {
                continue;
            }
            let mut def = Def::new(name, meta, call.span);
            def.parts = call.args.iter().skip(2).cloned().collect();
            def.options.clone_from(&call.kwargs);
            for part in &def.parts {
                if let Value::Call(column) = part
                    && column.name() == "Column"
                    && is_typeless(column)
                    && let Some(name) = column_named(column)
                {
                    def.typeless.insert(name.to_string());
                }
            }
            self.defs.push(def);
        }
    }

    /// Indexes that are declared outside of their table: `Index('ix', Hero.name)`.
    fn indexes(&mut self, machine: &mut Machine<'_, '_>) {
        let parts = self.defs.iter().flat_map(|def| &def.parts);
        let inside: HashSet<usize> = parts
            .filter_map(|part| match part {
                Value::Call(call) => match &call.callee {
                    // `Index(…).ddl_if(…)` in `__table_args__`.
                    Callee::Method(Value::Call(base), _) => Some(Rc::as_ptr(base) as usize),
                    _ => Some(Rc::as_ptr(call) as usize),
                },
                _ => None,
            })
            .collect();
        for value in std::mem::take(&mut machine.loose) {
            let Value::Call(call) = &value else { continue };
            if inside.contains(&(Rc::as_ptr(call) as usize)) {
                continue;
            }
            let table = call
                .args
                .iter()
                .find_map(|arg| owner(arg, 0))
                .and_then(|of| machine.table_name(&of));
            if let Some(table) = table
                && let Some(def) = self.defs.iter_mut().find(|def| def.table.name == table.name)
            {
                def.parts.push(value);
            }
        }
    }

    /// The metadata that has most of the tables that the migrations make.
    fn likeliest(&self, replayed: &Schema) -> Option<Vec<Key>> {
        let mut counts: Vec<(Key, usize)> = Vec::new();
        for def in &self.defs {
            let hit = usize::from(replayed.table(&def.table).found().is_some());
            match counts.iter_mut().find(|(key, _)| key.same(&def.meta.key)) {
                Some((_, count)) => *count += hit,
                None => counts.push((def.meta.key.clone(), hit)),
            }
        }
        counts.into_iter().max_by_key(|(_, count)| *count).map(|(key, _)| vec![key])
    }
}

impl Def {
    fn new(table: Name, meta: Meta, span: Span) -> Def {
        Def {
            table,
            meta,
            span,
            parts: Vec::new(),
            options: Vec::new(),
            columns: HashMap::new(),
            kept: Vec::new(),
            named: HashSet::new(),
            typeless: HashSet::new(),
            unread: Vec::new(),
            classes: Vec::new(),
        }
    }

    fn is_of(&self, keys: &[Key]) -> bool {
        keys.iter().any(|key| key.same(&self.meta.key))
    }

    /// What the table and its columns say of themselves.
    fn infos(&self) -> impl Iterator<Item = ((Name, Option<String>), Told)> {
        let own = self.options.iter().find(|(name, _)| name == "info");
        let own = own.map(|(_, info)| (None, Told { info: Some(info.clone()), ty: None }));
        let columns = self.parts.iter().filter_map(|part| {
            let Value::Call(call) = part else { return None };
            let told = Told {
                info: call.kwarg("info").cloned(),
                ty: classes::type_of(&call.args, &call.kwargs).cloned(),
            };
            Some((Some(column_named(call)?.to_string()), told))
        });
        own.into_iter().chain(columns).map(|(column, told)| ((self.table.clone(), column), told))
    }

    fn create(&self, machine: &mut Machine<'_, '_>) -> (Option<CreateTable>, Vec<(Span, String)>) {
        let dialect = machine.dialect().sqlalchemy();
        let fields = self.classes.iter().rev().flat_map(|class| class.fields.iter().rev());
        let fields = fields.map(|field| (field.name.as_str(), field.column.as_str())).collect();
        let names = Names { table: &self.table, columns: &self.columns, fields };
        let mut unread = self.unread.clone();
        let mut parts = Vec::new();
        for part in &self.parts {
            match part {
                Value::Unknown(why) => {
                    let reason = format!("a part of `{}` is not known: {why}", self.table);
                    unread.push((self.span, reason));
                }
                part => match for_dialect(part, dialect) {
                    Some(Some(part)) => parts.push(names.put(part, 0)),
                    Some(None) => {}
                    None => {
                        let reason =
                            format!("when a part of `{}` is made is not known", self.table);
                        unread.push((self.span, reason));
                    }
                },
            }
        }
        let conventions = self.meta.conventions.clone().or_else(|| match &self.meta.key {
            Key::Path(path) => machine.conventions_of(super::annotations::last(path)),
            _ => None,
        });
        let conventions = Some(conventions.unwrap_or_default());
        let outer = std::mem::replace(&mut machine.local_conventions, conventions);
        let mut create = machine.table_of(self.table.clone(), &parts, self.span, Written::Alembic);
        machine.local_conventions = outer;
        unread.append(&mut machine.unread);
        if let Some(create) = &mut create {
            machine.table_options(create, &self.options);
            for constraint in &mut create.constraints {
                if let ConstraintKind::ForeignKey(fk) = &mut constraint.kind
                    && fk.table.schema.is_none()
                    && self.meta.schema.is_some()
                {
                    fk.table.schema.clone_from(&self.meta.schema);
                }
            }
        }
        (create, unread)
    }
}

/// The items and the options of `__table_args__`.
type TableArgs = (Vec<Value>, Vec<(String, Value)>);

/// What `__tablename__` comes to.
enum Named {
    Known(String),
    Not,
    Unknown(String),
}

/// A column that only says what it references.
fn is_typeless(call: &Call) -> bool {
    let typed = call.kwarg("type_").is_some()
        || call
            .args
            .iter()
            .skip(1)
            .any(|arg| !matches!(arg, Value::Call(c) if c.name() == "ForeignKey"));
    !typed
}

/// Whether a base may make a class one that maps a table.
fn may_be_base(base: &Value) -> bool {
    match base {
        Value::External(path) => !metadata::is_plain(path) || path.ends_with("DeclarativeBase"),
        Value::Class(_) | Value::Call(_) | Value::Attribute(_) => true,
        _ => false,
    }
}

/// A base from outside whose columns cannot be seen.
fn unknown_base(base: &Value) -> bool {
    match base {
        Value::External(path) => {
            let last = super::annotations::last(path);
            !metadata::is_plain(path)
                && !path.starts_with("sqlalchemy.")
                && !matches!(
                    last,
                    "SQLModel" | "DeclarativeBase" | "DeclarativeBaseNoMeta" | "Model"
                )
        }
        Value::Unknown(_) => true,
        _ => false,
    }
}

/// Python's own types, which no column is.
const PLAIN: &[&str] = &[
    "int",
    "str",
    "bool",
    "float",
    "dict",
    "list",
    "set",
    "tuple",
    "frozenset",
    "property",
    "len",
];

/// Whether what an attribute is bound to may be a column: a call, but none of Python's own types,
/// and no constant by its name.
fn may_be_column(at: &Rc<Class>, attribute: &Attribute, machine: &Machine<'_, '_>) -> bool {
    let file = machine.project.sources.file(at.scope.module.file);
    let Some((_, value)) = file.slice(attribute.span).split_once('=') else { return false };
    let called = value.trim_start().split('(').next().unwrap_or_default();
    let is_capital = |c: char| c.is_ascii_uppercase() || c.is_ascii_digit() || c == '_';
    let method = called.rsplit('.').next().unwrap_or_default();
    value.contains('(')
        && !attribute.name.chars().all(is_capital)
        && !PLAIN.contains(&called)
        && !method.starts_with("get")
}

/// Whether a `declared_attr` is a relationship by its annotation or text.
fn relates(at: &Rc<Class>, attribute: &Attribute, machine: &Machine<'_, '_>) -> bool {
    let text = machine.project.sources.file(at.scope.module.file);
    let text = text.slice(attribute.span);
    ["relationship(", "association_proxy(", "synonym(", "column_property("]
        .iter()
        .any(|word| text.contains(word))
}

/// Whether an annotation names a class of the project that is no Enum: the other end of a
/// relationship.
fn names_class(annotation: &super::annotations::Annotation, machine: &Machine<'_, '_>) -> bool {
    matches!(&annotation.ty, Value::Class(class) if !machine.is_enum(class))
}

/// `type_annotation_map` of a base or of its registry.
fn type_map(machine: &mut Machine<'_, '_>, line: &[Rc<Class>]) -> Vec<(Value, Value)> {
    for at in line {
        let found = own_value(machine, at, "type_annotation_map").or_else(|| {
            match own_value(machine, at, "registry") {
                Some(Value::Call(call)) => call.kwarg("type_annotation_map").cloned(),
                _ => at.bases.iter().find_map(|base| match base {
                    Value::Call(call) => call.kwarg("type_annotation_map").cloned(),
                    _ => None,
                }),
            }
        });
        if let Some(Value::Dict(items)) = found {
            return items.borrow().iter().take(MAX_TYPES).cloned().collect();
        }
    }
    Vec::new()
}

/// Regular expressions with which projects write class names in snake case, between words.
const WORDS: &[&str] = &[
    r"(?<!^)(?=[A-Z])",
    r"((?<=[a-z0-9])[A-Z]|(?!^)[A-Z](?=[a-z]))",
    r"((?<=[a-z0-9])[A-Z]|(?!^)(?<!_)[A-Z](?=[a-z]))",
];

/// What a substitution makes of a name, for the regular expressions that are known here.
pub(in super::super) fn substituted(pattern: &str, by: &str, text: &str) -> Option<String> {
    let at = WORDS.iter().position(|known| *known == pattern)?;
    let chars: Vec<char> = text.chars().collect();
    let mut out = String::new();
    for (i, c) in chars.iter().enumerate() {
        let before = i.checked_sub(1).map(|i| chars[i]);
        let after = chars.get(i + 1);
        let word = c.is_ascii_uppercase()
            && match (at, before) {
                (_, None) => false,
                (0, _) => true,
                (_, Some(b)) => {
                    b.is_ascii_lowercase()
                        || b.is_ascii_digit()
                        || after.is_some_and(char::is_ascii_lowercase) && (at == 1 || b != '_')
                }
            };
        if word && by != if at == 0 { "_" } else { r"_\1" } {
            return None;
        }
        if word {
            out.push('_');
        }
        out.push(*c);
    }
    Some(out)
}

/// Flask-SQLAlchemy's `camel_to_snake_case`.
pub(super) fn snake(name: &str) -> String {
    let chars: Vec<char> = name.chars().collect();
    let mut out = String::new();
    for (at, c) in chars.iter().enumerate() {
        let before = at.checked_sub(1).map(|at| chars[at]);
        let after = chars.get(at + 1);
        let starts = c.is_uppercase()
            && before.is_some_and(|b| {
                b.is_lowercase()
                    || b.is_ascii_digit()
                    || b.is_uppercase() && after.is_some_and(|a| a.is_lowercase())
            });
        if starts {
            out.push('_');
        }
        out.extend(c.to_lowercase());
    }
    out
}

/// Foreign keys name columns as code does (`key=`).
fn by_name(create: &mut CreateTable, keyed: &HashMap<Name, HashMap<String, String>>) {
    for constraint in &mut create.constraints {
        let ConstraintKind::ForeignKey(fk) = &mut constraint.kind else { continue };
        let Some(keys) = keyed.get(&fk.table) else { continue };
        for column in &mut fk.columns {
            if let Some(name) = keys.get(column) {
                column.clone_from(name);
            }
        }
    }
}

/// Gives columns that only say `ForeignKey('t.c')` the type of what they reference.
fn referenced_types(made: &mut [(CreateTable, HashSet<String>, Span)]) {
    let mut open: Vec<(usize, usize, Name, String)> = Vec::new();
    for (at, (create, typeless, _)) in made.iter().enumerate() {
        // The first key of a column, those of one column before others.
        let mut targets: HashMap<&str, (&Name, &str)> = HashMap::new();
        let (single, several): (Vec<_>, Vec<_>) =
            create.constraints.iter().partition(|c| c.columns.len() == 1);
        for key in single.into_iter().chain(several) {
            let Some(fk) = key.foreign_key() else { continue };
            for (own, target) in key.columns.iter().zip(&fk.columns) {
                targets.entry(own.as_str()).or_insert((&fk.table, target.as_str()));
            }
        }
        for (position, column) in create.columns.iter().enumerate() {
            if !column.ty.is_unknown() || !typeless.contains(&column.name) {
                continue;
            }
            if let Some((table, target)) = targets.get(column.name.as_str()) {
                open.push((at, position, (*table).clone(), (*target).to_owned()));
            }
        }
    }
    let mut index: HashMap<(Name, String), (usize, usize)> = HashMap::new();
    for (_, _, table, column) in &open {
        index.insert((table.clone(), column.clone()), (usize::MAX, 0));
    }
    for (at, (create, ..)) in made.iter().enumerate() {
        for (position, column) in create.columns.iter().enumerate() {
            if let Some(place) = index.get_mut(&(create.table.clone(), column.name.clone())) {
                *place = (at, position);
            }
        }
    }
    // Chains of references are short.
    for _ in 0..12 {
        let before = open.len();
        open.retain(|(at, position, table, target)| {
            let place = index.get(&(table.clone(), target.clone()));
            let found = place.and_then(|&(of, column)| made.get(of)?.0.columns.get(column));
            let known = found.filter(|c| !c.ty.is_unknown()).map(|c| c.ty.clone());
            let Some(ty) = known else { return true };
            let column: &mut Column = &mut made[*at].0.columns[*position];
            column.ty = ty;
            false
        });
        if open.len() == before {
            break;
        }
    }
}
