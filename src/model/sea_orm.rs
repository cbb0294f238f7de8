//! SeaORM's entities: those of the workspace that map the tables of a tree.

use std::collections::{BTreeMap, BTreeSet};

use super::{Field, Mapped, Models, Says};
use crate::{
    diagnostic::OpaquePlace,
    frontend::sea_orm::{Entities, Entity, entities, implements, snake},
    project::{Found, Tree, join, lies_aside, parent, upward},
    schema::Schema,
    source::Sources,
};

pub(super) fn read(
    sources: &Sources,
    project: &Found,
    tree: &Tree,
    replayed: &Schema,
) -> Option<Models> {
    let found = near(sources, project, tree, replayed);
    if found.found.is_empty() && found.unread.is_empty() {
        return None;
    }
    // A table that no entity maps is no fault, nor a column that nobody reads; what else the
    // database holds is the migrations' to say, for the code runs without it.
    let mut models = Models { says: Says::columns(false), ..Models::default() };
    let mut taken = BTreeSet::new();
    let nothing = found.found.is_empty();
    let mut from = BTreeSet::new();
    let (mut making, mut makes_some) = (None, false);
    for (span, reason) in found.unread {
        if nothing {
            from.insert(parent(&sources.path(span.file)).to_owned());
        }
        models.opaque.push(OpaquePlace { span, reason });
    }
    for entity in found.found {
        // One table may be mapped twice; a view is made by no entity.
        if replayed.view(&entity.table).is_some() || !taken.insert(entity.table.clone()) {
            continue;
        }
        if replayed.table(&entity.table).found().is_none() {
            let making = making.get_or_insert_with(|| made_by_code(sources, project, tree));
            if entity.class.rsplit("::").nth(1).is_some_and(|module| making.contains(module)) {
                makes_some = true;
                continue;
            }
        }
        from.insert(parent(&sources.path(entity.span.file)).to_owned());
        models.ops.extend(entity.ops);
        for (span, reason) in entity.opaque {
            models.opaque.push(OpaquePlace { span, reason });
        }
        let field = |(name, column, span)| Field { name, column, span };
        models.mapped.push(Mapped {
            class: entity.class,
            table: entity.table,
            span: entity.span,
            fields: entity.fields.into_iter().map(field).collect(),
        });
    }
    if makes_some {
        let note = "the code makes tables of entities itself (`create_table_from_entity`): those that no migration makes are not missed";
        models.notes.push(note.to_owned());
    }
    models.from = from.into_iter().collect::<Vec<_>>().join(", ");
    Some(models)
}

/// The modules whose entities code outside of the migrator makes tables of.
fn made_by_code(sources: &Sources, project: &Found, tree: &Tree) -> BTreeSet<String> {
    const CALL: &str = "create_table_from_entity(";
    let mut found = BTreeSet::new();
    for path in project.files.iter().filter(|path| path.ends_with(".rs")) {
        let migrates = upward(parent(path)).any(|up| up == tree.dir);
        if migrates || lies_aside(path) && !lies_aside(&tree.dir) {
            continue;
        }
        let Ok(file) = sources.load(path) else { continue };
        for call in sources.file(file).text.split(CALL).skip(1) {
            let argument = call.split(')').next().unwrap_or_default().trim();
            let mut names = argument.rsplit("::").map(str::trim);
            let stem = path.rsplit('/').next().unwrap_or(path).trim_end_matches(".rs");
            match names.next() {
                Some("Entity") => found.insert(names.next().unwrap_or(stem).to_owned()),
                // `prelude::Cake` is `cake::Entity`.
                Some(name) if name.starts_with(char::is_uppercase) => found.insert(snake(name)),
                _ => false,
            };
        }
    }
    found
}

