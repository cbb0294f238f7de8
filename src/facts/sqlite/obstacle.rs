//! What SQLite refuses because of what is there already. The words are those of SQLite 3.50.

use super::{Outcome, alter};
use crate::{
    facts::obstacle::{Obstacle, ObstacleKind},
    ir::{
        Column, Constraint, ConstraintKind, CreateTable, Fires, IndexPart, Indexed, Name, Op,
        OpKind,
    },
    quote,
    schema::{Lack, Relation, Schema, Table, View},
};

/// Everything that stands in an operation's way.
pub fn obstacles(schema: &Schema, op: &Op) -> Vec<Obstacle> {
    let mut found = Found { schema, out: Vec::new() };
    found.operation(op);
    if let Some(refused) = alter(schema, op)
        && refused.outcome == Outcome::Refused
        && refused.when.is_none()
    {
        found.state(refused.error);
    }
    found.out
}

struct Found<'a> {
    schema: &'a Schema,
    out: Vec<Obstacle>,
}

impl<'a> Found<'a> {
    fn taken(&mut self, words: String) {
        self.out.push(Obstacle::new(ObstacleKind::Taken, words));
    }

    fn state(&mut self, words: String) {
        self.out.push(Obstacle::new(ObstacleKind::State, words));
    }

    fn operation(&mut self, op: &Op) {
        match &op.kind {
            OpKind::CreateTable(create) => self.create_table(create),
            OpKind::CreateView { or_replace: true, .. } => {}
            OpKind::CreateView { name, if_not_exists, .. } => {
                self.new_table(name, *if_not_exists);
            }
            OpKind::CreateIndex { table, index, if_not_exists, .. } => {
                if self.is_view(table) {
                    self.state("views may not be indexed".to_owned());
                }
                let Some(name) = &index.name else { return };
                match self.relation(&table.sibling(name)) {
                    Some(Relation::Index | Relation::Key) if !if_not_exists => {
                        self.taken(format!("index {name} already exists"));
                    }
                    Some(Relation::Index | Relation::Key) | None => {}
                    Some(_) => self.taken(format!("there is already a table named {name}")),
                }
            }
            OpKind::CreateTrigger { name, if_not_exists, table, fires, .. } => {
                let mut same = self.schema.tables_with_trigger(name);
                let on_view = self.schema.view_with_trigger(name).is_some();
                if !self.schema.is_open() && (on_view || same.any(|t| t.complete)) {
                    if !if_not_exists {
                        self.taken(format!("trigger {name} already exists"));
                    }
                    return;
                }
                self.fires(table, *fires);
            }
            OpKind::DropTable { table, .. } if self.is_view(table) => {
                let view = self.schema.resolve(table).name;
                self.state(format!("use DROP VIEW to delete view {view}"));
            }
            OpKind::DropView { name, .. } if self.table(name).is_some() => {
                let table = self.schema.resolve(name).name;
                self.state(format!("use DROP TABLE to delete table {table}"));
            }
            OpKind::AddColumn { table, column, .. } => {
                if self.is_view(table) {
                    self.state("Cannot add a column to a view".to_owned());
                }
                let known = self.table(table);
                if let Some(known) = known.filter(|t| t.options.strict) {
                    self.strict(&known.name, std::slice::from_ref(column));
                }
                if known.is_some_and(|t| t.column(&column.name).found().is_some()) {
                    self.taken(format!("duplicate column name: {}", column.name));
                }
            }
            OpKind::DropColumn { table, column, .. } => {
                if self.is_view(table) {
                    let view = self.schema.resolve(table).name;
                    self.state(format!("cannot drop column from view \"{view}\""));
                }
                self.broken_views();
                self.texts_in_indexes("after drop column");
                let Some(known) = self.table(table) else { return };
                let Some(of) = known.column(column).found() else { return };
                let names = |v: &&View| {
                    let mut names = v.names.iter().flatten();
                    names.any(|n| n.eq_ignore_ascii_case(&of.column.name))
                };
                if let Some(view) = self.schema.readers(&known.name, None).find(names) {
                    self.state(format!(
                        "error in view {} after drop column: no such column: {column}",
                        view.name.name
                    ));
                }
            }
            OpKind::RenameColumn { table, column, to } => {
                if self.is_view(table) {
                    let view = self.schema.resolve(table).name;
                    self.state(format!("cannot rename columns of view \"{view}\""));
                }
                self.broken_views();
                self.texts_in_indexes("after rename");
                let Some(known) = self.table(table) else { return };
                self.rowid_twice(known, column);
                let (old, new) = (known.column(column).found(), known.column(to).found());
                if let (Some(old), Some(new)) = (old, new)
                    && old.column.name != new.column.name
                {
                    self.taken(format!("duplicate column name: {}", to));
                }
                if !column.eq_ignore_ascii_case(to) {
                    self.views_of_views(known, column);
                }
            }
            OpKind::RenameTable { table, to } => {
                if self.is_view(table) {
                    let view = self.schema.resolve(table).name;
                    self.state(format!("view {view} may not be altered"));
                }
                self.broken_views();
                if self.relation(&table.sibling(to)).is_some() {
                    self.taken(format!(
                        "there is already another table or index with this name: {to}"
                    ));
                }
            }
            _ => {}
        }
    }

