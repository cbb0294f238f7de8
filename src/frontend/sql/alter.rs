//! ALTER …

use std::collections::HashSet;

use super::{
    Reader,
    create::{literal, owned_by},
    cursor::Cursor,
    named::columns_of,
    scan::Kind,
    sql_type,
    table::{collation, column, constraint, expression, identity, is_constraint},
};
use crate::{
    database::Dialect,
    ir::{
        ColumnChange, ConstraintKind, DefaultValue, DomainChange, EnumPosition, Generated, Name,
        OpKind, Opaque, OpaqueEffect, TypeChange,
    },
    source::Span,
};

pub(super) fn alter(reader: &mut Reader<'_>, whole: Span) -> Option<()> {
    let cursor = &mut reader.cursor;
    cursor.advance(1);
    cursor.eat("MATERIALIZED");
    cursor.eat("FOREIGN");
    let word = cursor.peek().map(|t| cursor.str(t).to_ascii_uppercase())?;
    cursor.advance(1);
    match word.as_str() {
        "TABLE" => table(reader, whole),
        "VIEW" => {
            reader.if_exists = cursor.eat_all(&["IF", "EXISTS"]);
            let view = cursor.name()?;
            let kind = match cursor.eat_all(&["RENAME", "TO"]) {
                true => OpKind::RenameTable { table: view, to: cursor.ident()? },
                false => OpKind::Neutral { what: "ALTER VIEW".to_owned() },
            };
            reader.push(kind, whole);
            Some(())
        }
        "INDEX" => {
            reader.if_exists = cursor.eat_all(&["IF", "EXISTS"]);
            let name = cursor.name()?;
            let kind = match cursor.eat_all(&["RENAME", "TO"]) {
                true => OpKind::RenameIndex { name, to: cursor.ident()? },
                false => OpKind::Neutral { what: "ALTER INDEX".to_owned() },
            };
            reader.push(kind, whole);
            Some(())
        }
        "TYPE" => ty(reader, whole),
        "DOMAIN" => domain(reader, whole),
        "SEQUENCE" => sequence(reader, whole),
        "SCHEMA" if cursor.is_nth(1, "RENAME") => {
            let reason = "everything in a renamed schema has another name from here on";
            reader.opaque(reason, OpaqueEffect::Anything);
            Some(())
        }
        _ => {
            reader.push(OpKind::Neutral { what: format!("ALTER {word}") }, whole);
            Some(())
        }
    }
}

fn sequence(reader: &mut Reader<'_>, whole: Span) -> Option<()> {
    let cursor = &mut reader.cursor;
    reader.if_exists = cursor.eat_all(&["IF", "EXISTS"]);
    let name = cursor.name()?;
    if cursor.eat_all(&["RENAME", "TO"]) {
        let to = cursor.ident()?;
        reader.push(OpKind::RenameSequence { name, to }, whole);
        return Some(());
    }
    while !cursor.done() && !cursor.is("OWNED") {
        cursor.advance(1);
    }
    let kind = match cursor.eat_all(&["OWNED", "BY"]) {
        true => OpKind::OwnSequence { name, owner: owned_by(cursor) },
        false => OpKind::Neutral { what: "ALTER SEQUENCE".to_owned() },
    };
    reader.push(kind, whole);
    Some(())
}

fn domain(reader: &mut Reader<'_>, whole: Span) -> Option<()> {
    let cursor = &mut reader.cursor;
    let name = cursor.name()?;
    let change = if cursor.eat_all(&["SET", "DEFAULT"]) {
        DomainChange::Default(Some(DefaultValue::sql(expression(cursor))))
    } else if cursor.eat_all(&["DROP", "DEFAULT"]) {
        DomainChange::Default(None)
    } else if cursor.eat_all(&["SET", "NOT", "NULL"]) {
        DomainChange::Nullable(false)
    } else if cursor.eat_all(&["DROP", "NOT", "NULL"]) {
        DomainChange::Nullable(true)
    } else if cursor.eat("ADD") && is_constraint(cursor) {
        match constraint(cursor) {
            Some(check) => DomainChange::AddCheck(Box::new(check)),
            None => DomainChange::Unread,
        }
    } else if cursor.eat_all(&["DROP", "CONSTRAINT"]) {
        cursor.eat_all(&["IF", "EXISTS"]);
        DomainChange::DropCheck(cursor.ident()?)
    } else if cursor.eat_all(&["RENAME", "CONSTRAINT"]) {
        let from = cursor.ident()?;
        cursor.eat("TO");
        DomainChange::RenameCheck { from, to: cursor.ident()? }
    } else if cursor.eat_all(&["RENAME", "TO"]) {
        let to = cursor.ident()?;
        reader.push(OpKind::RenameType { name, to }, whole);
        return Some(());
    } else if cursor.eat_all(&["SET", "SCHEMA"]) {
        let schema = Name::new(Some(&cursor.ident()?), &name.name).schema;
        reader.push(OpKind::MoveType { name, schema }, whole);
        return Some(());
    } else if cursor.is_any(&["VALIDATE", "OWNER"]) {
        reader.push(OpKind::Neutral { what: "ALTER DOMAIN".to_owned() }, whole);
        return Some(());
    } else {
        DomainChange::Unread
    };
    reader.push(OpKind::AlterDomain { name, change }, whole);
    Some(())
}

