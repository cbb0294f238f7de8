//! The operations that a history lacks, as code in the tool that it is written in. Shown, never
//! applied: what it does to the rows that are there is for the author to say.

use crate::{
    database::Database,
    ddl,
    fix::{self, Writing},
    ir::{Column, Constraint, ConstraintKind, CreateTable, Index, Indexed, Name, OpKind},
    quote,
    schema::{Lookup, Schema, TypeKind, clip, each_token},
    types::SqlType,
};

/// Operations, one below the other; `None` where one of them cannot be written down.
///
/// `declared`: the schema of the models, which knows the labels of their types.
pub fn code(ops: &[OpKind], writing: Writing, declared: &Schema) -> Option<String> {
    if writing == Writing::SeaOrm {
        return code(ops, Writing::Sql, declared).map(|sql| fix::sea_orm(&sql));
    }
    let writer = Writer { writing, database: declared.database(), declared };
    let texts: Option<Vec<String>> = ops.iter().map(|op| writer.operation(op)).collect();
    let text = texts?.join("\n");
    (!text.is_empty()).then(|| joined(&text))
}

/// One batch where two on the same table follow each other: each copies the table on SQLite.
fn joined(text: &str) -> String {
    let mut out: Vec<&str> = Vec::new();
    let mut open = "";
    for line in text.lines() {
        if line.starts_with("with op.batch_alter_table(") {
            if std::mem::replace(&mut open, line) == line {
                continue;
            }
        } else if !line.starts_with("    batch_op.") {
            open = "";
        }
        out.push(line);
    }
    out.join("\n")
}

struct Writer<'a> {
    writing: Writing,
    database: Database,
    declared: &'a Schema,
}