    /// The text of a view follows a rename, and with it what the view's own column is called; a
    /// view that reads that one does not follow (tried on 3.50).
    fn views_of_views(&mut self, table: &Table, column: &str) {
        let is = |name: &String| name.eq_ignore_ascii_case(column);
        let follows = |v: &&View| v.columns.is_empty() && v.names.iter().flatten().any(is);
        let first = self.schema.readers(&table.name, None).filter(follows);
        let names = |v: &&View| v.tables.len() == 1 && v.names.iter().flatten().any(is);
        let broken = first
            .filter(|v| v.output.iter().flatten().any(|(name, _)| is(name)))
            .find_map(|v| self.schema.readers(&v.name, None).find(names));
        if let Some(view) = broken {
            let view = &view.name.name;
            self.state(format!("error in view {view} after rename: no such column: {column}"));
        }
    }

    /// SQLite misses a word where it renames an INTEGER that alone is the primary key, if a UNIQUE
    /// on the table has the column too: before a key that is given on the table, or, WITHOUT ROWID,
    /// behind any (tried on 3.40 and 3.50).
    fn rowid_twice(&mut self, table: &Table, column: &str) {
        let Some(key) = table.primary_key() else { return };
        let [name] = key.columns.as_slice() else { return };
        let Some(of) = table.column(name).found().filter(|_| name.eq_ignore_ascii_case(column))
        else {
            return;
        };
        let has = |c: &&Constraint| {
            !c.inline
                && matches!(c.kind, ConstraintKind::Unique { .. })
                && c.columns.iter().any(|column| column.eq_ignore_ascii_case(name))
        };
        let primary = |c: &Constraint| c.kind == ConstraintKind::PrimaryKey;
        let at = table.constraints.iter().position(primary).unwrap_or_default();
        let (before, behind) = table.constraints.split_at(at);
        let twice = match table.options.without_rowid {
            true => behind.iter().any(|c| has(&c)),
            false => !key.inline && before.iter().any(|c| has(&c)),
        };
        let integer = of.column.ty.name.eq_ignore_ascii_case("integer");
        if integer && twice && self.schema.database().at_least((3, 26)) {
            let table = &table.name.name;
            self.state(format!("error in table {table} after rename: no such column: {name}"));
        }
    }

    /// Tables have triggers before and after, views instead of (`sqlite3BeginTrigger`).
    fn fires(&mut self, table: &Name, fires: Fires) {
        let name = &table.name;
        match fires {
            Fires::Before if self.is_view(table) => {
                self.state(format!("cannot create BEFORE trigger on view: {name}"));
            }
            Fires::After if self.is_view(table) => {
                self.state(format!("cannot create AFTER trigger on view: {name}"));
            }
            Fires::InsteadOf if self.table(table).is_some() => {
                self.state(format!("cannot create INSTEAD OF trigger on table: {name}"));
            }
            Fires::Before | Fires::After | Fires::InsteadOf => {}
        }
    }

    /// What is certainly there. Something unread may have dropped views and what is not known
    /// in full.
    fn relation(&self, name: &Name) -> Option<Relation> {
        self.schema.relation(name)
    }