fn ty(reader: &mut Reader<'_>, whole: Span) -> Option<()> {
    let cursor = &mut reader.cursor;
    let name = cursor.name()?;
    let text = |cursor: &mut Cursor<'_>| {
        let token = cursor.peek().filter(|t| t.kind == Kind::Text)?;
        cursor.advance(1);
        Some(literal(cursor.str(token)))
    };
    let kind = if cursor.eat_all(&["ADD", "VALUE"]) {
        let if_not_exists = cursor.eat_all(&["IF", "NOT", "EXISTS"]);
        let label = text(cursor)?;
        let position = if cursor.eat("BEFORE") {
            Some(EnumPosition::Before(text(cursor)?))
        } else if cursor.eat("AFTER") {
            Some(EnumPosition::After(text(cursor)?))
        } else {
            None
        };
        OpKind::AddEnumValue { name, label, position, if_not_exists }
    } else if cursor.eat_all(&["RENAME", "VALUE"]) {
        let from = text(cursor)?;
        cursor.eat("TO");
        OpKind::RenameEnumValue { name, from, to: text(cursor)? }
    } else if cursor.eat_all(&["RENAME", "TO"]) {
        OpKind::RenameType { name, to: cursor.ident()? }
    } else if cursor.eat_all(&["SET", "SCHEMA"]) {
        let schema = Name::new(cursor.ident().as_deref(), "").schema;
        OpKind::MoveType { name, schema }
    } else if cursor.is_any(&["ADD", "DROP", "ALTER", "RENAME"]) {
        // The attributes of a composite type.
        OpKind::AlterDomain { name, change: DomainChange::Unread }
    } else {
        OpKind::Neutral { what: "ALTER TYPE".to_owned() }
    };
    reader.push(kind, whole);
    Some(())
}

/// `ALTER TABLE t action, action`: one operation each, with the action's own place.
fn table(reader: &mut Reader<'_>, whole: Span) -> Option<()> {
    let cursor = &mut reader.cursor;
    reader.if_exists = cursor.eat_all(&["IF", "EXISTS"]);
    reader.only = cursor.eat("ONLY");
    if cursor.is("ALL") && cursor.is_nth(1, "IN") && cursor.is_nth(2, "TABLESPACE") {
        reader.push(OpKind::Neutral { what: "ALTER TABLE ALL".to_owned() }, whole);
        return Some(());
    }
    let table = cursor.name()?;
    cursor.eat_punct(b'*');
    let mut several = false;
    let mut found: Vec<(OpKind, Span)> = Vec::new();
    while !reader.cursor.done() {
        let from = reader.cursor.at;
        let kinds = action(&mut reader.cursor, &table);
        let finished = reader.cursor.done() || reader.cursor.punct(b',');
        let kinds = match kinds {
            Some(kinds) if finished => kinds,
            _ => {
                reader.cursor.skip_item();
                let written: Vec<&str> = reader
                    .cursor
                    .written(from, reader.cursor.at)
                    .split_whitespace()
                    .take(3)
                    .collect();
                let reason = format!(
                    "the action {} of ALTER TABLE is not read yet",
                    written.join(" ").to_uppercase()
                );
                vec![OpKind::Opaque(Opaque { reason, effect: OpaqueEffect::Table(table.clone()) })]
            }
        };
        several |= reader.cursor.punct(b',');
        let span = if several { reader.cursor.span(from, reader.cursor.at) } else { whole };
        found.extend(kinds.into_iter().map(|kind| (kind, span)));
        reader.cursor.eat_punct(b',');
    }
    if reader.cursor.dialect == Dialect::Postgres {
        found.sort_by_key(|(kind, _)| pass(kind));
        tell_keys(&mut found);
        tell_twice(&mut found);
    }
    for (kind, span) in found {
        reader.push(kind, span);
    }
    Some(())
}

