//! API classes of the work tree that still have a field of a column that a change takes away.

use std::collections::HashSet;

use crate::{
    diagnostic::Label,
    frontend::alembic::{self, ApiClass},
    model::{Field, Mapped},
    project::{Found, Tree},
    source::Sources,
};

/// What stands behind a mapped class's name in the name of a class that describes it.
const ENDINGS: &[&str] = &[
    "Base", "Create", "Read", "Update", "Public", "In", "Out", "Response", "Request", "Schema",
    "InDB", "InDBBase", "Patch", "Detail", "Summary", "Item", "Private", "Model",
];
/// What stands before it.
const BEGINNINGS: &[&str] = &["Create", "Read", "Update", "Patch", "Base", "New"];
/// Fields of a class that have to be the table's, besides the one that is lost.
const MIN_ALIKE: usize = 2;

/// The fields, with what to say of them. `mapped`: the class at the base.
pub(super) fn fields(
    sources: &Sources,
    project: &Found,
    tree: &Tree,
    mapped: &Mapped,
    field: &Field,
) -> Vec<Label> {
    let is_code = |path: &&String| {
        path.ends_with(".py")
            && tree.below(path).is_none()
            && !path.split('/').any(|part| matches!(part, "tests" | "test" | "docs" | "examples"))
    };
    let mut found = Vec::new();
    for path in project.files.iter().filter(is_code) {
        let Ok(file) = sources.load(path) else { continue };
        let text = &sources.file(file).text;
        if !text.contains(&mapped.class) || !text.contains(&field.name) {
            continue;
        }
        let module = alembic::api(sources, file);
        // The mapped class gives a value of that name still: a property, a synonym.
        if module.bound.iter().any(|(c, name)| *c == mapped.class && *name == field.name) {
            return Vec::new();
        }
        for class in module.classes.iter().filter(|class| is_about(class, mapped, field)) {
            let own = class.fields.iter().filter(|f| f.own && f.name == field.name && !f.aliased);
            found.extend(own.map(|f| Label {
                span: f.span,
                text: format!("`{}.{}` is still here", class.name, f.name),
            }));
        }
    }
    found
}

/// Whether a class describes the rows of a mapped one: by its name, and by most of its fields.
fn is_about(class: &ApiClass, mapped: &Mapped, lost: &Field) -> bool {
    let name = class.name.as_str();
    let ended = name.strip_prefix(mapped.class.as_str()).is_some_and(|e| ENDINGS.contains(&e));
    let begun = name.strip_suffix(mapped.class.as_str()).is_some_and(|b| BEGINNINGS.contains(&b));
    if !(ended || begun) {
        return false;
    }
    let known: HashSet<&str> = mapped.fields.iter().map(|field| field.name.as_str()).collect();
    let names = class.fields.iter().map(|field| field.name.as_str());
    let others: Vec<&str> = names.filter(|name| *name != lost.name).collect();
    let alike = others.iter().filter(|name| known.contains(**name)).count();
    alike >= MIN_ALIKE && alike * 2 >= others.len()
}
