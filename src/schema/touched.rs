//! What has changed since a mark.

use std::sync::Arc;

use super::{Mark, Schema, Table, Type, View};
use crate::ir::Name;

/// One object that was touched: what it was at the mark, and what it is now.
#[derive(Debug, Clone)]
pub struct Touched<T> {
    pub name: Name,
    pub before: Option<Arc<T>>,
    pub after: Option<Arc<T>>,
}

impl Schema {
    pub fn touched_tables(&self, since: Mark) -> Vec<Touched<Table>> {
        touched(&self.tables, since.0[0])
    }

    pub fn touched_types(&self, since: Mark) -> Vec<Touched<Type>> {
        touched(&self.types, since.0[1])
    }

    pub fn touched_views(&self, since: Mark) -> Vec<Touched<View>> {
        touched(&self.views, since.0[2])
    }
}

fn touched<T>(map: &super::Journaled<T>, from: usize) -> Vec<Touched<T>> {
    let changes = map.since(from).into_iter();
    changes
        .map(|(name, before)| Touched {
            name: name.clone(),
            before: before.cloned(),
            after: map.shared(name),
        })
        .collect()
}
