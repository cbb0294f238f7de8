//! API classes of the work tree that still have a field of a column that a change takes away.

use std::collections::{HashMap, HashSet};

use crate::{
    diagnostic::Label,
    frontend::alembic::{self, ApiClass},
    model::{Field, Look, Mapped},
    project::is_test,
    source::{Glance, Span},
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

/// Fields that are told for one column.
const MAX_FIELDS: usize = 20;
/// Classes above a class that are looked at.
const MAX_ABOVE: usize = 50;

/// What the work tree's classes are.
#[derive(Default)]
struct Classes {
    /// Those of the API, by their fields that are looked for, with their files.
    by_field: HashMap<String, Vec<(String, ApiClass)>>,
    bound: HashSet<(String, String)>,
    open: HashSet<String>,
    /// For each field that is looked for, the words beside which it is given to something by its
    /// name: `data["note"] = …`, `{"note": …}`, `out.note = …`.
    given: HashMap<String, HashSet<String>>,
    /// What they inherit from, by name.
    above: HashMap<String, Vec<String>>,
}

/// The fields for each lost one, with what to say of them. `lost`: classes at the base.
pub(super) fn fields(
    look: Look<'_>,
    lost: &[(&Mapped, &Field)],
    glance: &mut Glance,
) -> Vec<Vec<Label>> {
    let wanted: HashSet<&str> = lost.iter().map(|(_, field)| field.name.as_str()).collect();
    let sources = look.sources;
    let abouts: HashSet<String> =
        lost.iter().flat_map(|(mapped, _)| abouts(&mapped.class)).collect();
    let mut classes = Classes::default();
    for path in look.files(&["py"]) {
        let Some(text) = glance.peek(sources, path) else { continue };
        if is_test(path, &text) {
            continue;
        }
        for (class, above) in alembic::bases_in(&text) {
            let known = classes.above.entry(class.to_owned()).or_default();
            known.extend(above.into_iter().map(str::to_owned));
        }
        let mut words = text.split(|c: char| !c.is_alphanumeric() && c != '_');
        let telling = |word: &str| {
            wanted.contains(word)
                || matches!(word, "__getattr__" | "__getattribute__" | "alias_generator")
                || word.ends_with("_validator")
        };
        if words.any(telling) && glance.spend(text.len()) {
            let mut module = alembic::api(&text);
            let given = std::mem::take(&mut module.given);
            for name in given.into_iter().filter(|name| wanted.contains(name.as_str())) {
                let beside = classes.given.entry(name).or_default();
                beside.extend(
                    spoken_of(&text).filter(|word| abouts.contains(*word)).map(str::to_owned),
                );
            }
            classes.add(path, module, &wanted);
        }
    }
    let label = |path: &str, class: &ApiClass, field: &alembic::ApiField| {
        let (start, end) = field.place;
        let span = Span::new(sources.load(path).ok()?, start, end);
        Some(Label { span, text: format!("`{}.{}` is still here", class.name, field.name) })
    };
    let all = lost.iter().map(|(mapped, field)| {
        if classes.gives(&mapped.class, &field.name) {
            return Vec::new();
        }
        let here = classes.by_field.get(&field.name).into_iter().flatten();
        let about = here.filter(|(_, class)| {
            let given = classes.given.get(&field.name);
            is_about(class, mapped, field)
                && !classes.gives(&class.name, &field.name)
                && !given.is_some_and(|beside| beside.contains(&class.name))
        });
        let own = about.flat_map(|(path, class)| {
            let own = |f: &&alembic::ApiField| f.own && f.name == field.name && !f.aliased;
            class.fields.iter().filter(own).filter_map(|f| label(path, class, f))
        });
        own.take(MAX_FIELDS).collect()
    });
    all.collect()
}

impl Classes {
    fn add(&mut self, path: &str, module: alembic::ApiModule, wanted: &HashSet<&str>) {
        self.open.extend(module.open);
        let bound = module.bound.into_iter().filter(|(_, name)| wanted.contains(name.as_str()));
        self.bound.extend(bound);
        for class in module.classes {
            let own = class.fields.iter().filter(|field| field.own);
            let names: HashSet<String> = own
                .filter(|field| wanted.contains(field.name.as_str()))
                .map(|field| field.name.clone())
                .collect();
            for name in names {
                let of = self.by_field.entry(name).or_default();
                of.push((path.to_owned(), class.clone()));
            }
        }
    }

    /// Whether a class, or one above it, gives or is given a value of that name still: a property,
    /// a synonym, what any name is answered with.
    fn gives(&self, class: &str, name: &str) -> bool {
        let mut line = vec![class];
        let mut at = 0;
        while let Some(class) = line.get(at).copied() {
            at += 1;
            if self.open.contains(class)
                || self.bound.contains(&(class.to_owned(), name.to_owned()))
            {
                return true;
            }
            for above in self.above.get(class).into_iter().flatten() {
                if line.len() < MAX_ABOVE && !line.contains(&above.as_str()) {
                    line.push(above);
                }
            }
        }
        false
    }
}

/// The names in a text, but for those of the classes that it defines.
fn spoken_of(text: &str) -> impl Iterator<Item = &str> {
    let words = text.split(|c: char| !c.is_alphanumeric() && c != '_');
    let words = words.filter(|word| !word.is_empty());
    words
        .scan("", |last, word| Some((std::mem::replace(last, word), word)))
        .filter_map(|(last, word)| (last != "class").then_some(word))
}

/// What a class that describes the rows of a mapped one may be called.
fn abouts(class: &str) -> impl Iterator<Item = String> {
    let ended = ENDINGS.iter().map(move |ending| format!("{class}{ending}"));
    ended.chain(BEGINNINGS.iter().map(move |beginning| format!("{beginning}{class}")))
}

/// Whether a class describes the rows of a mapped one: by its name, and by most of its fields.
fn is_about(class: &ApiClass, mapped: &Mapped, lost: &Field) -> bool {
    if !abouts(&mapped.class).any(|name| name == class.name) {
        return false;
    }
    let known: HashSet<&str> = mapped.fields.iter().map(|field| field.name.as_str()).collect();
    let names = class.fields.iter().map(|field| field.name.as_str());
    let others: Vec<&str> = names.filter(|name| *name != lost.name).collect();
    let alike = others.iter().filter(|name| known.contains(**name)).count();
    alike >= MIN_ALIKE && alike * 2 >= others.len()
}
