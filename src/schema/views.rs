//! Views: what they read, and what goes with what.

use std::collections::HashSet;

use super::{Schema, View, clip, each_token};
use crate::{
    database::Dialect,
    ir::{Name, Reads, query::Query},
};

/// A column that a view reads.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ColumnRead {
    pub table: Name,
    pub column: String,
    /// False where another table of the query has, or may have, a column of this name: only
    /// the words of a query are known, not what each stands for.
    pub certain: bool,
}

/// A view as it is made.
pub(super) struct NewView<'a> {
    pub(super) name: &'a Name,
    pub(super) materialized: bool,
    pub(super) or_replace: bool,
    pub(super) columns: &'a [String],
    pub(super) reads: &'a Reads,
    pub(super) sql: Option<&'a str>,
    pub(super) query: Option<&'a Query>,
}

/// What a view reads that is not there.
#[derive(Debug, Clone, Copy)]
pub enum Lack<'a> {
    Table(&'a Name),
    Column(&'a str),
}

impl Schema {
    pub(super) fn create_view(&mut self, new: &NewView<'_>) {
        let name = self.resolve_new(new.name);
        let replaces = new.or_replace && self.views.get(&name).is_some();
        if !replaces && self.relation_exists(&name) {
            return;
        }
        let tables: Vec<Name> = new.reads.tables.iter().map(|t| self.resolve(t)).collect();
        let view = View {
            name: name.clone(),
            materialized: new.materialized,
            columns: new.columns.to_vec(),
            names: new.reads.columns.clone().filter(|_| tables.len() == 1),
            reads: self.columns_read(&tables, new.reads),
            tables,
            words: new.reads.words.clone(),
            indexes: Vec::new(),
            quoted: self.quoted_in(new),
            triggers: Vec::new(),
            sql: new.sql.map(str::to_owned),
            output: new.query.and_then(|q| self.named_output(q, new.columns)),
            created: self.now,
        };
        self.views.insert(name.clone(), view);
        self.note_view(&name);
        self.suspect(name);
    }

    /// The columns of its tables that a query names; with `*`, all of them.
    fn columns_read(&self, tables: &[Name], reads: &Reads) -> Vec<ColumnRead> {
        let dialect = self.database.dialect;
        let named = |column: &str| match &reads.columns {
            Some(columns) => columns.iter().any(|c| dialect.is_same(c, column)),
            None if reads.words.contains(column) => true,
            None => dialect == Dialect::Sqlite && reads.words.contains(&column.to_lowercase()),
        };
        let lacks = |other: &Name, column: &str| {
            self.tables.get(other).is_some_and(|t| t.column(column).is_missing())
        };
        let mut found = Vec::new();
        for table in tables {
            let Some(known) = self.tables.get(table) else { continue };
            for of in &known.columns {
                let column = of.column.name.as_str();
                if !reads.star && !named(column) {
                    continue;
                }
                // `c.*` is about one of several tables, and nobody says which.
                let alone = tables.iter().all(|other| other == table || lacks(other, column));
                let certain = alone && named(column) || reads.star && tables.len() == 1;
                found.push(ColumnRead { table: table.clone(), column: column.to_owned(), certain });
            }
        }
        found
    }

    /// The views that read a table, or a column of it.
    pub fn readers<'a>(
        &'a self,
        table: &'a Name,
        column: Option<&'a str>,
    ) -> impl Iterator<Item = &'a View> {
        let ever = self.ever_reading(table).filter_map(|name| self.views.get(name));
        let reading = ever.filter(|v| v.tables.contains(table));
        reading.filter(move |v| {
            column.is_none_or(|column| {
                v.reads.iter().any(|r| r.certain && r.table == *table && r.column == column)
            })
        })
    }

    /// What a view reads may be gone (SQLite, which does not look).
    fn suspect(&mut self, view: Name) {
        if self.database.is_sqlite() && self.suspects.get(&view).is_none() {
            self.suspects.insert(view, ());
        }
    }

    /// Has to go with whatever takes a table, a view or a column away.
    pub(super) fn suspect_readers(&mut self, table: &Name) {
        if self.database.is_sqlite() {
            for view in self.ever_reading(table).cloned().collect::<Vec<_>>() {
                self.suspect(view);
            }
        }
    }

    /// A view that reads something that is gone, as SQLite lets it, and what that is: the first by
    /// name.
    pub fn broken_view(&self) -> Option<(&View, Lack<'_>)> {
        let mut views = self.suspects.names().filter_map(|name| self.views.get(name));
        views.find_map(|view| Some((view, self.lack(view)?)))
    }

    /// Forgets the views that may be broken and are not, up to the first that is: a view is looked
    /// at once for each change of what it reads.
    pub(super) fn settle_views(&mut self) {
        if self.is_open() {
            return;
        }
        let broken = |name: &Name| self.views.get(name).and_then(|view| self.lack(view)).is_some();
        let whole: Vec<Name> =
            self.suspects.names().take_while(|name| !broken(name)).cloned().collect();
        for name in whole {
            self.suspects.remove(&name);
        }
    }

    fn lack<'a>(&'a self, view: &'a View) -> Option<Lack<'a>> {
        let gone = |name: &&Name| self.table(name).is_missing() && self.relation(name).is_none();
        if let Some(table) = view.tables.iter().find(gone) {
            return Some(Lack::Table(table));
        }
        let [table] = view.tables.as_slice() else { return None };
        let mut names = view.names.iter().flatten();
        names.find(|column| self.lacks(table, column)).map(|column| Lack::Column(column))
    }

    /// A table or a view that certainly has no such column.
    fn lacks(&self, table: &Name, column: &str) -> bool {
        if let Some(table) = self.table(table).found() {
            return table.column(column).is_missing() && !is_rowid(column);
        }
        let yields = self.view(table).and_then(|view| view.output.as_ref());
        yields.is_some_and(|columns| {
            let mut names = columns.iter().map(|(name, _)| name);
            names.all(|name| !name.is_empty() && !name.eq_ignore_ascii_case(column))
        })
    }

    /// The columns that a view's text names in quotes alone: SQLite writes a new name in double
    /// quotes there (`renameEditSql`).
    fn quoted_in(&self, new: &NewView<'_>) -> Vec<String> {
        let Some(sql) = new.sql.filter(|_| self.database.is_sqlite()) else { return Vec::new() };
        let mut plain: HashSet<String> = HashSet::new();
        each_token(sql, true, |token, _, _| {
            plain.insert(token.to_ascii_lowercase());
        });
        let names = new.reads.columns.iter().flatten();
        names.filter(|name| !plain.contains(&name.to_ascii_lowercase())).cloned().collect()
    }

    /// The view whose trigger has this name (SQLite).
    pub fn view_with_trigger(&self, name: &str) -> Option<&View> {
        let ever = self.triggers.get(&name.to_ascii_lowercase()).into_iter().flatten();
        let mut of = ever.filter_map(|view| self.views.get(view));
        of.find(|v| v.triggers.iter().any(|t| t.eq_ignore_ascii_case(name)))
    }

    /// Takes a view away, with the indexes of a materialized one.
    pub(super) fn remove_view(&mut self, name: &Name) {
        let Some(view) = self.views.remove(name) else { return };
        self.suspect_readers(name);
        for index in &view.indexes {
            self.index_owners.remove(&name.sibling(&index.name));
        }
    }

    /// Gives a view's own column another name; what it reads stays.
    pub(super) fn rename_view_column(&mut self, view: &Name, from: &str, to: &str) {
        self.views.edit(view, |v| {
            let given = v.output.iter_mut().flatten().map(|(name, _)| name);
            given.chain(&mut v.columns).filter(|n| *n == from).for_each(|n| to.clone_into(n));
            v.sql = None;
        });
    }

    /// Why PostgreSQL does not put a query in the place of a view's own: the columns that are there
    /// keep their names, types and order (CREATE VIEW; `checkViewColumns`).
    pub fn cannot_replace(&self, view: &Name, query: &Query, names: &[String]) -> Option<String> {
        let old = self.views.get(&self.resolve(view))?.output.as_ref()?;
        let new = self.would_yield(query, names)?;
        if new.len() < old.len() {
            return Some("cannot drop columns from view".to_owned());
        }
        old.iter().zip(&new).find_map(|((name, ty), (new, to))| {
            if name.is_empty() || new.is_empty() {
                return None;
            }
            if name != new {
                return Some(format!("cannot change name of view column \"{name}\" to \"{new}\""));
            }
            let known = !ty.is_unknown() && !to.is_unknown();
            (known && ty != to).then(|| {
                format!("cannot change data type of view column \"{name}\" from {ty} to {to}")
            })
        })
    }

    /// Takes views away, and those that read them.
    pub(super) fn drop_views(&mut self, mut doomed: Vec<Name>) {
        let mut seen: HashSet<Name> = HashSet::new();
        while let Some(name) = doomed.pop() {
            if !seen.insert(name.clone()) {
                continue;
            }
            self.remove_view(&name);
            doomed.extend(self.readers(&name, None).map(|v| v.name.clone()));
        }
    }

    /// Views keep what they read by what it is, so they follow a new name.
    pub(super) fn views_follow(&mut self, from: &Name, to: &Name) {
        for view in self.names_of_readers(from) {
            self.views.edit(&view, |v| {
                v.sql = None;
                v.tables.iter_mut().filter(|t| *t == from).for_each(|t| t.clone_from(to));
                let of = v.reads.iter_mut().filter(|r| r.table == *from);
                of.for_each(|r| r.table.clone_from(to));
            });
            self.note_view(&view);
        }
    }

    pub(super) fn views_follow_column(&mut self, table: &Name, from: &str, to: &str) {
        // SQLite takes a name in double quotes that is no column for a text, in views too.
        let plain = to.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_');
        let sqlite = self.database.is_sqlite();
        let quoted = sqlite && !plain;
        for view in self.names_of_readers(table) {
            self.views.edit(&view, |v| {
                let of = v.reads.iter_mut().filter(|r| r.table == *table && r.column == from);
                let mut hit = false;
                for read in of {
                    to.clone_into(&mut read.column);
                    hit = true;
                }
                // Its own column is called as its text says.
                let said = v.names.iter().flatten().any(|n| n.eq_ignore_ascii_case(from));
                if sqlite && said && v.columns.is_empty() {
                    let own = v.output.iter_mut().flatten().map(|(name, _)| name);
                    own.filter(|n| n.eq_ignore_ascii_case(from)).for_each(|n| to.clone_into(n));
                }
                let kept = v.quoted.len();
                v.quoted.retain(|n| !n.eq_ignore_ascii_case(from));
                if quoted || v.quoted.len() < kept {
                    v.names
                        .iter_mut()
                        .for_each(|names| names.retain(|n| !n.eq_ignore_ascii_case(from)));
                }
                let names = v.names.iter_mut().flatten();
                names.filter(|n| n.eq_ignore_ascii_case(from)).for_each(|n| to.clone_into(n));
                if hit || v.words.contains(from) {
                    v.sql = None;
                }
            });
            self.suspect_readers(&view);
        }
    }

    fn names_of_readers(&self, table: &Name) -> Vec<Name> {
        self.readers(table, None).map(|v| v.name.clone()).collect()
    }

    pub(super) fn rename_view(&mut self, from: &Name, to: &Name) {
        let Some(view) = self.views.remove(from) else { return };
        let to = to.sibling(if self.database.is_postgres() { clip(&to.name) } else { &to.name });
        for index in &view.indexes {
            self.index_moves(&from.sibling(&index.name), to.sibling(&index.name), &to);
        }
        self.views.insert(to.clone(), View { name: to.clone(), ..View::clone(&view) });
        self.note_view(&to);
        for trigger in &view.triggers {
            self.note_trigger(trigger, to.clone());
        }
        self.suspect(to.clone());
        self.suspect_readers(from);
        self.views_follow(from, &to);
    }
}

fn is_rowid(column: &str) -> bool {
    ["rowid", "oid", "_rowid_"].iter().any(|name| column.eq_ignore_ascii_case(name))
}