impl Writer<'_> {
    fn operation(&self, op: &OpKind) -> Option<String> {
        match (op, self.writing) {
            (OpKind::AddColumn { table, column, .. }, _)
                if !column.nullable && !column.server_filled() =>
            {
                self.add_filled(table, column)
            }
            (OpKind::CreateTable(create), Writing::Sql) => self.create_sql(create),
            (OpKind::CreateTable(create), _) => {
                self.create_alembic(create).or_else(|| self.execute(&self.create_sql(create)?))
            }
            (OpKind::AddColumn { table, column, .. }, Writing::Sql) => self.add_sql(table, column),
            (OpKind::AddColumn { table, column, .. }, _) => match self.column_alembic(column) {
                Some(column) => {
                    Some(format!("op.add_column({}, {column}{})", py(&table.name), schema(table)))
                }
                None => self.execute(&self.add_sql(table, column)?),
            },
            (OpKind::AlterColumn { table, column, change }, writing) => {
                self.alter(writing, table, column, change)
            }
            (OpKind::AddConstraint { table, constraint }, writing) => {
                self.add_constraint(writing, table, constraint)
            }
            (OpKind::DropConstraint { table, name: Some(name), kind, .. }, writing) => {
                Some(self.drop_constraint(writing, table, name, *kind))
            }
            (OpKind::CreateIndex { table, index, .. }, writing) => {
                self.create_index(writing, table, index)
            }
            (OpKind::DropIndex { name, .. }, Writing::Sql) => {
                Some(format!("DROP INDEX {};", self.name(name)))
            }
            (OpKind::DropIndex { name, table, .. }, _) => {
                let table = table.as_ref()?;
                let (name, of) = (py(&name.name), py(&table.name));
                Some(format!("op.drop_index({name}, table_name={of}{})", schema(table)))
            }
            (OpKind::AddEnumValue { name, label, .. }, writing) => {
                let statement =
                    format!("ALTER TYPE {} ADD VALUE {}", self.name(name), quote::text(label));
                Some(fix::sql(writing, &statement))
            }
            (OpKind::CreateEnum { name, labels, .. }, writing) => {
                let labels: Vec<String> = labels.iter().map(|l| quote::text(l)).collect();
                let labels = labels.join(", ");
                let statement = format!("CREATE TYPE {} AS ENUM ({labels})", self.name(name));
                Some(fix::sql(writing, &statement))
            }
            _ => None,
        }
    }

    /// SQL that ends in a semicolon, run by Alembic.
    fn execute(&self, sql: &str) -> Option<String> {
        let sql = sql.trim_end_matches(';');
        // Lines are indented, but for those of a text.
        let mut broken = false;
        each_token(sql, false, |token, _, _| {
            broken |= token.starts_with('\'') && token.contains('\n');
        });
        if !sql.contains('\n') || sql.contains(['\\', '"']) || broken {
            return Some(fix::sql(self.writing, sql));
        }
        let lines: Vec<String> = sql.lines().map(|line| format!("    {line}")).collect();
        Some(format!("op.execute(\"\"\"\n{}\n\"\"\")", lines.join("\n")))
    }

    fn ident(&self, name: &str) -> String {
        quote::name(name, self.database.dialect)
    }

    fn name(&self, name: &Name) -> String {
        quote::qualified(name, self.database.dialect)
    }

    /// A NOT NULL column that no default fills: rows may be there.
    fn add_filled(&self, table: &Name, column: &Column) -> Option<String> {
        if self.writing == Writing::Sql && self.database.is_sqlite() {
            return Some(fix::add_with_default(table, &column.name, &column.ty));
        }
        let nullable = Column { nullable: true, ..column.clone() };
        let add = OpKind::AddColumn {
            table: table.clone(),
            column: nullable,
            constraints: Vec::new(),
            indexes: Vec::new(),
            if_not_exists: false,
        };
        let (t, c) = (self.name(table), self.ident(&column.name));
        let value = fix::sample(self.declared, &column.ty);
        let fill = format!("UPDATE {t} SET {c} = {value} WHERE {c} IS NULL");
        let lines = [
            self.operation(&add)?,
            fix::sql(self.writing, &fill),
            fix::set_not_null(self.writing, table, &column.name),
        ];
        Some(lines.join("\n"))
    }

    fn add_sql(&self, table: &Name, column: &Column) -> Option<String> {
        Some(format!("ALTER TABLE {} ADD COLUMN {};", self.name(table), self.column_sql(column)?))
    }

    fn column_sql(&self, column: &Column) -> Option<String> {
        if column.ty.is_unknown() {
            return None;
        }
        let ty = column.ty.to_string();
        let serial = column.serial.then(|| ddl::serial(&column.ty.name)).flatten();
        let ty = serial.map_or(ty, str::to_owned);
        let mut text = format!("{} {ty}", self.ident(&column.name));
        if let Some(name) = &column.collation {
            text.push_str(&format!(" COLLATE {}", ddl::collation(name, self.database.dialect)));
        }
        if let Some(generated) = &column.generated {
            text.push_str(&format!(" {}", ddl::generated(generated)));
        }
        if let Some(identity) = &column.identity {
            let when = if identity.always { "ALWAYS" } else { "BY DEFAULT" };
            text.push_str(&format!(" GENERATED {when} AS IDENTITY"));
            if !identity.options.is_empty() {
                text.push_str(&format!(" ({})", identity.options));
            }
        }
        if let Some(default) = &column.default {
            let sql = default.sql.as_deref()?;
            text.push_str(&format!(" DEFAULT {}", ddl::default(sql, self.database.dialect)));
        }
        if !column.nullable && !column.serial {
            text.push_str(" NOT NULL");
        }
        Some(text)
    }

    fn create_sql(&self, create: &CreateTable) -> Option<String> {
        let mut lines: Vec<String> =
            create.columns.iter().map(|c| self.column_sql(c)).collect::<Option<_>>()?;
        for constraint in &create.constraints {
            lines.push(ddl::constraint(constraint, self.database)?);
        }
        let name = self.name(&create.table);
        Some(format!("CREATE TABLE {name} (\n    {}\n);", lines.join(",\n    ")))
    }

    fn create_alembic(&self, create: &CreateTable) -> Option<String> {
        let mut lines: Vec<String> =
            create.columns.iter().map(|c| self.column_alembic(c)).collect::<Option<_>>()?;
        for constraint in &create.constraints {
            lines.push(constraint_alembic(constraint)?);
        }
        let table = py(&create.table.name);
        let schema = schema(&create.table);
        Some(format!("op.create_table(\n    {table},\n    {}{schema},\n)", lines.join(",\n    ")))
    }

    /// `sa.Column(…)`; `None` where SQLAlchemy's own types do not say its type.
    fn column_alembic(&self, column: &Column) -> Option<String> {
        let ty = self.type_alembic(&column.ty)?;
        let numbered = column.identity.as_ref().is_some_and(|i| !i.options.is_empty());
        if column.collation.is_some() || numbered {
            return None;
        }
        let mut parts = vec![py(&column.name), ty];
        if let Some(generated) = &column.generated {
            let stored = if generated.stored { "True" } else { "False" };
            parts.push(format!("sa.Computed({}, persisted={stored})", py(&generated.sql)));
        }
        if let Some(identity) = &column.identity {
            let always = if identity.always { "always=True" } else { "" };
            parts.push(format!("sa.Identity({always})"));
        }
        if let Some(default) = &column.default {
            parts.push(format!("server_default={}", fix::sa_text(default.sql.as_deref()?)));
        }
        parts.push(format!("nullable={}", if column.nullable { "True" } else { "False" }));
        Some(format!("sa.Column({})", parts.join(", ")))
    }

    /// The SQLAlchemy type; an enum's own, where its labels are known.
    fn type_alembic(&self, ty: &SqlType) -> Option<String> {
        let written = fix::alembic_type(ty);
        if !written.contains('…') {
            return Some(written);
        }
        let (schema, name) = match ty.name.split_once('.') {
            Some((schema, name)) => (Some(schema), name),
            None => (None, ty.name.as_str()),
        };
        let Lookup::Found(found) = self.declared.ty(&Name::new(schema, name)) else { return None };
        let TypeKind::Enum { labels } = &found.kind else { return None };
        let labels: Vec<String> = labels.iter().map(|label| py(label)).collect();
        let schema = schema.map(|s| format!(", schema={}", py(s))).unwrap_or_default();
        let name = py(name);
        (ty.dims == 0).then(|| {
            let labels = labels.join(", ");
            format!("postgresql.ENUM({labels}, name={name}{schema}, create_type=False)")
        })
    }

    fn alter(
        &self,
        writing: Writing,
        table: &Name,
        column: &str,
        change: &crate::ir::ColumnChange,
    ) -> Option<String> {
        let (t, c) = (self.name(table), self.ident(column));
        if writing == Writing::Sql && self.database.is_sqlite() {
            return None;
        }
        let mut lines = Vec::new();
        if let Some(ty) = &change.ty {
            let using = ty.using.as_deref();
            lines.push(match writing {
                Writing::Batch => {
                    let to = self.type_alembic(&ty.to)?;
                    let using = using.map(|using| format!(", postgresql_using={}", py(using)));
                    let using = using.unwrap_or_default();
                    batch(table, &format!("alter_column({}, type_={to}{using})", py(column)))
                }
                _ if fix::alembic_type(&ty.to).contains('…') => {
                    let using = using.map(|using| format!(" USING {using}")).unwrap_or_default();
                    let change = format!("ALTER TABLE {t} ALTER COLUMN {c} TYPE {}{using}", ty.to);
                    fix::sql(writing, &change)
                }
                _ => fix::change_type(writing, table, column, &ty.to, using),
            });
        }
        if let Some(default) = &change.default {
            let sql = match default {
                Some(default) => Some(default.sql.as_deref()?),
                None => None,
            };
            lines.push(match (writing, sql) {
                (Writing::Sql, Some(sql)) => {
                    format!("ALTER TABLE {t} ALTER COLUMN {c} SET DEFAULT {sql};")
                }
                (Writing::Sql, None) => format!("ALTER TABLE {t} ALTER COLUMN {c} DROP DEFAULT;"),
                (writing, sql) => {
                    let value = sql.map_or("None".to_owned(), fix::sa_text);
                    call(
                        writing,
                        table,
                        &format!("alter_column({}, ", py(column)),
                        &format!("server_default={value}"),
                    )
                }
            });
        }
        match change.nullable {
            Some(false) => lines.push(fix::set_not_null(writing, table, column)),
            Some(true) => lines.push(match writing {
                Writing::Sql => format!("ALTER TABLE {t} ALTER COLUMN {c} DROP NOT NULL;"),
                writing => {
                    call(writing, table, &format!("alter_column({}, ", py(column)), "nullable=True")
                }
            }),
            None => {}
        }
        Some(lines.join("\n"))
    }

    fn add_constraint(&self, writing: Writing, table: &Name, c: &Constraint) -> Option<String> {
        if writing == Writing::Sql {
            if self.database.is_sqlite() {
                return None;
            }
            let constraint = ddl::constraint(c, self.database)?;
            return Some(format!("ALTER TABLE {} ADD {constraint};", self.name(table)));
        }
        // A batch takes no constraint without a name.
        let made = c.name.clone().unwrap_or_else(|| {
            let name = format!("{}_{}_{}", table.name, c.columns.join("_"), ending(c));
            clip(&name).to_owned()
        });
        let name = py(&made);
        let columns = py_list(&c.columns);
        let (of, own) = match writing {
            Writing::Batch => (String::new(), String::new()),
            _ => (format!(", {}", py(&table.name)), schema(table)),
        };
        let options = options(c)?;
        let (function, rest) = match &c.kind {
            ConstraintKind::Unique { .. } => {
                ("create_unique_constraint", format!(", {columns}{own}{options}"))
            }
            ConstraintKind::PrimaryKey => ("create_primary_key", format!(", {columns}{own}")),
            ConstraintKind::Check { sql: Some(sql) } => {
                ("create_check_constraint", format!(", {}{own}", py(sql)))
            }
            ConstraintKind::ForeignKey(fk) => {
                let mut rest =
                    format!(", {}, {columns}, {}", py(&fk.table.name), py_list(&fk.columns));
                rest.push_str(&options);
                if let (Some(schema), Writing::Alembic) = (&table.schema, writing) {
                    rest.push_str(&format!(", source_schema={}", py(schema)));
                }
                if let Some(schema) = &fk.table.schema {
                    rest.push_str(&format!(", referent_schema={}", py(schema)));
                }
                ("create_foreign_key", rest)
            }
            _ => return None,
        };
        Some(match writing {
            Writing::Batch => batch(table, &format!("{function}({name}{rest})")),
            _ => format!("op.{function}({name}{of}{rest})"),
        })
    }

    fn drop_constraint(
        &self,
        writing: Writing,
        table: &Name,
        name: &str,
        kind: Option<crate::ir::ConstraintType>,
    ) -> String {
        use crate::ir::ConstraintType as Type;
        if writing == Writing::Sql {
            return format!(
                "ALTER TABLE {} DROP CONSTRAINT {};",
                self.name(table),
                self.ident(name)
            );
        }
        let kind = match kind {
            Some(Type::PrimaryKey) => ", type_='primary'",
            Some(Type::Unique) => ", type_='unique'",
            Some(Type::ForeignKey) => ", type_='foreignkey'",
            Some(Type::Check) => ", type_='check'",
            _ => "",
        };
        match writing {
            Writing::Batch => batch(table, &format!("drop_constraint({}{kind})", py(name))),
            _ => format!(
                "op.drop_constraint({}, {}{kind}{})",
                py(name),
                py(&table.name),
                schema(table)
            ),
        }
    }

    fn create_index(&self, writing: Writing, table: &Name, index: &Index) -> Option<String> {
        let name = index.name.as_deref()?;
        // One that could not be read.
        if index.predicate.as_deref().is_some_and(|sql| sql.trim().is_empty()) {
            return None;
        }
        let plain = index.parts.iter().all(|part| {
            matches!(part.of, Indexed::Column(_))
                && part.opclass.is_none()
                && part.collation.is_none()
                && !part.descending
                && part.nulls_first.is_none()
        }) && index.include.is_empty()
            && index.storage.is_none()
            && !index.nulls_not_distinct;
        let dialect = if self.database.is_sqlite() { "sqlite" } else { "postgresql" };
        if writing != Writing::Sql && plain {
            let columns: Vec<String> = index.columns().map(str::to_owned).collect();
            let mut rest = schema(table);
            if index.unique {
                rest.push_str(", unique=True");
            }
            if let Some(method) = index.method.as_deref().filter(|m| *m != "btree") {
                rest.push_str(&format!(", postgresql_using={}", py(method)));
            }
            if let Some(predicate) = &index.predicate {
                rest.push_str(&format!(", {dialect}_where={}", fix::sa_text(predicate)));
            }
            let (of, columns) = (py(&table.name), py_list(&columns));
            return Some(format!("op.create_index({}, {of}, {columns}{rest})", py(name)));
        }
        let statement = ddl::index(table, name, index, false, self.database)?;
        Some(fix::sql(writing, &statement))
    }
}

