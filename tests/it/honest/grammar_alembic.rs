//! Random calls of Alembic's `op`, for PostgreSQL.

use super::names::{Speaker, cut};

const NUMBERS: &[&str] = &["\"0\"", "sa.text(\"7\")", "\"-1\""];
const TEXTS: &[&str] = &["\"x\"", "\"\"", "sa.text(\"'y'\")", "sa.text(\"lower('X')\")"];
const TIMES: &[&str] = &["sa.func.now()", "sa.text(\"CURRENT_TIMESTAMP\")", "sa.text(\"now()\")"];
const TRUTHS: &[&str] = &["sa.true()", "sa.false()", "\"true\"", "sa.text(\"false\")"];

/// Types, and defaults that they have.
const TYPES: &[(&str, &[&str])] = &[
    ("sa.Integer()", NUMBERS),
    ("sa.Integer", NUMBERS),
    ("sa.BigInteger()", NUMBERS),
    ("sa.SmallInteger()", NUMBERS),
    ("sa.String(20)", TEXTS),
    ("sa.String(length=5)", TEXTS),
    ("sa.String()", TEXTS),
    ("sa.Unicode(9)", TEXTS),
    ("sa.Text()", TEXTS),
    ("sa.UnicodeText()", TEXTS),
    ("sa.CHAR(3)", TEXTS),
    ("sa.Boolean()", TRUTHS),
    ("sa.DateTime()", TIMES),
    ("sa.DateTime(timezone=True)", TIMES),
    ("postgresql.TIMESTAMP(timezone=True)", TIMES),
    ("sa.Date()", &["sa.text(\"CURRENT_DATE\")"]),
    ("sa.Time()", &[]),
    ("sa.Float()", NUMBERS),
    ("sa.Numeric(10, 2)", NUMBERS),
    ("sa.Numeric(precision=8, scale=3)", NUMBERS),
    ("sa.LargeBinary()", &[]),
    ("sa.JSON()", &["\"{}\""]),
    ("postgresql.JSONB(astext_type=sa.Text())", &["\"[]\"", "sa.text(\"'{}'::jsonb\")"]),
    ("sa.Uuid()", &["sa.text(\"gen_random_uuid()\")"]),
    ("postgresql.UUID(as_uuid=True)", &[]),
    ("postgresql.ARRAY(sa.Integer())", &["sa.text(\"'{}'\")", "\"{}\""]),
    ("sa.ARRAY(sa.String(9))", &[]),
    ("sa.Interval()", &[]),
    ("sa.Enum(\"x\", \"y\", name=\"mood\")", &["\"x\""]),
    ("sa.Enum(\"x\", \"y\", name=\"level\", native_enum=False)", &["\"y\""]),
    ("postgresql.ENUM(\"x\", \"y\", name=\"mood\", create_type=False)", &["\"y\""]),
    ("postgresql.INET()", &[]),
    ("sa.Double()", NUMBERS),
];

const ACTIONS: &[&str] = &["CASCADE", "SET NULL", "RESTRICT", "NO ACTION"];

type Line = fn(&mut Speaker<'_>) -> String;

const LINES: &[(usize, Line)] = &[
    (4, create_table),
    (2, drop_table),
    (2, rename_table),
    (8, add_column),
    (5, drop_column),
    (10, alter_column),
    (6, create_index),
    (3, drop_index),
    (4, create_unique_constraint),
    (3, create_check_constraint),
    (5, create_foreign_key),
    (1, create_primary_key),
    (5, drop_constraint),
    (4, batch),
];

pub(super) fn line(s: &mut Speaker<'_>) -> String {
    let made = s.random.weighed(LINES);
    made(s)
}

/// A name and the keyword for its schema.
fn split(name: &str, keyword: &str) -> (String, String) {
    match name.split_once('.') {
        Some((schema, bare)) => (format!("{bare:?}"), format!(", {keyword}={schema:?}")),
        None => (format!("{name:?}"), String::new()),
    }
}

fn list(names: &[String]) -> String {
    format!("[{}]", names.iter().map(|n| format!("{n:?}")).collect::<Vec<_>>().join(", "))
}

fn ty(s: &mut Speaker<'_>) -> (&'static str, &'static [&'static str]) {
    TYPES[s.random.below(TYPES.len())]
}

fn foreign_key(s: &mut Speaker<'_>) -> String {
    let (table, columns) = s.target();
    let column = &columns[0];
    let named = match s.random.percent(30) {
        true => format!(", name={:?}", s.new_name()),
        false => String::new(),
    };
    let act = match s.random.percent(40) {
        true => format!(", ondelete={:?}", s.random.of(ACTIONS)),
        false => String::new(),
    };
    format!("sa.ForeignKey(\"{table}.{column}\"{named}{act})")
}

