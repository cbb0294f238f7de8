//! The safe way as code, in the tool the file is written in. Shown, never applied: a
//! migration that has run somewhere must not be edited, and the safe way is often two.

use crate::{
    database::Database,
    frontend::alembic::in_batch,
    ir::{Name, Style},
    quote,
    schema::Schema,
    types::SqlType,
};

/// How code is to be written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Writing {
    Sql,
    Alembic,
    /// Alembic where SQLite is a target too: ALTERs go into a batch.
    Batch,
    /// SQL that a migration of sea-orm-migration sends.
    SeaOrm,
}

impl Writing {
    pub fn of(style: Style, database: Database) -> Writing {
        match style {
            Style::Sql => Writing::Sql,
            Style::SeaOrm { .. } => Writing::SeaOrm,
            Style::Alembic | Style::Batch { .. } if database.is_sqlite() => Writing::Batch,
            Style::Alembic | Style::Batch { .. } => Writing::Alembic,
        }
    }
}

/// A call of Alembic's `op`, put into a batch on its table; `None` where its text cannot be
/// rewritten.
pub fn batched(call: &str, table: &Name) -> Option<String> {
    Some(block(table, &in_batch(call)?))
}

/// A call that adds a column, as it is written, but nullable; in its batch where it stands in one.
pub fn nullable(call: &str, style: Style, table: &Name) -> Option<String> {
    let at = call.find("nullable=False")?;
    let text = format!("{}nullable=True{}", &call[..at], &call[at + "nullable=False".len()..]);
    let text = text.lines().map(str::trim).collect::<Vec<_>>().join(" ");
    match style {
        Style::Alembic => Some(text),
        Style::Batch { .. } => Some(block(table, &text)),
        Style::Sql | Style::SeaOrm { .. } => None,
    }
}

/// A call in a batch on its table.
pub fn block(table: &Name, inner: &str) -> String {
    let schema = schema_argument(table);
    let inner = inner.lines().map(str::trim).collect::<Vec<_>>().join(" ");
    format!("with op.batch_alter_table({}{schema}) as batch_op:\n    {inner}", text(&table.name))
}

pub fn add_column(
    writing: Writing,
    table: &Name,
    column: &str,
    ty: &SqlType,
    nullable: bool,
) -> String {
    match writing {
        Writing::Sql => {
            let rest = if nullable { "" } else { " NOT NULL" };
            format!("ALTER TABLE {} ADD COLUMN {} {ty}{rest};", name(table), ident(column))
        }
        Writing::SeaOrm => sea_orm(&add_column(Writing::Sql, table, column, ty, nullable)),
        Writing::Alembic | Writing::Batch => format!(
            "op.add_column({}, sa.Column({}, {}, nullable={}){})",
            text(&table.name),
            text(column),
            alembic_type(ty),
            if nullable { "True" } else { "False" },
            schema_argument(table),
        ),
    }
}

/// A NOT NULL column that fills itself, in SQLite's SQL.
pub fn add_with_default(table: &Name, column: &str, ty: &SqlType) -> String {
    let value = match plain_sample(ty) {
        // A default must be a constant there.
        "CURRENT_TIMESTAMP" | "CURRENT_DATE" => "'1970-01-01'",
        "gen_random_uuid()" => "''",
        value => value,
    };
    let (table, column) = (name(table), ident(column));
    format!("ALTER TABLE {table} ADD COLUMN {column} {ty} NOT NULL DEFAULT {value};")
}

pub fn set_not_null(writing: Writing, table: &Name, column: &str) -> String {
    match writing {
        Writing::Sql => {
            format!("ALTER TABLE {} ALTER COLUMN {} SET NOT NULL;", name(table), ident(column))
        }
        Writing::SeaOrm => sea_orm(&set_not_null(Writing::Sql, table, column)),
        Writing::Alembic => format!(
            "op.alter_column({}, {}, nullable=False{})",
            text(&table.name),
            text(column),
            schema_argument(table)
        ),
        Writing::Batch => {
            block(table, &format!("batch_op.alter_column({}, nullable=False)", text(column)))
        }
    }
}

/// `value`: an SQL expression.
pub fn set_default(writing: Writing, table: &Name, column: &str, value: &str) -> String {
    let default = || format!("server_default=sa.text({})", text(value));
    match writing {
        Writing::Sql => {
            format!(
                "ALTER TABLE {} ALTER COLUMN {} SET DEFAULT {value};",
                name(table),
                ident(column)
            )
        }
        Writing::SeaOrm => sea_orm(&set_default(Writing::Sql, table, column, value)),
        Writing::Alembic => format!(
            "op.alter_column({}, {}, {}{})",
            text(&table.name),
            text(column),
            default(),
            schema_argument(table)
        ),
        Writing::Batch => {
            block(table, &format!("batch_op.alter_column({}, {})", text(column), default()))
        }
    }
}