/// The entities nearest to a tree: of the packages below the folder of its package, then below
/// each folder above, those that map most of the history's tables. Copies that migrations keep
/// for themselves, below their own folder, are not the application's.
fn near(sources: &Sources, project: &Found, tree: &Tree, replayed: &Schema) -> Entities {
    let migrator = tree.migrator.as_ref().map_or("", |(path, _)| path);
    let home = package(project, migrator).unwrap_or_default().to_owned();
    let mut packages: BTreeMap<&str, Vec<&String>> = BTreeMap::new();
    let mut declaring: BTreeMap<&str, Vec<&String>> = BTreeMap::new();
    let mut own: Vec<&String> = Vec::new();
    for path in project.files.iter().filter(|path| path.ends_with(".rs")) {
        // The application may be an example itself.
        if lies_aside(path) && !lies_aside(&join(&tree.dir, "lib.rs")) {
            continue;
        }
        let Ok(file) = sources.load(path) else { continue };
        let text = &sources.file(file).text;
        if text.contains("#[path") {
            declaring.entry(package(project, path).unwrap_or_default()).or_default().push(path);
        }
        if tree.files.contains(path) || !has_entity(text) {
            continue;
        }
        if upward(parent(path)).any(|up| up == tree.dir) {
            own.push(path);
            continue;
        }
        packages.entry(package(project, path).unwrap_or_default()).or_default().push(path);
    }
    let read = |dir: &str, paths: &[&String]| {
        let declaring = declaring.get(dir).map(Vec::as_slice).unwrap_or_default();
        entities(sources, paths, declaring, replayed)
    };
    // What cannot be read may be the tree's only where it lies near.
    let mut unread = None;
    for (at, up) in upward(&home).enumerate() {
        let inside = packages.iter().filter(|(dir, _)| upward(dir).any(|above| above == up));
        let groups: Vec<Entities> = inside.map(|(dir, paths)| read(dir, paths)).collect();
        let best = best(groups, replayed);
        if !best.found.is_empty() {
            return best;
        }
        if at < 2 && unread.is_none() && !best.unread.is_empty() {
            unread = Some(best);
        }
    }
    let own = best(vec![read(&home, &own)], replayed);
    match unread {
        Some(unread) if own.found.is_empty() => unread,
        _ => own,
    }
}

/// The groups of which most is in the schema: the largest, and those that map other tables. What
/// could not be read of others is said where it may be all that they have.
fn best(groups: Vec<Entities>, replayed: &Schema) -> Entities {
    let there = |entity: &&Entity| {
        replayed.table(&entity.table).found().is_some() || replayed.view(&entity.table).is_some()
    };
    let known = |group: &Entities| group.found.iter().filter(there).count();
    let (empty, groups): (Vec<_>, Vec<_>) =
        groups.into_iter().partition(|group| group.found.is_empty());
    let mut fitting: Vec<(usize, Entities)> = groups
        .into_iter()
        .map(|group| (known(&group), group))
        .filter(|(known, group)| *known > 0 && known * 2 >= group.found.len())
        .collect();
    fitting.sort_by_key(|(known, _)| std::cmp::Reverse(*known));
    let mut taken = BTreeSet::new();
    let mut all = Entities::default();
    for (_, group) in fitting {
        if group.found.iter().all(|entity| !taken.contains(&entity.table)) {
            taken.extend(group.found.iter().map(|entity| entity.table.clone()));
            all.found.extend(group.found);
            all.unread.extend(group.unread);
        }
    }
    if all.found.is_empty() {
        all.unread.extend(empty.into_iter().flat_map(|group| group.unread));
    }
    all
}

fn has_entity(text: &str) -> bool {
    text.contains("DeriveEntityModel") || implements(text, "EntityName")
}

/// The folder of the package that a file belongs to.
fn package<'p>(project: &Found, path: &'p str) -> Option<&'p str> {
    let is_package = |dir: &&str| project.files.binary_search(&join(dir, "Cargo.toml")).is_ok();
    upward(parent(path)).find(is_package)
}