    fn table(&self, name: &Name) -> Option<&'a Table> {
        self.schema.table(name).found().filter(|t| t.complete)
    }

    fn is_view(&self, name: &Name) -> bool {
        self.relation(name) == Some(Relation::View)
    }

    /// A table or view of a new name.
    fn new_table(&mut self, name: &Name, if_not_exists: bool) -> bool {
        let what = match self.relation(name) {
            Some(Relation::Index | Relation::Key) => {
                self.taken(format!("there is already an index named {}", name.name));
                return true;
            }
            Some(Relation::View) => "view",
            Some(_) => "table",
            None => return false,
        };
        if !if_not_exists {
            self.taken(format!("{what} {} already exists", spelled(&name.name)));
        }
        true
    }

    fn create_table(&mut self, create: &CreateTable) {
        let name = &create.table.name;
        if self.new_table(&create.table, create.if_not_exists) && create.if_not_exists {
            return;
        }
        let mut seen: Vec<String> = Vec::new();
        for column in &create.columns {
            let folded = column.name.to_lowercase();
            if seen.contains(&folded) {
                self.taken(format!("duplicate column name: {}", column.name));
            }
            seen.push(folded);
        }
        let keys = create.constraints.iter().filter(|c| c.kind == ConstraintKind::PrimaryKey);
        let keys = keys.count();
        if keys > 1 {
            self.state(format!("table \"{name}\" has more than one primary key"));
        }
        let options = &create.options;
        if options.without_rowid && keys == 0 && create.from.is_none() {
            self.state(format!("PRIMARY KEY missing on table {name}"));
        }
        if options.without_rowid && options.autoincrement {
            self.state("AUTOINCREMENT not allowed on WITHOUT ROWID tables".to_owned());
        }
        if options.strict {
            self.strict(&create.table, &create.columns);
        }
        for constraint in create.constraints.iter().filter(|c| c.kind == ConstraintKind::PrimaryKey)
        {
            let generated = |name: &String| {
                create
                    .columns
                    .iter()
                    .any(|c| c.name.eq_ignore_ascii_case(name) && c.generated.is_some())
            };
            if constraint.columns.iter().any(generated) {
                self.state("generated columns cannot be part of the PRIMARY KEY".to_owned());
            }
        }
    }

    /// Once a column is renamed or dropped, the schema is read again without texts in double
    /// quotes: an index on one stops it, on whichever table it lies.
    fn texts_in_indexes(&mut self, when: &str) {
        if self.schema.is_open() || !self.schema.database().at_least((3, 26)) {
            return;
        }
        let tables = self.schema.tables_with_quoted_texts().filter(|t| t.complete);
        let found = tables.flat_map(|t| &t.indexes).find_map(|index| {
            let mut loose = index.index.loose.iter();
            let is = |part: &IndexPart, name: &str| matches!(&part.of, Indexed::Expression(sql) if *sql == quote::text(name));
            let text = loose.find(|name| index.index.parts.iter().any(|part| is(part, name)))?;
            Some(format!("error in index {} {when}: no such column: {text}", index.name))
        });
        if let Some(words) = found {
            self.state(words);
        }
    }

    /// STRICT tables know six types (SQLite, STRICT Tables).
    fn strict(&mut self, table: &Name, columns: &[Column]) {
        const TYPES: [&str; 6] = ["INT", "INTEGER", "REAL", "TEXT", "BLOB", "ANY"];
        for column in columns {
            let (table, name) = (&table.name, &column.name);
            if column.ty.is_unknown() {
                self.state(format!("missing datatype for {table}.{name}"));
            } else if !column.ty.args.is_empty()
                || !TYPES.iter().any(|ty| column.ty.name.eq_ignore_ascii_case(ty))
            {
                self.state(format!("unknown datatype for {table}.{name}"));
            }
        }
    }

    /// Since 3.26, a rename or a dropped column reads the whole schema again, and stops at a view
    /// of a table that is gone.
    fn broken_views(&mut self) {
        if self.schema.is_open() || !self.schema.database().at_least((3, 26)) {
            return;
        }
        let Some((view, lack)) = self.schema.broken_view() else { return };
        let what = match lack {
            Lack::Table(table) => format!("no such table: main.{}", table.name),
            Lack::Column(column) => format!("no such column: {column}"),
        };
        self.state(format!("error in view {}: {what}", view.name.name));
    }
}

/// As SQLite prints a name that was written: with its quotes.
fn spelled(name: &str) -> String {
    let plain = name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
    if plain { name.to_owned() } else { format!("\"{name}\"") }
}