/// A primary key has to know where its statement takes NOT NULL away: PostgreSQL 18 looked at the
/// columns before that.
fn tell_keys(found: &mut [(OpKind, Span)]) {
    let loosens = |kind: &OpKind| matches!(kind, OpKind::AlterColumn { change, .. } if change.nullable == Some(true));
    let loosened: Vec<Span> =
        found.iter().filter(|(kind, _)| loosens(kind)).map(|(_, span)| *span).collect();
    if loosened.is_empty() {
        return;
    }
    let keys = found.iter_mut().filter_map(|(kind, _)| match kind {
        OpKind::AddConstraint { constraint, .. } => Some(constraint),
        _ => None,
    });
    let keys = keys.filter(|c| c.kind == ConstraintKind::PrimaryKey);
    // One can stand; a statement with more of them is refused whatever they know.
    keys.take(1).for_each(|key| key.loosened.clone_from(&loosened));
}

/// Marks a new type that the same statement changes again.
fn tell_twice(found: &mut [(OpKind, Span)]) {
    let mut seen: HashSet<String> = HashSet::new();
    for (kind, _) in found.iter_mut().rev() {
        if let OpKind::AlterColumn { column, change, .. } = kind
            && let Some(ty) = &mut change.ty
        {
            ty.twice = !seen.insert(column.clone());
        }
    }
}

/// PostgreSQL runs the actions of one ALTER TABLE in passes, whatever their order (the
/// `AT_PASS_…` constants of tablecmds.c): what is dropped goes first, constraints come last.
fn pass(kind: &OpKind) -> u8 {
    match kind {
        OpKind::DropColumn { .. } | OpKind::DropConstraint { .. } => 0,
        OpKind::AlterColumn { change, .. } if change.nullable == Some(true) => 0,
        OpKind::AlterColumn { change, .. } if matches!(change.generated, Some(None)) => 0,
        OpKind::AlterColumn { change, .. } if matches!(change.identity, Some(None)) => 0,
        OpKind::AlterColumn { change, .. } if matches!(change.default, Some(None)) => 0,
        OpKind::AlterColumn { change, .. } if change.ty.is_some() => 1,
        OpKind::AddColumn { .. } => 2,
        OpKind::AlterColumn { change, .. } if change.generated.is_some() => 3,
        OpKind::AlterColumn { change, .. } if change.nullable.is_some() => 4,
        OpKind::AddConstraint { constraint, .. } if constraint.stands_on_index() => 5,
        OpKind::AlterColumn { .. } => 6,
        OpKind::AddConstraint { .. } => 6,
        _ => 7,
    }
}

fn action(cursor: &mut Cursor<'_>, table: &Name) -> Option<Vec<OpKind>> {
    let table = table.clone();
    if cursor.eat("ADD") {
        return add(cursor, table);
    }
    if cursor.eat("DROP") {
        return drop_action(cursor, table).map(|kind| vec![kind]);
    }
    if cursor.eat("RENAME") {
        return rename(cursor, table).map(|kind| vec![kind]);
    }
    if cursor.is("ALTER") && cursor.is_nth(1, "CONSTRAINT") {
        cursor.skip_item();
        return Some(vec![OpKind::Neutral { what: "ALTER CONSTRAINT".to_owned() }]);
    }
    if cursor.eat("ALTER") {
        return alter_column(cursor, table).map(|kind| vec![kind]);
    }
    if cursor.eat_all(&["VALIDATE", "CONSTRAINT"]) {
        return Some(vec![OpKind::ValidateConstraint { table, name: cursor.ident()? }]);
    }
    if cursor.eat_all(&["SET", "SCHEMA"]) {
        return Some(vec![OpKind::SetSchema { table, schema: cursor.ident() }]);
    }
    if cursor.eat_all(&["ATTACH", "PARTITION"]) {
        let child = cursor.name()?;
        let from = cursor.at;
        cursor.skip_item();
        let bound = Some(cursor.written(from, cursor.at).to_owned());
        return Some(vec![OpKind::Attach { table, child, bound }]);
    }
    if cursor.eat("INHERIT") {
        let parent = cursor.name()?;
        return Some(vec![OpKind::Attach { table: parent, child: table, bound: None }]);
    }
    if cursor.eat_all(&["DETACH", "PARTITION"]) {
        let child = cursor.name()?;
        cursor.skip_item();
        return Some(vec![OpKind::Detach { table, child }]);
    }
    if cursor.eat_all(&["NO", "INHERIT"]) {
        let parent = cursor.name()?;
        return Some(vec![OpKind::Detach { table: parent, child: table }]);
    }
    let harmless = cursor.is_any(&[
        "SET", "RESET", "OWNER", "ENABLE", "DISABLE", "CLUSTER", "REPLICA", "FORCE", "NO", "OF",
        "OPTIONS", "NOT",
    ]);
    if harmless {
        let what = cursor.peek().map(|t| cursor.str(t).to_ascii_uppercase()).unwrap_or_default();
        cursor.skip_item();
        return Some(vec![OpKind::Neutral { what: format!("ALTER TABLE {what}") }]);
    }
    None
}