pub fn rename_column(writing: Writing, table: &Name, from: &str, to: &str) -> String {
    match writing {
        Writing::Sql => {
            format!("ALTER TABLE {} RENAME COLUMN {} TO {};", name(table), ident(from), ident(to))
        }
        Writing::SeaOrm => sea_orm(&rename_column(Writing::Sql, table, from, to)),
        Writing::Alembic | Writing::Batch => format!(
            "op.alter_column({}, {}, new_column_name={}{})",
            text(&table.name),
            text(from),
            text(to),
            schema_argument(table)
        ),
    }
}

pub fn rename_table(writing: Writing, from: &Name, to: &str) -> String {
    match writing {
        Writing::Sql => format!("ALTER TABLE {} RENAME TO {};", name(from), ident(to)),
        Writing::SeaOrm => sea_orm(&rename_table(Writing::Sql, from, to)),
        Writing::Alembic | Writing::Batch => {
            format!("op.rename_table({}, {}{})", text(&from.name), text(to), schema_argument(from))
        }
    }
}

/// A statement given as SQL, wrapped for the tool.
pub fn sql(writing: Writing, statement: &str) -> String {
    match writing {
        Writing::Sql => format!("{statement};"),
        Writing::SeaOrm => sea_orm(statement),
        Writing::Alembic | Writing::Batch => format!("op.execute({})", text(statement)),
    }
}

/// SQL as a migration of sea-orm-migration sends it: one statement, or several lines of them.
pub(crate) fn sea_orm(statement: &str) -> String {
    let statement = statement.trim_end_matches(';');
    if statement.contains('\n') && !statement.contains("\"#") {
        return format!(
            "manager.get_connection().execute_unprepared(r#\"\n{statement};\n\"#).await?;"
        );
    }
    let literal = match statement.contains(['"', '\\']) {
        true if !statement.contains("\"#") => format!("r#\"{statement}\"#"),
        _ => format!("\"{}\"", statement.replace('\\', "\\\\").replace('"', "\\\"")),
    };
    format!("manager.get_connection().execute_unprepared({literal}).await?;")
}

pub fn comment(writing: Writing, words: &str) -> String {
    match writing {
        Writing::Sql => format!("-- {words}"),
        Writing::SeaOrm => format!("// {words}"),
        Writing::Alembic | Writing::Batch => format!("# {words}"),
    }
}

pub fn change_type(
    writing: Writing,
    table: &Name,
    column: &str,
    to: &SqlType,
    using: Option<&str>,
) -> String {
    match writing {
        Writing::Sql => {
            let using = using.map(|using| format!(" USING {using}")).unwrap_or_default();
            format!("ALTER TABLE {} ALTER COLUMN {} TYPE {to}{using};", name(table), ident(column))
        }
        Writing::SeaOrm => sea_orm(&change_type(Writing::Sql, table, column, to, using)),
        Writing::Alembic | Writing::Batch => format!(
            "op.alter_column({}, {}, type_={}{}{})",
            text(&table.name),
            text(column),
            alembic_type(to),
            using.map(|using| format!(", postgresql_using={}", text(using))).unwrap_or_default(),
            schema_argument(table)
        ),
    }
}

/// A value of the right kind to show in an example backfill: of an enum, its first label.
pub fn sample(schema: &Schema, ty: &SqlType) -> String {
    let based = schema.based(ty);
    match schema.labels(&based).and_then(<[String]>::first) {
        Some(label) => quote::text(label),
        None => plain_sample(&based).to_owned(),
    }
}

fn plain_sample(ty: &SqlType) -> &'static str {
    let lower = ty.name.to_ascii_lowercase();
    match lower.as_str() {
        _ if ty.dims > 0 => "'{}'",
        "boolean" => "false",
        "json" | "jsonb" => "'{}'",
        "date" => "CURRENT_DATE",
        "datetime" => "CURRENT_TIMESTAMP",
        name if name.starts_with("timestamp") => "CURRENT_TIMESTAMP",
        "smallint" | "integer" | "bigint" | "numeric" | "real" | "double precision" | "int"
        | "float" => "0",
        "uuid" => "gen_random_uuid()",
        "interval" => "'0 seconds'",
        "inet" | "cidr" => "'0.0.0.0'",
        name if name == "time" || name.starts_with("time ") => "'00:00'",
        _ => "''",
    }
}