fn ending(c: &Constraint) -> &'static str {
    match c.kind {
        ConstraintKind::PrimaryKey => "pkey",
        ConstraintKind::Unique { .. } => "key",
        ConstraintKind::ForeignKey(_) => "fkey",
        _ => "check",
    }
}

/// What else is said of a constraint, as keywords; `None` where SQLAlchemy has none for it.
fn options(c: &Constraint) -> Option<String> {
    let mut text = String::new();
    if let ConstraintKind::ForeignKey(fk) = &c.kind {
        if !fk.set_columns.is_empty() {
            return None;
        }
        for (key, action) in [("ondelete", &fk.on_delete), ("onupdate", &fk.on_update)] {
            if let Some(action) = action {
                text.push_str(&format!(", {key}={}", py(action)));
            }
        }
        if fk.match_full {
            text.push_str(", match='FULL'");
        }
    }
    if let ConstraintKind::Unique { nulls_not_distinct: true } = c.kind {
        text.push_str(", postgresql_nulls_not_distinct=True");
    }
    if !c.include.is_empty() {
        text.push_str(&format!(", postgresql_include={}", py_list(&c.include)));
    }
    if c.deferrable {
        text.push_str(", deferrable=True");
    }
    if c.initially_deferred {
        text.push_str(", initially='DEFERRED'");
    }
    Some(text)
}

