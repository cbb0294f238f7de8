//! What a project keeps out of autogenerate on purpose: `include_object`, `include_name`.

use std::{collections::HashSet, rc::Rc};

use super::{
    super::{
        machine::Machine,
        value::{Call, Callee, Scope, Value},
    },
    modules,
};
use crate::{
    ir::{Name, OpKind},
    model::Models,
    schema::Schema,
    source::Span,
};

/// Asks env.py's functions for each table of the database that the models do not have. What they
/// answer with is not known counts as left out: Alembic may not look at it.
pub(super) fn apply(
    machine: &mut Machine<'_, '_>,
    env: &Rc<Scope>,
    replayed: &Schema,
    models: &mut Models,
) {
    // The project does not want it compared; without the word, Alembic does (1.12 on).
    let types = modules::configured(machine, env, "compare_type");
    models.says.types = types.is_none_or(|value| value.truth() != Some(false));
    let object = modules::configured(machine, env, "include_object");
    let name = modules::configured(machine, env, "include_name");
    if object.is_none() && name.is_none() {
        return;
    }
    let declared: HashSet<&Name> = models
        .ops
        .iter()
        .filter_map(|op| {
            if let OpKind::CreateTable(create) = &op.kind { Some(&create.table) } else { None }
        })
        .collect();
    let mut left_out = Vec::new();
    for table in replayed.tables() {
        if declared.contains(&table.name) {
            continue;
        }
        let by_name = name.as_ref().map(|function| ask_name(machine, function, &table.name));
        let by_object =
            object.as_ref().map(|function| ask_object(machine, function, &table.name, env));
        if [by_name, by_object].into_iter().flatten().any(|kept| kept != Some(true)) {
            left_out.push(table.name.clone());
        }
    }
    models.left_out.extend(left_out);
}

fn schema_of(name: &Name) -> Value {
    name.schema.as_deref().map_or(Value::None, Value::str)
}

/// `include_name(name, type_, parent_names)`.
fn ask_name(machine: &mut Machine<'_, '_>, function: &Value, table: &Name) -> Option<bool> {
    let Value::Function(function) = function else { return None };
    let parents = Value::dict(vec![
        ("schema_name", schema_of(table)),
        ("schema_qualified_table_name", Value::str(&table.to_string())),
    ]);
    let args = vec![Value::str(&table.name), Value::str("table"), parents];
    machine.call_function(function, args, Vec::new()).truth()
}

/// `include_object(object, name, type_, reflected, compare_to)`.
fn ask_object(
    machine: &mut Machine<'_, '_>,
    function: &Value,
    table: &Name,
    env: &Rc<Scope>,
) -> Option<bool> {
    let Value::Function(function) = function else { return None };
    let span = Span::top(env.module.file);
    let callee = Callee::External(Rc::from("sqlalchemy.Table"));
    let kwargs = vec![("schema".to_owned(), schema_of(table))];
    let object = Call::new(callee, vec![Value::str(&table.name)], kwargs, span);
    object.set("schema", schema_of(table));
    object.set("info", Value::dict(Vec::new()));
    let args = vec![
        Value::Call(Rc::new(object)),
        Value::str(&table.name),
        Value::str("table"),
        Value::Bool(true),
        Value::None,
    ];
    machine.call_function(function, args, Vec::new()).truth()
}