fn column(s: &mut Speaker<'_>, name: &str) -> String {
    let (ty, defaults) = ty(s);
    let mut parts = vec![format!("{name:?}"), ty.to_owned()];
    if s.random.percent(10) && ty.contains("Integer") {
        parts.push(foreign_key(s));
    } else if s.random.percent(4) && ty.contains("Integer") {
        let always = s.random.of(&["", "always=True"]);
        parts.push(format!("sa.Identity({always})"));
    } else if s.random.percent(25)
        && let Some(default) = s.random.some(defaults)
    {
        parts.push(format!("server_default={default}"));
    }
    if s.random.percent(60) {
        parts.push(format!("nullable={}", s.random.of(&["True", "False"])));
    }
    parts.extend(s.random.percent(6).then(|| "unique=True".to_owned()));
    parts.extend(s.random.percent(8).then(|| "index=True".to_owned()));
    format!("sa.Column({})", parts.join(", "))
}

fn create_table(s: &mut Speaker<'_>) -> String {
    let (table, schema) = split(&s.new_table(), "schema");
    let mut items = vec![table];
    let mut names = vec!["id".to_owned()];
    let key = s.random.of(&[
        "sa.Column(\"id\", sa.Integer(), primary_key=True)",
        "sa.Column(\"id\", sa.Integer(), nullable=False)",
        "sa.Column(\"id\", sa.BigInteger(), autoincrement=True, nullable=False)",
        "sa.Column(\"id\", sa.String(36), primary_key=True)",
        "sa.Column(\"id\", sa.Integer(), sa.Identity(), primary_key=True)",
    ]);
    items.push(key.to_owned());
    for _ in 0..1 + s.random.below(3) {
        let name = s.new_column("");
        if !names.contains(&name) {
            items.push(column(s, &name));
            names.push(name);
        }
    }
    if !key.contains("primary_key") {
        let named = s.random.of(&["", ", name=\"pk\"", ", name=op.f(\"t_pkey\")"]);
        items.push(format!("sa.PrimaryKeyConstraint(\"id\"{named})"));
    }
    let one = names[s.random.below(names.len())].clone();
    match s.random.below(6) {
        0 => items.push(format!("sa.UniqueConstraint({one:?}, name={:?})", s.new_name())),
        1 => items.push(format!("sa.UniqueConstraint({one:?})")),
        2 => items.push(format!(
            "sa.CheckConstraint('\"{}\" IS NOT NULL', name={:?})",
            cut(&one),
            s.new_name()
        )),
        3 => items.push(format!("sa.Index({:?}, {one:?})", s.new_name())),
        4 => {
            let (target, columns) = s.target();
            let remote: Vec<String> = columns.iter().map(|c| format!("{target}.{c}")).collect();
            items.push(format!(
                "sa.ForeignKeyConstraint({}, {})",
                list(&[one]),
                list(&remote[..1])
            ));
        }
        _ => {}
    }
    format!("op.create_table({}{schema})", items.join(", "))
}

fn drop_table(s: &mut Speaker<'_>) -> String {
    let (table, schema) = split(&s.table(), "schema");
    format!("op.drop_table({table}{schema}{})", s.random.maybe(10, ", if_exists=True"))
}

fn rename_table(s: &mut Speaker<'_>) -> String {
    let (from, schema) = split(&s.table(), "schema");
    let (to, _) = split(&s.new_table(), "schema");
    format!("op.rename_table({from}, {to}{schema})")
}

fn add_column(s: &mut Speaker<'_>) -> String {
    let table = s.table();
    let name = s.new_column(&table);
    let column = column(s, &name);
    let (table, schema) = split(&table, "schema");
    format!("op.add_column({table}, {column}{schema})")
}

fn drop_column(s: &mut Speaker<'_>) -> String {
    let table = s.table();
    let column = s.column(&table);
    let (table, schema) = split(&table, "schema");
    format!("op.drop_column({table}, {column:?}{schema})")
}

/// What `alter_column` is asked for.
fn change(s: &mut Speaker<'_>, table: &str, column: &str) -> String {
    match s.random.below(9) {
        0 | 1 => format!("new_column_name={:?}", s.new_column(table)),
        2 | 3 => format!("nullable={}", s.random.of(&["True", "False", "True"])),
        4 | 5 => {
            let (to, _) = ty(s);
            let using = match s.random.percent(50) {
                true => format!(", postgresql_using='\"{column}\"::text::varchar'"),
                false => String::new(),
            };
            format!("existing_type=sa.String(), type_={to}{using}")
        }
        6 => format!("server_default={}", s.random.of(&["None", "sa.text(\"NULL\")"])),
        7 => {
            let (to, defaults) = ty(s);
            let default = s.random.some(defaults).copied().unwrap_or("None");
            format!("type_={to}, nullable=True, server_default={default}")
        }
        _ => {
            let (_, defaults) = ty(s);
            format!("server_default={}", s.random.some(defaults).copied().unwrap_or("None"))
        }
    }
}

fn alter_column(s: &mut Speaker<'_>) -> String {
    let table = s.table();
    let column = s.column(&table);
    let change = change(s, &table, &column);
    let (table, schema) = split(&table, "schema");
    format!("op.alter_column({table}, {column:?}, {change}{schema})")
}