/// An SQL name, quoted where it must be.
pub fn ident(text: &str) -> String {
    let plain = text.starts_with(|c: char| c.is_ascii_lowercase() || c == '_')
        && text.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_')
        && !matches!(
            text,
            "user" | "order" | "group" | "table" | "column" | "end" | "default" | "check" | "limit"
        );
    if plain { text.to_owned() } else { format!("\"{}\"", text.replace('"', "\"\"")) }
}

pub fn name(table: &Name) -> String {
    match &table.schema {
        Some(schema) => format!("{}.{}", ident(schema), ident(&table.name)),
        None => ident(&table.name),
    }
}

/// A Python string literal.
pub fn text(value: &str) -> String {
    let escaped = value.replace('\\', "\\\\").replace('\n', "\\n").replace('\r', "\\r");
    match escaped.contains('\'') {
        true => format!("\"{}\"", escaped.replace('"', "\\\"")),
        false => format!("'{escaped}'"),
    }
}

pub fn schema_argument(table: &Name) -> String {
    table.schema.as_deref().map(|schema| format!(", schema={}", text(schema))).unwrap_or_default()
}

/// Whether a word is Python's own (language reference, 2.3.1).
pub fn is_keyword(word: &str) -> bool {
    const WORDS: &[&str] = &[
        "False", "None", "True", "and", "as", "assert", "async", "await", "break", "class",
        "continue", "def", "del", "elif", "else", "except", "finally", "for", "from", "global",
        "if", "import", "in", "is", "lambda", "nonlocal", "not", "or", "pass", "raise", "return",
        "try", "while", "with", "yield",
    ];
    WORDS.contains(&word)
}

/// `sa.text(…)`: what looks like a parameter there is written so that it is none.
pub fn sa_text(sql: &str) -> String {
    let mut escaped = String::with_capacity(sql.len());
    let mut before = ' ';
    let mut chars = sql.chars().peekable();
    while let Some(c) = chars.next() {
        let word = |c: char| c == '_' || c.is_alphanumeric();
        if c == ':'
            && before != ':'
            && !word(before)
            && chars.peek().is_some_and(|next| word(*next))
        {
            escaped.push('\\');
        }
        escaped.push(c);
        before = c;
    }
    format!("sa.text({})", text(&escaped))
}

/// The SQLAlchemy type that compiles to a type of either database.
pub fn alembic_type(ty: &SqlType) -> String {
    if ty.dims > 0 {
        let element = SqlType { dims: ty.dims - 1, ..ty.clone() };
        return format!("sa.ARRAY({})", alembic_type(&element));
    }
    let args = ty.args.join(", ");
    match ty.name.to_ascii_lowercase().as_str() {
        "integer" | "int" => "sa.Integer()".to_owned(),
        "bigint" => "sa.BigInteger()".to_owned(),
        "smallint" => "sa.SmallInteger()".to_owned(),
        "boolean" => "sa.Boolean()".to_owned(),
        "text" => "sa.Text()".to_owned(),
        "character varying" | "varchar" => format!("sa.String({args})"),
        "character" | "char" => format!("sa.CHAR({args})"),
        "timestamp without time zone" if !ty.args.is_empty() => {
            format!("postgresql.TIMESTAMP(precision={args})")
        }
        "timestamp with time zone" if !ty.args.is_empty() => {
            format!("postgresql.TIMESTAMP(timezone=True, precision={args})")
        }
        "timestamp without time zone" | "datetime" | "timestamp" => "sa.DateTime()".to_owned(),
        "timestamp with time zone" => "sa.DateTime(timezone=True)".to_owned(),
        "date" => "sa.Date()".to_owned(),
        "time without time zone" | "time" => "sa.Time()".to_owned(),
        "numeric" => format!("sa.Numeric({args})"),
        "real" => "sa.REAL()".to_owned(),
        "double precision" | "float" => "sa.Float()".to_owned(),
        "uuid" => "sa.Uuid()".to_owned(),
        "json" => "sa.JSON()".to_owned(),
        "jsonb" => "postgresql.JSONB()".to_owned(),
        "bytea" | "blob" => "sa.LargeBinary()".to_owned(),
        "interval" => "sa.Interval()".to_owned(),
        _ => "…".to_owned(),
    }
}
