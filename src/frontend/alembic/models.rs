//! Tables that a migration makes from objects of its own: `Enum.create`, `Table.create`,
//! `Model.__table__.create`, `metadata.create_all`.

use std::rc::Rc;

use super::{
    call::Args,
    env::conventions,
    machine::Machine,
    naming::Conventions,
    value::{Body, Call, Callee, Class, Scope, Value},
};
use crate::{
    database::Dialect,
    ir::{CreateTable, Name, OpKind, OpaqueEffect, Style},
    source::{FileId, Span},
};

impl Machine<'_, '_> {
    /// `x.create(bind)`, `x.drop(bind)`, `x.create_all(bind)`; false where `x` has none that is
    /// known.
    pub(super) fn create_or_drop(&mut self, base: &Value, name: &str, args: &Args) -> bool {
        let create = name.starts_with("create");
        if name.ends_with("_all") {
            self.create_or_drop_all(base, create, args);
            return true;
        }
        self.enum_object(base, create, args) || self.table_object(base, create, args.span)
    }

    fn enum_object(&mut self, base: &Value, create: bool, args: &Args) -> bool {
        let Some(declared) = self.enum_type(base) else { return false };
        if self.dialect() == Dialect::Sqlite {
            return true;
        }
        let checkfirst = args.kw("checkfirst").and_then(Value::truth).unwrap_or(true);
        let name = declared.name;
        match (create, declared.labels) {
            (true, Some(labels)) => {
                let kind = OpKind::CreateEnum { name, labels, checkfirst };
                self.emit(kind, args.span, Style::Alembic);
            }
            (true, None) => {
                self.opaque(args.span, "the labels of an Enum are not known", OpaqueEffect::Rows);
            }
            (false, _) => {
                let kind = OpKind::DropType { name, if_exists: checkfirst, cascade: false };
                self.emit(kind, args.span, Style::Alembic);
            }
        }
        true
    }

    /// Both check first whether the table is there (`checkfirst=True`).
    fn table_object(&mut self, base: &Value, create: bool, span: Span) -> bool {
        if !create {
            let is_table = matches!(base, Value::Call(call) if call.name() == "Table")
                || model_of(base).is_some();
            let Some(table) = self.table_name(base).filter(|_| is_table) else { return false };
            let kind = OpKind::DropTable { table, if_exists: true, cascade: false };
            self.emit(kind, span, Style::Alembic);
            return true;
        }
        let Some(mut made) = self.table_from(base, span) else { return false };
        made.if_not_exists = true;
        let table = made.table.clone();
        self.emit(OpKind::CreateTable(made), span, Style::Alembic);
        self.say_unread(&table);
        true
    }

    /// The definition of a table object or of a model, with the names that its own metadata
    /// gives: those of the project's for what the project declares.
    fn table_from(&mut self, base: &Value, span: Span) -> Option<CreateTable> {
        let own = self.own_conventions(base);
        let outer = std::mem::replace(&mut self.local_conventions, own);
        let made = self.definition_of(base, span);
        self.local_conventions = outer;
        made
    }

    /// The naming convention of a metadata that the migration's own file makes.
    pub(super) fn own_conventions(&self, table: &Value) -> Option<Conventions> {
        let owner = match (model_of(table), table) {
            (Some(class), _) => self.declarative_base(&class, 0)?,
            (None, Value::Call(call)) => match call.args.get(1)? {
                Value::Attribute(of) if of.1 == "metadata" => of.0.clone(),
                other => other.clone(),
            },
            _ => return None,
        };
        let Value::Call(owner) = owner else { return None };
        if self.home != Some(owner.span.file) && self.of_migrations(owner.span.file).is_none() {
            return None;
        }
        let metadata = match owner.kwarg("metadata") {
            Some(Value::Call(metadata)) => Rc::clone(metadata),
            _ => owner,
        };
        Some(metadata.kwarg("naming_convention").and_then(conventions).unwrap_or_default())
    }

    /// What a class descends from that a call made in the migration's own file, `declarative_base()`.
    fn declarative_base(&self, class: &Rc<Class>, depth: usize) -> Option<Value> {
        if depth > 32 {
            return None;
        }
        class.bases.iter().find_map(|base| match base {
            Value::Call(_) => Some(base.clone()),
            Value::Class(base) => self.declarative_base(base, depth + 1),
            _ => None,
        })
    }