fn create_index(s: &mut Speaker<'_>) -> String {
    let table = s.table();
    let columns = s.columns(&table);
    // The text of an expression is kept as it is written, so it is written as the server has it.
    let one = cut(&s.column(&table)).to_owned();
    let (target, schema) = split(&table, "schema");
    let name = s.new_name();
    let parts = match s.random.below(6) {
        0 => format!("[sa.text('lower(\"{one}\"::text)')]"),
        1 => format!("[sa.text('\"{one}\" DESC')]"),
        2 => format!("[{one:?}, sa.text('abs(1)')]"),
        _ => list(&columns),
    };
    let unique = s.random.of(&["", "", ", unique=True", ", unique=False"]);
    let more = match s.random.below(8) {
        0 => format!(", postgresql_where=sa.text('\"{one}\" IS NOT NULL')"),
        1 => ", postgresql_using=\"hash\"".to_owned(),
        2 => format!(", postgresql_include=[{one:?}]"),
        3 => ", if_not_exists=True".to_owned(),
        _ => String::new(),
    };
    format!("op.create_index({name:?}, {target}, {parts}{unique}{more}{schema})")
}

fn drop_index(s: &mut Speaker<'_>) -> String {
    let (name, schema) = split(&s.index(), "schema");
    let table = s.random.maybe(60, ", table_name=\"t\"");
    format!("op.drop_index({name}{table}{schema}{})", s.random.maybe(10, ", if_exists=True"))
}

fn create_unique_constraint(s: &mut Speaker<'_>) -> String {
    let table = s.table();
    let columns = list(&s.columns(&table));
    let name = if s.random.percent(70) { format!("{:?}", s.new_name()) } else { "None".to_owned() };
    let (table, schema) = split(&table, "schema");
    let more = s.random.maybe(10, ", deferrable=True, initially=\"DEFERRED\"");
    format!("op.create_unique_constraint({name}, {table}, {columns}{more}{schema})")
}

fn create_check_constraint(s: &mut Speaker<'_>) -> String {
    let table = s.table();
    let column = cut(&s.column(&table)).to_owned();
    let (table, schema) = split(&table, "schema");
    let name = s.new_name();
    let more = s.random.maybe(15, ", postgresql_not_valid=True");
    format!(
        "op.create_check_constraint({name:?}, {table}, '\"{column}\" IS NOT NULL'{more}{schema})"
    )
}

fn create_foreign_key(s: &mut Speaker<'_>) -> String {
    let table = s.table();
    let local = s.column(&table);
    let (target, columns) = s.target();
    let (table, source) = split(&table, "source_schema");
    let (target, referent) = split(&target, "referent_schema");
    let name = if s.random.percent(70) { format!("{:?}", s.new_name()) } else { "None".to_owned() };
    let mut more = String::new();
    if s.random.percent(40) {
        more += &format!(", ondelete={:?}", s.random.of(ACTIONS));
    }
    more += s.random.maybe(10, ", deferrable=True");
    more += s.random.maybe(10, ", onupdate=\"CASCADE\"");
    more += s.random.maybe(8, ", postgresql_not_valid=True");
    format!(
        "op.create_foreign_key({name}, {table}, {target}, {}, {}{more}{source}{referent})",
        list(&[local]),
        list(&columns[..1])
    )
}

fn create_primary_key(s: &mut Speaker<'_>) -> String {
    let table = s.table();
    let columns = list(&s.columns(&table));
    let (table, schema) = split(&table, "schema");
    let name = s.random.of(&["None", "\"pk\""]);
    format!("op.create_primary_key({name}, {table}, {columns}{schema})")
}

fn drop_constraint(s: &mut Speaker<'_>) -> String {
    let table = s.table();
    let name = s.constraint(&table);
    let (table, schema) = split(&table, "schema");
    let kind =
        s.random.of(&["", ", type_=\"foreignkey\"", ", type_=\"unique\"", ", type_=\"primary\""]);
    format!("op.drop_constraint({name:?}, {table}{kind}{schema})")
}

/// A block on PostgreSQL is its operations, when it ends.
fn batch(s: &mut Speaker<'_>) -> String {
    let table = s.table();
    let (name, schema) = split(&table, "schema");
    let mut block = format!("with op.batch_alter_table({name}{schema}) as batch_op:");
    for _ in 0..1 + s.random.below(3) {
        let at = s.column(&table);
        let line = match s.random.below(7) {
            0 | 1 => {
                let new = s.new_column(&table);
                format!("add_column({})", column(s, &new))
            }
            2 => format!("drop_column({at:?})"),
            3 => format!("alter_column({at:?}, {})", change(s, &table, &at)),
            4 => format!("create_unique_constraint({:?}, {})", s.new_name(), list(&[at])),
            5 => format!(
                "create_index(batch_op.f({:?}), {}, unique=False)",
                s.new_name(),
                list(&[at])
            ),
            _ => format!("drop_constraint({:?})", s.constraint(&table)),
        };
        block += &format!("\n    batch_op.{line}");
    }
    block
}
