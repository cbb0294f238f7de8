//! Names for random statements: mostly of things that are there, sometimes of things that are
//! not, and some that servers cut, fold or number.

use super::{
    facts::{Catalog, Known},
    random::Random,
};

const TABLES: &[&str] = &["t", "u", "v", "w", "Big T"];
pub(super) const COLUMNS: &[&str] = &["id", "a", "b", "c", "ref", "Col"];
const NAMES: &[&str] = &["n1", "n2", "n3", "t_a_key", "t_pkey", "t_a_idx", "t_check", "u_a_fkey"];

/// Chance, and what there is to speak of.
pub(super) struct Speaker<'a> {
    pub(super) random: Random,
    pub(super) catalog: &'a Catalog,
    pub(super) sqlite: bool,
    pub(super) major: u16,
}

/// A name as SQL: quoted where it has to be.
pub(super) fn quote(name: &str) -> String {
    let part = |part: &str| {
        let plain = part.chars().all(|c| c.is_ascii_lowercase() || c == '_' || c.is_ascii_digit());
        if plain { part.to_owned() } else { format!("\"{part}\"") }
    };
    match name.split_once('.') {
        Some((schema, name)) => format!("{}.{}", part(schema), part(name)),
        None => part(name),
    }
}

/// A name as PostgreSQL keeps it; all of them are ASCII.
pub(super) fn cut(name: &str) -> &str {
    &name[..name.len().min(63)]
}

pub(super) fn list(names: &[String]) -> String {
    names.iter().map(|n| quote(n)).collect::<Vec<_>>().join(", ")
}

impl<'a> Speaker<'a> {
    /// A name of 62 to 66 bytes, so that some are cut, and some then collide.
    fn long(&mut self, start: &str) -> String {
        let filled = 62 + self.random.below(4);
        format!("{start}{}{}", "_".repeat(filled - start.len()), self.random.of(&["", "x", "y"]))
    }

    /// A table that is there, if there is any.
    pub(super) fn known(&mut self) -> Option<&'a Known> {
        let catalog = self.catalog;
        self.random.some(&catalog.tables)
    }

    /// The name of a table that is there, mostly.
    pub(super) fn table(&mut self) -> String {
        if self.random.percent(96)
            && let Some(known) = self.known()
        {
            return known.name.clone();
        }
        self.random.of(TABLES).to_owned()
    }

    /// A table, or sometimes a view.
    pub(super) fn relation(&mut self) -> String {
        match self.random.some(&self.catalog.views) {
            Some((view, _)) if self.random.percent(5) => view.clone(),
            _ => self.table(),
        }
    }

    /// The name of a table that is not there, mostly.
    pub(super) fn new_table(&mut self) -> String {
        if self.random.percent(6) {
            return self.table();
        }
        let name = match self.random.below(12) {
            0 => self.long("long_table"),
            1 if !self.sqlite => format!("other.{}", self.random.of(TABLES)),
            _ => self.random.of(TABLES).to_owned(),
        };
        let free = |name: &String| !self.catalog.tables.iter().any(|t| t.name == *name);
        if free(&name) {
            name
        } else {
            TABLES.iter().map(|t| (*t).to_owned()).find(free).unwrap_or(name)
        }
    }

    /// A column of a table, mostly.
    pub(super) fn column(&mut self, table: &str) -> String {
        let catalog = self.catalog;
        let known = catalog.tables.iter().find(|t| t.name == table);
        if self.random.percent(96)
            && let Some((name, _)) = known.and_then(|t| self.random.some(&t.columns))
        {
            return name.clone();
        }
        self.random.of(COLUMNS).to_owned()
    }

    /// The name of a column that a table has not, mostly.
    pub(super) fn new_column(&mut self, table: &str) -> String {
        if self.random.percent(5) {
            return self.long("long_column");
        }
        let catalog = self.catalog;
        let known = catalog.tables.iter().find(|t| t.name == table);
        let free = |name: &&&str| known.is_none_or(|t| !t.columns.iter().any(|(c, _)| c == **name));
        let free: Vec<&&str> = COLUMNS.iter().filter(free).collect();
        match self.random.some(&free) {
            Some(name) if self.random.percent(95) => (**name).to_owned(),
            _ => self.random.of(COLUMNS).to_owned(),
        }
    }

    /// One or two columns of a table.
    pub(super) fn columns(&mut self, table: &str) -> Vec<String> {
        let mut columns = vec![self.column(table)];
        if self.random.percent(30) {
            let second = self.column(table);
            if !columns.contains(&second) || self.random.percent(3) {
                columns.push(second);
            }
        }
        columns
    }

    /// The type of a column that is there.
    pub(super) fn type_of(&self, table: &str, column: &str) -> String {
        let known = self.catalog.tables.iter().find(|t| t.name == table);
        let found = known.and_then(|t| t.columns.iter().find(|(c, _)| c == column));
        found.map(|(_, ty)| ty.clone()).unwrap_or_default()
    }

    /// A name for a constraint, an index or the like.
    pub(super) fn new_name(&mut self) -> String {
        match self.random.below(12) {
            0 => self.long("long_name"),
            1 => "Name".to_owned(),
            _ => self.random.of(NAMES).to_owned(),
        }
    }

    /// `CONSTRAINT n `, or nothing.
    pub(super) fn called(&mut self) -> String {
        match self.random.percent(35) {
            true => format!("CONSTRAINT {} ", quote(&self.new_name())),
            false => String::new(),
        }
    }

    /// A constraint that is there, mostly.
    pub(super) fn constraint(&mut self, table: &str) -> String {
        let catalog = self.catalog;
        let known = catalog.tables.iter().find(|t| t.name == table);
        match known.and_then(|t| self.random.some(&t.constraints)) {
            Some(name) if self.random.percent(95) => name.clone(),
            _ => self.new_name(),
        }
    }

    /// An index that is there, mostly; those of constraints are sometimes meant.
    pub(super) fn index(&mut self) -> String {
        let catalog = self.catalog;
        let indexes: Vec<&String> = catalog.tables.iter().flat_map(|t| &t.indexes).collect();
        if self.random.percent(10)
            && let Some(name) = self.known().and_then(|t| self.random.some(&t.constraints))
        {
            return name.clone();
        }
        match self.random.some(&indexes) {
            Some(name) if self.random.percent(95) => (*name).clone(),
            _ => self.new_name(),
        }
    }

    /// A table to reference, and columns of it that are a key, mostly.
    pub(super) fn target(&mut self) -> (String, Vec<String>) {
        let catalog = self.catalog;
        let keyed: Vec<&Known> = catalog.tables.iter().filter(|t| !t.keys.is_empty()).collect();
        if self.random.percent(92)
            && let Some(table) = self.random.some(&keyed)
        {
            let key = self.random.some(&table.keys).cloned().unwrap_or_default();
            return (table.name.clone(), key);
        }
        let table = self.table();
        let columns = self.columns(&table);
        (table, columns)
    }
}
