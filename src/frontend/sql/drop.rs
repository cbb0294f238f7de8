//! DROP …

use super::Reader;
use crate::{
    ir::{Name, OpKind, OpaqueEffect},
    source::Span,
};

/// `DROP FUNCTION f(integer), g CASCADE`, `DROP EXTENSION e`.
fn routine(reader: &mut Reader<'_>, word: &str, whole: Span) -> Option<()> {
    let cursor = &mut reader.cursor;
    cursor.eat_all(&["IF", "EXISTS"]);
    let mut kinds = Vec::new();
    loop {
        let name = cursor.name()?;
        let arguments =
            cursor.parens().map(|inner| inner.written(inner.at, inner.tokens.len()).to_owned());
        kinds.push((name, arguments));
        if !cursor.eat_punct(b',') {
            break;
        }
    }
    let cascade = cursor.is("CASCADE");
    for (name, arguments) in kinds {
        let kind = match word {
            "EXTENSION" => OpKind::DropExtension { name: name.name, cascade },
            _ => OpKind::DropRoutine { name, arguments },
        };
        reader.push(kind, whole);
    }
    Some(())
}

pub(super) fn drop(reader: &mut Reader<'_>, whole: Span) -> Option<()> {
    let cursor = &mut reader.cursor;
    cursor.advance(1);
    let materialized = cursor.eat("MATERIALIZED");
    cursor.eat("FOREIGN");
    let word = cursor.peek().map(|t| cursor.str(t).to_ascii_uppercase())?;
    cursor.advance(1);
    if matches!(word.as_str(), "FUNCTION" | "PROCEDURE" | "ROUTINE" | "EXTENSION") {
        return routine(reader, &word, whole);
    }
    if word == "OWNED" {
        reader.opaque("what DROP OWNED drops is not known", OpaqueEffect::Anything);
        return Some(());
    }
    if !matches!(
        word.as_str(),
        "TABLE" | "INDEX" | "VIEW" | "TYPE" | "DOMAIN" | "SEQUENCE" | "SCHEMA" | "TRIGGER"
    ) {
        reader.push(OpKind::Neutral { what: format!("DROP {word}") }, whole);
        return Some(());
    }
    let concurrently = cursor.eat("CONCURRENTLY");
    let if_exists = cursor.eat_all(&["IF", "EXISTS"]);
    let mut names: Vec<Name> = vec![cursor.name()?];
    if word == "TRIGGER" {
        let table = if cursor.eat("ON") { cursor.name() } else { None };
        let name = names.remove(0).name;
        reader.push(OpKind::DropTrigger { name, table, if_exists }, whole);
        return Some(());
    }
    while cursor.eat_punct(b',') {
        names.push(cursor.name()?);
    }
    let cascade = cursor.eat("CASCADE");
    cursor.eat("RESTRICT");
    if !cursor.done() || (materialized && word != "VIEW") {
        return None;
    }
    for name in names {
        let kind = match word.as_str() {
            "TABLE" => OpKind::DropTable { table: name, if_exists, cascade },
            "INDEX" => OpKind::DropIndex { name, table: None, if_exists, cascade, concurrently },
            "VIEW" => OpKind::DropView { name, materialized, if_exists, cascade },
            "SEQUENCE" => OpKind::DropSequence { name, if_exists, cascade },
            "SCHEMA" => OpKind::DropSchema { name: name.name, cascade },
            _ => OpKind::DropType { name, if_exists, cascade },
        };
        reader.push(kind, whole);
    }
    Some(())
}