    fn definition_of(&mut self, base: &Value, span: Span) -> Option<CreateTable> {
        if let Some(class) = model_of(base) {
            return self.model(&class, span);
        }
        let Value::Call(call) = base else { return None };
        if call.name() != "Table" {
            return None;
        }
        let table = self.table_name(base)?;
        let mut parts: Vec<Value> = call.args.iter().skip(2).cloned().collect();
        parts.extend(call.appended());
        self.table_of(table, &parts, span, Style::Alembic)
    }

    /// `metadata.create_all(bind, tables=[…])`; without a list, of a metadata that the migration
    /// itself fills.
    fn create_or_drop_all(&mut self, base: &Value, create: bool, args: &Args) {
        if self.models {
            self.makes_tables |= create;
            return;
        }
        let name = if create { "create_all" } else { "drop_all" };
        let listed = args.arg(1, "tables").filter(|v| !v.is_none()).and_then(Value::items);
        let tables = listed.or_else(|| self.tables_of(base));
        let known = |machine: &mut Self, table: &Value| machine.table_name(table).is_some();
        let Some(mut tables) = tables.filter(|list| list.iter().all(|t| known(self, t))) else {
            let reason = format!("the tables of `{name}` are not known here");
            let effect = if create { OpaqueEffect::Others } else { OpaqueEffect::Anything };
            return self.opaque(args.span, &reason, effect);
        };
        tables = self.sorted(tables, args.span);
        if !create {
            tables.reverse();
        }
        for table in tables {
            if !self.table_object(&table, create, args.span) {
                let reason = format!("a table of `{name}` cannot be read");
                self.opaque(args.span, &reason, OpaqueEffect::Others);
            }
        }
    }

    /// In the order of their foreign keys (`MetaData.sorted_tables`).
    fn sorted(&mut self, tables: Vec<Value>, span: Span) -> Vec<Value> {
        let mut waiting: Vec<(Value, Name, Vec<Name>)> = Vec::new();
        for table in tables {
            let Some(name) = self.table_name(&table) else { continue };
            let made = self.table_from(&table, span);
            self.unread.clear();
            let keys =
                made.iter().flat_map(|made| &made.constraints).filter_map(|c| c.foreign_key());
            let needs = keys.map(|fk| fk.table.clone()).filter(|needed| *needed != name).collect();
            waiting.push((table, name, needs));
        }
        let mut sorted = Vec::new();
        while !waiting.is_empty() {
            let names: Vec<Name> = waiting.iter().map(|(_, name, _)| name.clone()).collect();
            let free = |needs: &[Name]| !needs.iter().any(|needed| names.contains(needed));
            // A cycle is broken at its first.
            let at = waiting.iter().position(|(_, _, needs)| free(needs)).unwrap_or(0);
            sorted.push(waiting.remove(at).0);
            if sorted.len() > 500 {
                sorted.extend(waiting.drain(..).map(|(table, _, _)| table));
            }
        }
        sorted
    }

    /// The tables of a metadata that belongs to the migration's own file.
    fn tables_of(&mut self, metadata: &Value) -> Option<Vec<Value>> {
        let owner = match metadata {
            Value::Attribute(of) if of.1 == "metadata" => of.0.clone(),
            Value::Call(call) if call.name() == "MetaData" => metadata.clone(),
            _ => return None,
        };
        let file = match &owner {
            Value::Class(class) => class.scope.module.file,
            Value::Call(call) => call.span.file,
            _ => return None,
        };
        let scope = match self.home == Some(file) {
            true => self.home_scope.clone()?,
            // What lies in the application is filled by all its modules.
            false => self.of_migrations(file)?,
        };
        let module = Rc::clone(&scope.module);
        let mut names: Vec<(&String, usize)> =
            module.bindings.iter().map(|(name, at)| (name, *at)).collect();
        names.sort_by_key(|(_, at)| *at);
        let mut found = Vec::new();
        for (name, _) in names {
            if let Some(Value::Class(class)) = self.module_name(name, &scope)
                && inherits(&class, &owner, 0)
                && self.table_name(&Value::Class(Rc::clone(&class))).is_some()
            {
                found
                    .push(Value::Attribute(Rc::new((Value::Class(class), "__table__".to_owned()))));
            }
        }
        let declared = self.declared.iter().filter(|table| {
            let Value::Call(call) = table else { return false };
            match call.args.get(1) {
                Some(Value::Attribute(of)) => of.1 == "metadata" && same(&of.0, &owner),
                Some(other) => same(other, &owner),
                None => false,
            }
        });
        found.extend(declared.cloned());
        Some(found)
    }