fn add(cursor: &mut Cursor<'_>, table: Name) -> Option<Vec<OpKind>> {
    if is_constraint(cursor) {
        let constraint = constraint(cursor)?;
        return Some(vec![OpKind::AddConstraint { table, constraint }]);
    }
    cursor.eat("COLUMN");
    let if_not_exists = cursor.eat_all(&["IF", "NOT", "EXISTS"]);
    let made = column(cursor)?;
    let (column, constraints) = (made.column, made.constraints);
    Some(vec![OpKind::AddColumn { table, column, constraints, indexes: Vec::new(), if_not_exists }])
}

fn drop_action(cursor: &mut Cursor<'_>, table: Name) -> Option<OpKind> {
    let constraint = cursor.eat("CONSTRAINT");
    if !constraint {
        cursor.eat("COLUMN");
    }
    let if_exists = cursor.eat_all(&["IF", "EXISTS"]);
    let name = cursor.ident()?;
    let cascade = cursor.eat("CASCADE");
    cursor.eat("RESTRICT");
    Some(match constraint {
        true => OpKind::DropConstraint { table, name: Some(name), kind: None, if_exists, cascade },
        false => OpKind::DropColumn { table, column: name, if_exists, cascade },
    })
}

fn rename(cursor: &mut Cursor<'_>, table: Name) -> Option<OpKind> {
    if cursor.eat("TO") {
        return Some(OpKind::RenameTable { table, to: cursor.ident()? });
    }
    let constraint = cursor.eat("CONSTRAINT");
    if !constraint {
        cursor.eat("COLUMN");
    }
    let from = cursor.ident()?;
    if !cursor.eat("TO") {
        return None;
    }
    let to = cursor.ident()?;
    Some(match constraint {
        true => OpKind::RenameConstraint { table, name: from, to },
        false => OpKind::RenameColumn { table, column: from, to },
    })
}

fn alter_column(cursor: &mut Cursor<'_>, table: Name) -> Option<OpKind> {
    cursor.eat("COLUMN");
    let column = cursor.ident()?;
    let mut change = ColumnChange::default();
    if cursor.eat_all(&["SET", "DATA", "TYPE"]) || cursor.eat("TYPE") {
        change.ty = Some(type_change(cursor));
    } else if cursor.eat_all(&["SET", "NOT", "NULL"]) {
        change.nullable = Some(false);
    } else if cursor.eat_all(&["DROP", "NOT", "NULL"]) {
        change.nullable = Some(true);
    } else if cursor.eat_all(&["SET", "DEFAULT"]) {
        change.default = Some(Some(DefaultValue::sql(expression(cursor))));
    } else if cursor.eat_all(&["DROP", "DEFAULT"]) {
        change.default = Some(None);
    } else if cursor.eat_all(&["SET", "EXPRESSION", "AS"]) {
        let inner = cursor.parens()?;
        let sql = inner.written(inner.at, inner.tokens.len()).to_owned();
        let reads = columns_of(&inner);
        change.generated = Some(Some(Generated { sql, stored: true, reads }));
    } else if cursor.eat_all(&["DROP", "EXPRESSION"]) {
        change.if_exists = cursor.eat_all(&["IF", "EXISTS"]);
        change.generated = Some(None);
    } else if cursor.eat_all(&["DROP", "IDENTITY"]) {
        change.if_exists = cursor.eat_all(&["IF", "EXISTS"]);
        change.identity = Some(None);
    } else if cursor.eat_all(&["ADD", "GENERATED"]) {
        let always = cursor.is("ALWAYS");
        while !cursor.done() && !cursor.punct(b',') && !cursor.punct(b'(') {
            cursor.advance(1);
        }
        change.identity = Some(Some(identity(cursor, always)));
    } else if cursor.is_any(&["SET", "RESET", "RESTART", "OPTIONS"]) {
        cursor.skip_item();
        return Some(OpKind::Neutral { what: "ALTER COLUMN SET".to_owned() });
    } else {
        return None;
    }
    Some(OpKind::AlterColumn { table, column, change })
}

fn type_change(cursor: &mut Cursor<'_>) -> TypeChange {
    let from = cursor.at;
    while !cursor.done() && !cursor.punct(b',') && !cursor.is_any(&["USING", "COLLATE"]) {
        cursor.skip();
    }
    let to = sql_type(cursor.written(from, cursor.at), cursor.dialect);
    let collation = if cursor.eat("COLLATE") { collation(cursor) } else { None };
    let using = cursor.eat("USING").then(|| {
        let from = cursor.at;
        cursor.skip_item();
        cursor.written(from, cursor.at).to_owned()
    });
    TypeChange { to, using, collation, twice: false }
}
