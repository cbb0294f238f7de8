//! Models into the same vocabulary as migrations: what they declare, as the operations that
//! would make it on an empty database. Applied to an empty schema, they can be compared with
//! what the migrations leave behind.

mod diesel;
mod sea_orm;

use std::collections::HashSet;

use crate::{
    database::Database,
    diagnostic::OpaquePlace,
    frontend::alembic,
    ir::{Name, Op},
    project::{Found, Tool, Tree},
    schema::{Origin, Schema},
    source::{FileId, Glance, Sources, Span},
};

/// Reads the models that belong to a tree, for the database of the schema that its migrations
/// leave behind; `None`: there are none that its tool would use.
pub fn read(sources: &Sources, project: &Found, tree: &Tree, replayed: &Schema) -> Option<Models> {
    match tree.tool {
        Tool::Alembic => alembic::models(sources, project, tree, replayed),
        Tool::Diesel => diesel::read(sources, project, tree, replayed),
        Tool::SeaOrm => sea_orm::read(sources, project, tree, replayed),
        _ => None,
    }
}

/// The same, and what its tool would not see of them (`Models::unregistered`), which takes a look
/// at every module beside them.
pub fn read_all(
    sources: &Sources,
    project: &Found,
    tree: &Tree,
    replayed: &Schema,
) -> Option<Models> {
    match tree.tool {
        Tool::Alembic => alembic::all_models(sources, project, tree, replayed),
        _ => read(sources, project, tree, replayed),
    }
}

/// The code that the models were read from.
#[derive(Clone, Copy)]
pub struct Look<'a> {
    pub sources: &'a Sources,
    pub project: &'a Found,
    /// Whether a file is one of those that run with the tree's schema.
    pub is_code: &'a dyn Fn(&str) -> bool,
}

impl<'a> Look<'a> {
    /// The files of code with one of some endings.
    pub fn files(self, endings: &'a [&str]) -> impl Iterator<Item = &'a String> {
        let fits = move |path: &&String| {
            let ending = path.rsplit_once('.').map(|(_, ending)| ending);
            ending.is_some_and(|ending| endings.contains(&ending)) && (self.is_code)(path)
        };
        self.project.files.iter().filter(fits)
    }
}

impl Models {
    /// Where code needs what classes are mapped to, or one of their columns, in the same order;
    /// `None`: it does not, as far as can be seen.
    pub fn used(
        &self,
        tool: Tool,
        look: Look<'_>,
        all: &[(&Mapped, Option<&Field>)],
        glance: &mut Glance,
    ) -> Vec<Option<Span>> {
        let declared = |(mapped, field): &(&Mapped, Option<&Field>)| match field {
            Some(field) => field.span,
            None => mapped.span,
        };
        match tool {
            Tool::Diesel => diesel::used(look, self, all, glance),
            _ => all.iter().map(|one| Some(declared(one))).collect(),
        }
    }

    /// Where code inserts rows into what classes are mapped to, in the same order; `None`: it does
    /// not, as far as can be seen.
    pub fn inserts(
        &self,
        tool: Tool,
        look: Look<'_>,
        all: &[&Mapped],
        glance: &mut Glance,
    ) -> Vec<Option<Span>> {
        match tool {
            Tool::Diesel => diesel::inserts(look, all, glance),
            _ => all.iter().map(|mapped| Some(mapped.span)).collect(),
        }
    }
}

/// What the models of one tree declare, for one database.
#[derive(Debug, Default)]
pub struct Models {
    /// Tables, types and indexes, in an order that loads. A column's span is the model's field.
    pub ops: Vec<Op>,
    /// What could not be read; a table that it concerns is not complete in the schema.
    pub opaque: Vec<OpaquePlace>,
    /// Each class or macro that maps a table.
    pub mapped: Vec<Mapped>,
    /// Tables of the history that the project keeps out of comparisons on purpose
    /// (`include_object`, `print_schema.filter`).
    pub left_out: Vec<Name>,
    /// Parts of tables that it keeps out of them, by the table and where the part is declared: the
    /// models' where they have it, else the history's.
    pub parts_left_out: HashSet<(Name, Part, Span)>,
    /// Tables that the project maps with another metadata.
    pub elsewhere: Vec<Name>,
    /// Classes of the same metadata that the tool does not load, where that is sure.
    pub unregistered: Vec<Unregistered>,
    /// Where they were found, for people: `app/models.py`.
    pub from: String,
    /// Sentences on what was assumed: the version of a library, for example.
    pub notes: Vec<String>,
    /// What their language can say at all.
    pub says: Says,
}

/// What can be left out of a table.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Part {
    Column,
    /// An index or a unique constraint.
    Index,
    ForeignKey,
}

/// What models of a kind say: the rest is up to the migrations, and is not compared. Columns,
/// their types and the primary key are said by all of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Says {
    /// All tables are declared: one that only the database has is one too many.
    pub all_tables: bool,
    /// Each of their tables is made by migrations: nobody else makes it.
    pub own_tables: bool,
    /// All columns are declared.
    pub all_columns: bool,
    /// The project wants types compared (`compare_type`).
    pub types: bool,
    pub nullability: bool,
    /// Defaults of the server, identity, computed columns.
    pub defaults: bool,
    pub foreign_keys: bool,
    /// What a foreign key does when its row goes or changes, and when it is checked.
    pub actions: bool,
    pub uniques: bool,
    pub indexes: bool,
    pub checks: bool,
}

impl Says {
    /// Types, nullability and keys, and of nothing else. `all`: of every table and column.
    fn columns(all: bool) -> Says {
        Says {
            all_tables: all,
            own_tables: true,
            all_columns: all,
            types: true,
            nullability: true,
            defaults: false,
            foreign_keys: false,
            actions: false,
            uniques: false,
            indexes: false,
            checks: false,
        }
    }
}

impl Default for Says {
    fn default() -> Says {
        Says {
            all_tables: true,
            own_tables: true,
            all_columns: true,
            types: true,
            nullability: true,
            defaults: true,
            foreign_keys: true,
            actions: true,
            uniques: true,
            indexes: true,
            checks: true,
        }
    }
}

/// A class that the running code maps to a table.
#[derive(Debug, Clone)]
pub struct Mapped {
    /// As the code calls it.
    pub class: String,
    pub table: Name,
    /// Its header.
    pub span: Span,
    pub fields: Vec<Field>,
}

/// An attribute of such a class.
#[derive(Debug, Clone)]
pub struct Field {
    /// As the code calls it.
    pub name: String,
    pub column: String,
    pub span: Span,
}

/// A class that maps a table, in a module that env.py never loads.
#[derive(Debug, Clone)]
pub struct Unregistered {
    /// As the code calls it; of a `Table(…)`, its table's name.
    pub class: String,
    pub table: Name,
    /// Its header.
    pub span: Span,
    /// As it is imported: `app.models.badge`.
    pub module: String,
    /// Where env.py says which metadata is compared with the database.
    pub place: Span,
}

impl Models {
    /// The schema that the models ask for.
    pub fn schema(&self, database: Database) -> Schema {
        let place = Span::top(FileId(0));
        let mut schema = Schema::new(database, Origin { migration: 0, change: 0, span: place });
        for op in &self.ops {
            schema.enter(0, 0, op.span);
            schema.apply(op);
        }
        schema
    }
}
