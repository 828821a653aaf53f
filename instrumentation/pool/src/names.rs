//! The names of pools that are taken.

use std::{
    collections::HashMap,
    sync::{Arc, Weak},
};

use crate::pool_name::PoolName;

/// The names that pools hold, each until its pool is gone.
#[derive(Debug, Default)]
pub(crate) struct Names {
    taken: HashMap<String, Weak<PoolName>>,
    /// From a name that more than one pool asked for to the next number to try behind it.
    next: HashMap<String, u64>,
    /// How many names there may be before those that are free again are taken out.
    limit: usize,
}

impl Names {
    /// Whether a pool that is still there has the name.
    pub(crate) fn hold(&self, name: &str) -> bool {
        self.taken.get(name).is_some_and(|holder| holder.strong_count() > 0)
    }

    /// `name` if nobody has it, else the next of `name#2`, `name#3` and so on.
    pub(crate) fn first_free(&mut self, name: &str) -> String {
        if !self.hold(name) {
            self.next.remove(name);
            return name.to_owned();
        }
        let mut number = self.next.get(name).copied().unwrap_or(2);
        let mut numbered = format!("{name}#{number}");
        while self.hold(&numbered) {
            number += 1;
            numbered = format!("{name}#{number}");
        }
        self.next.insert(name.to_owned(), number + 1);
        numbered
    }

    pub(crate) fn enter(&mut self, name: String, holder: &Arc<PoolName>) {
        if self.taken.len() >= self.limit {
            self.taken.retain(|_, holder| holder.strong_count() > 0);
            self.next.retain(|name, _| self.taken.contains_key(name));
            self.limit = 64 + 2 * self.taken.len();
        }
        self.taken.insert(name, Arc::downgrade(holder));
    }
}