    /// A module that lies with the migrations: another revision, or what belongs to one.
    fn of_migrations(&self, file: FileId) -> Option<Rc<Scope>> {
        let home = &self.home_scope.as_ref()?.module.dir;
        let below = |dir: &str| {
            let rest = dir.strip_prefix(self.folder.as_str()).filter(|_| !self.folder.is_empty());
            rest.is_some_and(|rest| rest.starts_with('/'))
        };
        let of = |other: &Rc<Scope>| *home == other.module.dir || below(&other.module.dir);
        self.project.loaded(file).filter(of)
    }

    /// `Base.metadata.tables`: what the migration's own file declares; of another metadata, what
    /// the database has.
    pub(super) fn metadata_tables(&mut self, metadata: &Value) -> Value {
        let Some(tables) = self.tables_of(metadata) else {
            return Value::unknown("the tables of the metadata are not known here");
        };
        let mut items = Vec::new();
        for table in tables {
            if let Some(name) = self.table_name(&table) {
                items.push((Value::str(&name.to_string()), table));
            }
        }
        Value::Dict(Rc::new(std::cell::RefCell::new(items)))
    }

    /// The table that an ORM class declares: its columns and those of the classes above it.
    pub(super) fn model(&mut self, class: &Rc<Class>, span: Span) -> Option<CreateTable> {
        let table = self.table_name(&Value::Class(Rc::clone(class)))?;
        let mut parts = Vec::new();
        let mut line = vec![Rc::clone(class)];
        let mut seen = 0;
        while let Some(at) = line.pop() {
            seen += 1;
            if seen > 32 {
                break;
            }
            for (name, value) in self.members(&at).iter() {
                let value = match value {
                    Value::Function(function) if is_declared_attr(function) => {
                        let this = Value::Class(Rc::clone(class));
                        self.call_function(&Rc::clone(function), vec![this], Vec::new())
                    }
                    other => other.clone(),
                };
                if name == "__table_args__" {
                    let items = value.items().unwrap_or_default();
                    parts.extend(items.into_iter().filter(|v| matches!(v, Value::Call(_))));
                } else if let Value::Call(call) = &value
                    && matches!(call.name(), "Column" | "mapped_column")
                {
                    parts.push(self.mapped(name, call));
                }
            }
            line.extend(at.bases.iter().rev().filter_map(|base| match base {
                Value::Class(base) => Some(Rc::clone(base)),
                _ => None,
            }));
        }
        self.table_of(table, &parts, span, Style::Alembic)
    }

    /// A column of a model, which takes the attribute's name where it has none of its own.
    fn mapped(&self, attribute: &str, call: &Rc<Call>) -> Value {
        let mut args = call.args.clone();
        if args.first().is_none_or(|first| first.as_str().is_none()) {
            args.insert(0, Value::str(attribute));
        }
        let callee = Callee::External(Rc::from("sqlalchemy.Column"));
        self.kept(callee, args, call.kwargs.clone(), call.span)
    }
}

/// The ORM class of `Model.__table__`.
pub(super) fn model_of(value: &Value) -> Option<Rc<Class>> {
    match value {
        Value::Attribute(of) if of.1 == "__table__" => match &of.0 {
            Value::Class(class) => Some(Rc::clone(class)),
            _ => None,
        },
        _ => None,
    }
}

fn is_declared_attr(function: &super::value::Function) -> bool {
    let Body::Def(def) = &function.body else { return false };
    def.decorator_list.iter().any(|decorator| {
        let mut at = &decorator.expression;
        // `@declared_attr.directive`, `@orm.declared_attr`.
        while let ruff_python_ast::Expr::Attribute(attribute) = at {
            if attribute.attr.as_str() == "declared_attr" {
                return true;
            }
            at = &attribute.value;
        }
        matches!(at, ruff_python_ast::Expr::Name(name) if name.id.as_str() == "declared_attr")
    })
}

/// The same object, not an equal one.
fn same(a: &Value, b: &Value) -> bool {
    match (a, b) {
        (Value::Call(a), Value::Call(b)) => Rc::ptr_eq(a, b),
        (Value::Class(a), Value::Class(b)) => Rc::ptr_eq(a, b),
        _ => false,
    }
}

fn inherits(class: &Rc<Class>, from: &Value, depth: usize) -> bool {
    depth < 32
        && class.bases.iter().any(|base| {
            same(base, from)
                || matches!(base, Value::Class(base) if inherits(base, from, depth + 1))
        })
}
