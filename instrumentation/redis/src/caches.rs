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

#[cfg(test)]
mod tests {
    use kymo_cache::CacheMetrics;
    use opentelemetry_sdk::metrics::SdkMeterProvider;

    use super::*;

    #[test]
    fn the_longest_prefix_wins_and_of_equal_ones_the_last() {
        let metrics = CacheMetrics::new(&SdkMeterProvider::default());
        let cache = |name: &str| metrics.cache(name);
        let prefix = |prefix: &str, name| (prefix.as_bytes().to_vec(), cache(name));
        let caches = Caches::new(
            Some(cache("rest")),
            vec![prefix("b:", "early"), prefix("b:s:", "series"), prefix("b:", "books")],
        );
        assert_eq!(caches.of(b"b:s:1"), Some(&cache("series")));
        assert_eq!(caches.of(b"b:s:"), Some(&cache("series")));
        assert_eq!(caches.of(b"b:s"), Some(&cache("books")));
        assert_eq!(caches.of(b"b"), Some(&cache("rest")));
        assert_eq!(caches.of(b""), Some(&cache("rest")));
    }

    #[test]
    fn without_a_cache_of_its_own_only_prefixes_count() {
        let metrics = CacheMetrics::new(&SdkMeterProvider::default());
        let books = metrics.cache("books");
        let caches = Caches::new(None, vec![(b"b:".to_vec(), books.clone())]);
        assert!(!caches.is_empty());
        assert_eq!(caches.of(b"b:1"), Some(&books));
        assert_eq!(caches.of(b"x"), None);
        assert!(Caches::new(None, Vec::new()).is_empty());
        assert!(!Caches::new(Some(books), Vec::new()).is_empty());
    }
}
