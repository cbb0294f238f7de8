//! Entities in migrations: their names, and the rows that they read and write.

use std::rc::Rc;

use super::{
    machine::Machine,
    query::{Given, Reference, Rows, RowsKind},
    value::Value,
};
use crate::{
    frontend::rust::{
        crates::ModuleId,
        syntax::{Item, Struct},
    },
    ir::{Name, OpaqueEffect},
    source::Span,
};

/// Methods that send what a query or a row by way of an entity is.
pub(super) const SENDS: &[&str] = &[
    "exec",
    "exec_with_returning",
    "exec_without_returning",
    "insert",
    "save",
    "update",
    "delete",
    "one",
    "all",
    "count",
    "stream",
    "fetch",
    "fetch_page",
    "num_pages",
    "insert_many",
    "exec_with_returning_many",
    "update_many",
    "delete_many",
    "execute",
    "paginate",
];

/// What a function or a method of an entity begins.
fn kind_of(name: &str) -> Option<RowsKind> {
    match name {
        "insert" | "insert_many" => Some(RowsKind::Insert),
        "delete" | "delete_many" | "delete_by_id" => Some(RowsKind::Delete),
        "update" | "update_many" => Some(RowsKind::Update),
        "find" | "find_by_id" => Some(RowsKind::Select),
        _ => None,
    }
}

impl Machine<'_, '_> {
    /// `cake::Entity`, `cake::Column::Id`, and what else a module with an entity has.
    pub(super) fn entity_value(&mut self, module: ModuleId, rest: &[String]) -> Value {
        // What a module has that could not be read is there all the same.
        if let (true, [name]) = (self.crates.error(module).is_some(), rest) {
            let item = Item::Struct(Struct {
                name: name.clone(),
                attributes: Vec::new(),
                fields: Vec::new(),
                at: 0..0,
                cfg: None,
            });
            return self.record(module, Rc::new(item), Vec::new());
        }
        if let Some((_, error)) = self.crates.error(module) {
            return Value::unknown(error);
        }
        if !self.is_entity(module) {
            return Value::unknown("a name leads to nothing that is read");
        }
        match rest.iter().map(String::as_str).collect::<Vec<_>>().as_slice() {
            ["Entity"] => Value::Entity(module),
            ["Column", name] => Value::Column(module, (*name).to_owned()),
            ["ActiveModel" | "Model", ..] => Value::Rows(self.table(module), None),
            _ => Value::unknown("a name leads to nothing that is read"),
        }
    }

    fn table(&mut self, module: ModuleId) -> Option<Name> {
        self.table_of(module).map(|table| table.to_name())
    }

    /// `cake::Entity::insert(…)`, `Cake::find()`: rows of its table.
    pub(super) fn entity_call(
        &mut self,
        module: ModuleId,
        rest: &[String],
        args: Vec<Value>,
        span: Span,
        shown: &str,
    ) -> Value {
        let table = self.table(module);
        let about = rest
            .first()
            .is_some_and(|name| matches!(name.as_str(), "Entity" | "ActiveModel" | "Model"));
        let kind = rest.get(1).and_then(|name| kind_of(name));
        match (about, self.reaches(&args)) {
            (true, false) => Value::Rows(table, kind),
            (true, true) => {
                self.rows_sent(table, kind, span);
                Value::unknown("rows are not known")
            }
            (false, true) => {
                let error = self.crates.error(module).map(|(_, error)| error.clone());
                let reason = error.unwrap_or_else(|| format!("what `{shown}` does is not known"));
                self.beyond(span, &reason)
            }
            (false, false) => Value::unknown(&format!("what `{shown}` returns is not known")),
        }
    }

    /// A method of rows; those that are handed the database send something.
    pub(super) fn entity_method(
        &mut self,
        (table, kind): (&Option<Name>, Option<RowsKind>),
        name: &str,
        args: &[Value],
        span: Span,
    ) -> Value {
        let kind = kind.or_else(|| kind_of(name));
        if !self.reaches(args) {
            return Value::Rows(table.clone(), kind);
        }
        match name {
            // The application's tables are taken as empty.
            "all" | "fetch" | "fetch_page" => Value::okay(self.list(Vec::new())),
            "one" => Value::okay(Value::None),
            "count" | "num_pages" => Value::okay(Value::Int(0)),
            "paginate" | "stream" => Value::Rows(table.clone(), kind),
            _ => {
                self.rows_sent(table.clone(), kind, span);
                Value::unknown("rows are not known")
            }
        }
    }

    /// Rows that come and go are written; what becomes of those that are changed is not known.
    fn rows_sent(&mut self, table: Option<Name>, kind: Option<RowsKind>, span: Span) {
        let rows = |table: &Name, kind| Rows {
            kind,
            table: Some(Reference { schema: table.schema.clone(), name: table.name.clone() }),
            columns: Vec::new(),
            filtered: true,
            count: None,
            open: true,
        };
        if let (Some(table), Some(kind @ (RowsKind::Insert | RowsKind::Delete))) = (&table, kind) {
            let transaction = self.outer;
            return self.send_rows(&rows(table, kind), span, transaction);
        }
        let reason = match table {
            Some(table) => format!("an entity changes rows of `{table}`"),
            None => "an entity changes rows".to_owned(),
        };
        self.opaque(span, &reason, OpaqueEffect::Rows);
    }

    /// A statement about rows, as what it writes.
    pub(super) fn send_rows(&mut self, rows: &Rows, span: Span, transaction: Option<u32>) {
        use crate::ir::{Filter, OpKind, Reads, Value as Written, Write, WriteKind};
        let Some(table) = &rows.table else {
            return match rows.kind {
                RowsKind::Select => {}
                _ => self.opaque(
                    span,
                    "rows of a table that is not known are written",
                    OpaqueEffect::Rows,
                ),
            };
        };
        let kind = match rows.kind {
            RowsKind::Select => return,
            RowsKind::Insert => WriteKind::Insert,
            RowsKind::Update => WriteKind::Update,
            RowsKind::Delete => WriteKind::Delete,
        };
        let value = |given: Given| match given {
            Given::Null => Written::Null,
            Given::Value => Written::NotNull,
            Given::Unknown => Written::Other,
        };
        let columns = rows.columns.iter().map(|(name, given)| (name.clone(), value(*given)));
        let write = Write {
            kind,
            table: table.to_name(),
            columns: columns.collect(),
            filter: if rows.filtered { Filter::Some } else { Filter::All },
            rows: rows.count.filter(|_| !rows.open),
            reads: Reads::default(),
        };
        self.push(OpKind::Write(write), span, transaction);
    }
}
