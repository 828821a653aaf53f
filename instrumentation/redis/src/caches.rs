//! Which logical cache a key belongs to.

use kymo_cache::Cache;

/// The logical caches of a connection: by the start of the key, else the connection's own.
#[derive(Debug, Clone, Default)]
pub(crate) struct Caches {
    /// Of a key that starts with none of the prefixes.
    default: Option<Cache>,
    /// Longest first.
    prefixes: Vec<(Vec<u8>, Cache)>,
}

impl Caches {
    /// The longest prefix wins; of two that are equal, the later one.
    pub(crate) fn new(default: Option<Cache>, prefixes: Vec<(Vec<u8>, Cache)>) -> Self {
        let mut prefixes = prefixes;
        prefixes.reverse();
        prefixes.sort_by_key(|(prefix, _)| std::cmp::Reverse(prefix.len()));
        Self { default, prefixes }
    }

    /// The cache that `key` belongs to; `None`, if it belongs to none.
    pub(crate) fn of(&self, key: &[u8]) -> Option<&Cache> {
        let found = self.prefixes.iter().find(|(prefix, _)| key.starts_with(prefix));
        found.map(|(_, cache)| cache).or(self.default.as_ref())
    }

    /// Whether no key belongs to any.
    pub(crate) fn is_empty(&self) -> bool {
        self.default.is_none() && self.prefixes.is_empty()
    }
}
