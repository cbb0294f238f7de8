//! A map that remembers what it held before, so that it can be put back.

use std::{
    collections::{BTreeMap, HashSet},
    sync::Arc,
};

use crate::ir::Name;

/// A point in a journal to which the map can be put back; the default is the last commit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub struct Mark(pub(super) [usize; 9]);

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
}

impl<T> Default for Journaled<T> {
    fn default() -> Self {
        Journaled { map: BTreeMap::new(), log: Vec::new(), marked: 0, logged: HashSet::new() }
    }
}

impl<T> Journaled<T> {
    pub(super) fn get(&self, name: &Name) -> Option<&T> {
        self.map.get(name).map(Arc::as_ref)
    }

    pub(super) fn shared(&self, name: &Name) -> Option<Arc<T>> {
        self.map.get(name).map(Arc::clone)
    }

    pub(super) fn values(&self) -> impl Iterator<Item = &T> {
        self.map.values().map(Arc::as_ref)
    }

    pub(super) fn names(&self) -> impl Iterator<Item = &Name> {
        self.map.keys()
    }

    pub(super) fn insert(&mut self, name: Name, value: T) {
        let old = self.map.insert(name.clone(), Arc::new(value));
        self.logged.insert(name.clone());
        self.log.push((name, old));
    }

    pub(super) fn remove(&mut self, name: &Name) -> Option<Arc<T>> {
        let old = self.map.remove(name)?;
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
                Some(old) => self.map.insert(name, old),
                None => self.map.remove(&name),
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