fn constraint_alembic(c: &Constraint) -> Option<String> {
    let columns: Vec<String> = c.columns.iter().map(|column| py(column)).collect();
    let name = c.name.as_ref().map(|name| format!(", name={}", py(name))).unwrap_or_default();
    let options = options(c)?;
    Some(match &c.kind {
        ConstraintKind::PrimaryKey => {
            format!("sa.PrimaryKeyConstraint({}{name})", columns.join(", "))
        }
        ConstraintKind::Unique { .. } => {
            format!("sa.UniqueConstraint({}{name}{options})", columns.join(", "))
        }
        ConstraintKind::Check { sql: Some(sql) } => {
            format!("sa.CheckConstraint({}{name})", py(sql))
        }
        ConstraintKind::ForeignKey(fk) => {
            let target = |column: &String| py(&format!("{}.{column}", fk.table));
            let referenced: Vec<String> = fk.columns.iter().map(target).collect();
            format!(
                "sa.ForeignKeyConstraint([{}], [{}]{name}{options})",
                columns.join(", "),
                referenced.join(", ")
            )
        }
        _ => return None,
    })
}

/// A call on a table, in a batch where SQLite is a target.
fn call(writing: Writing, table: &Name, head: &str, rest: &str) -> String {
    match writing {
        Writing::Batch => batch(table, &format!("{head}{rest})")),
        _ => {
            let (function, args) = head.split_once('(').unwrap_or((head, ""));
            format!("op.{function}({}, {args}{rest}{})", py(&table.name), schema(table))
        }
    }
}

fn batch(table: &Name, call: &str) -> String {
    fix::block(table, &format!("batch_op.{call}"))
}

fn py(text: &str) -> String {
    fix::text(text)
}

fn py_list(names: &[String]) -> String {
    format!("[{}]", names.iter().map(|name| py(name)).collect::<Vec<_>>().join(", "))
}

fn schema(table: &Name) -> String {
    fix::schema_argument(table)
}
