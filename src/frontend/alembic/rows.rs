//! The results of queries, as a migration looks at them.

use std::rc::Rc;

use super::{
    call::Args,
    machine::Machine,
    value::{Call, Callee, Rows, Value},
};
use crate::{facts::catalog::Cell, frontend::sql::answer};

impl Machine<'_, '_> {
    /// The result of a query of the catalog, or of a database without rows; `None` where it
    /// cannot be told.
    pub(super) fn answer(&mut self, text: &str, statement: &Value, args: &Args) -> Option<Value> {
        let mut values = Vec::new();
        bound_in(statement, &mut values);
        if let Some(given) = args.arg(1, "parameters").or_else(|| args.kw("params")) {
            parameters(given, &mut values);
        }
        let found = answer::answer(text, &values, self.schema)?;
        let columns: Rc<[String]> = Rc::from(found.columns);
        let row = |cells: Vec<Cell>| {
            let items = cells.into_iter().map(value).collect();
            Value::Row(Rc::new(Rows { columns: Rc::clone(&columns), items }))
        };
        let items = found.rows.into_iter().map(row).collect();
        Some(Value::Result(Rc::new(Rows { columns: Rc::clone(&columns), items })))
    }

    /// A method of a result.
    pub(super) fn result_method(&mut self, result: &Rc<Rows>, name: &str) -> Value {
        let first = || result.items.first().cloned().unwrap_or(Value::None);
        let of = |row: &Value| match row {
            Value::Row(row) => row.items.first().cloned().unwrap_or(Value::None),
            other => other.clone(),
        };
        match name {
            "fetchall" | "all" | "fetchmany" | "partitions" => Value::list(result.items.clone()),
            "first" | "fetchone" | "one_or_none" | "one" => first(),
            "scalar" | "scalar_one" | "scalar_one_or_none" => of(&first()),
            "scalars" => {
                let items = result.items.iter().map(of).collect();
                Value::Result(Rc::new(Rows { columns: Rc::clone(&result.columns), items }))
            }
            "keys" => Value::list(result.columns.iter().map(|name| Value::str(name)).collect()),
            "close" => Value::None,
            _ => Value::Result(Rc::clone(result)),
        }
    }
}

/// A method of a row.
pub(super) fn row_method(row: &Rc<Rows>, name: &str, args: &Args) -> Value {
    match name {
        "keys" | "_fields" => {
            Value::list(row.columns.iter().map(|name| Value::str(name)).collect())
        }
        "values" => Value::list(row.items.clone()),
        "_asdict" | "items" => {
            let pairs = row.columns.iter().map(String::as_str).zip(row.items.iter().cloned());
            Value::dict(pairs.collect())
        }
        "get" => args.str(0, "key").and_then(|key| row.named(&key)).unwrap_or(Value::None),
        _ => Value::Row(Rc::clone(row)),
    }
}

impl Rows {
    /// The value of a row's column.
    pub(super) fn named(&self, column: &str) -> Option<Value> {
        let at = self.columns.iter().position(|name| name == column)?;
        self.items.get(at).cloned()
    }
}

/// `text(…).bindparams(a=1)`.
fn bound_in(statement: &Value, values: &mut Vec<(String, Cell)>) {
    let Value::Call(call) = statement else { return };
    let Call { callee: Callee::Method(base, name), kwargs, .. } = call.as_ref() else { return };
    if name == "bindparams" {
        values.extend(kwargs.iter().map(|(key, value)| (key.clone(), cell(value))));
        bound_in(base, values);
    }
}

fn parameters(given: &Value, values: &mut Vec<(String, Cell)>) {
    match given {
        Value::Dict(items) => {
            let items = items.borrow();
            let named = items.iter().filter_map(|(key, value)| Some((key.as_str()?, value)));
            values.extend(named.map(|(key, value)| (key.to_string(), cell(value))));
        }
        other => {
            let items = other.items().unwrap_or_default();
            let numbered = items.iter().enumerate();
            values.extend(numbered.map(|(at, value)| ((at + 1).to_string(), cell(value))));
        }
    }
}

fn value(cell: Cell) -> Value {
    match cell {
        Cell::Null => Value::None,
        Cell::Bool(truth) => Value::Bool(truth),
        Cell::Int(n) => Value::Int(n),
        Cell::Text(text) => Value::str(&text),
        Cell::List(items) => Value::list(items.into_iter().map(value).collect()),
        Cell::Unknown => Value::unknown("it is read from the server's catalog"),
    }
}

fn cell(value: &Value) -> Cell {
    match value {
        Value::None => Cell::Null,
        Value::Bool(truth) => Cell::Bool(*truth),
        Value::Int(n) => Cell::Int(*n),
        Value::List(_) | Value::Tuple(_) => {
            Cell::List(value.items().unwrap_or_default().iter().take(2_000).map(cell).collect())
        }
        other => other.as_str().map_or(Cell::Unknown, |text| Cell::text(&text)),
    }
}
