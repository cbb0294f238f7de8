//! A map that remembers what it held before, so that it can be put back.

use std::{
    collections::{BTreeMap, BTreeSet, HashMap, HashSet},
    sync::Arc,
};

use crate::ir::Name;

/// A point in a journal to which the map can be put back; the default is the last commit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub struct Mark(pub(super) [usize; 10]);

/// A map by name whose values are shared, and whose changes are logged.
#[derive(Debug, Clone)]
pub(super) struct Journaled<T> {
    map: BTreeMap<Name, Arc<T>>,
    /// What stood under a name before each change, oldest first.
    log: Vec<(Name, Option<Arc<T>>)>,
    /// The last point that somebody may want to go back to.
    marked: usize,
    /// Names whose value at that point is logged already: they can be changed in place, so that
    /// a table of a thousand statements is not copied a thousand times.
    logged: HashSet<Name>,
    /// The names by what they are without case, where they are looked up so.
    folded: Option<HashMap<Name, BTreeSet<Name>>>,
}

impl<T> Default for Journaled<T> {
    fn default() -> Self {
        Journaled {
            map: BTreeMap::new(),
            log: Vec::new(),
            marked: 0,
            logged: HashSet::new(),
            folded: None,
        }
    }
}

/// A name as it is compared without case.
fn folded(name: &Name) -> Name {
    name.sibling(&name.name.to_ascii_lowercase())
}

impl<T> Journaled<T> {
    /// One that finds names without case too, if `folds`.
    pub(super) fn folding(folds: bool) -> Journaled<T> {
        Journaled { folded: folds.then(HashMap::new), ..Journaled::default() }
    }

    /// The first name of the same schema that differs in case at the most.
    pub(super) fn spelled(&self, name: &Name) -> Option<&Name> {
        self.folded.as_ref()?.get(&folded(name))?.first()
    }

    fn put(&mut self, name: Name, value: Arc<T>) -> Option<Arc<T>> {
        if let Some(names) = &mut self.folded {
            names.entry(folded(&name)).or_default().insert(name.clone());
        }
        self.map.insert(name, value)
    }

    fn take(&mut self, name: &Name) -> Option<Arc<T>> {
        let old = self.map.remove(name)?;
        if let Some(names) = &mut self.folded {
            let key = folded(name);
            if let Some(same) = names.get_mut(&key) {
                same.remove(name);
                if same.is_empty() {
                    names.remove(&key);
                }
            }
        }
        Some(old)
    }

    pub(super) fn get(&self, name: &Name) -> Option<&T> {
        self.map.get(name).map(Arc::as_ref)
    }

    pub(super) fn shared(&self, name: &Name) -> Option<Arc<T>> {
        self.map.get(name).map(Arc::clone)
    }

    pub(super) fn values(&self) -> impl Iterator<Item = &T> {
        self.map.values().map(Arc::as_ref)
    }

    /// The names in one schema.
    pub(super) fn within<'a>(
        &'a self,
        schema: &'a Option<String>,
    ) -> impl Iterator<Item = &'a Name> {
        let first = Name { schema: schema.clone(), name: String::new() };
        let from = self.map.range(first..).map(|(name, _)| name);
        from.take_while(move |name| name.schema == *schema)
    }

    pub(super) fn names(&self) -> impl Iterator<Item = &Name> {
        self.map.keys()
    }

    pub(super) fn insert(&mut self, name: Name, value: T) {
        let old = self.put(name.clone(), Arc::new(value));
        self.logged.insert(name.clone());
        self.log.push((name, old));
    }

    pub(super) fn remove(&mut self, name: &Name) -> Option<Arc<T>> {
        let old = self.take(name)?;
        self.log.push((name.clone(), Some(Arc::clone(&old))));
        Some(old)
    }

    /// A point to go back to, by `rollback`.
    pub(super) fn mark(&mut self) -> usize {
        self.marked = self.log.len();
        self.logged.clear();
        self.marked
    }

    pub(super) fn rollback(&mut self, to: usize) {
        while self.log.len() > to {
            let Some((name, old)) = self.log.pop() else { return };
            match old {
                Some(old) => self.put(name, old),
                None => self.take(&name),
            };
        }
        self.mark();
    }

    /// Forgets the way back; what is held stays.
    pub(super) fn commit(&mut self) {
        self.log.clear();
        self.mark();
    }

    /// Every name touched since a mark, with what it held then.
    pub(super) fn since(&self, from: usize) -> BTreeMap<&Name, Option<&Arc<T>>> {
        let mut first = BTreeMap::new();
        for (name, old) in self.log.get(from..).unwrap_or_default() {
            first.entry(name).or_insert(old.as_ref());
        }
        first
    }
}

impl<T: Clone> Journaled<T> {
    /// Changes a value in place; the closure sees a copy of its own.
    pub(super) fn edit(&mut self, name: &Name, change: impl FnOnce(&mut T)) -> bool {
        let Some(value) = self.map.get_mut(name) else { return false };
        if !self.logged.contains(name) {
            self.log.push((name.clone(), Some(Arc::clone(value))));
            self.logged.insert(name.clone());
        }
        change(Arc::make_mut(value));
        true
    }
}
