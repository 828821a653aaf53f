//! Which logical cache a key belongs to.

use std::collections::BTreeMap;

use kymo_cache::Cache;

/// The logical caches of a connection: by the start of the key, else the connection's own.
#[derive(Debug, Clone, Default)]
pub(crate) struct Caches {
    /// Of a key that starts with none of the prefixes.
    default: Option<Cache>,
    /// In the order of their bytes, each of them once.
    prefixes: Box<[Prefix]>,
    /// The head of each of them, which leaves few to be compared.
    heads: Box<[u64]>,
}

#[derive(Debug, Clone)]
struct Prefix {
    start: Vec<u8>,
    cache: Cache,
    /// Where the longest of the others is that this one starts with.
    shorter: Option<usize>,
}

impl Caches {
    /// The longest prefix wins; of two that are equal, the later one.
    pub(crate) fn new(default: Option<Cache>, prefixes: Vec<(Vec<u8>, Cache)>) -> Self {
        let last: BTreeMap<_, _> = prefixes.into_iter().collect();
        let mut sorted: Vec<Prefix> = Vec::with_capacity(last.len());
        for (start, cache) in last {
            let mut shorter = sorted.len().checked_sub(1);
            while let Some(at) = shorter.filter(|at| !start.starts_with(&sorted[*at].start)) {
                shorter = sorted[at].shorter;
            }
            sorted.push(Prefix { start, cache, shorter });
        }
        let heads = sorted.iter().map(|prefix| head(&prefix.start)).collect();
        Self { default, prefixes: sorted.into(), heads }
    }

    /// The cache that `key` belongs to; `None`, if it belongs to none.
    ///
    /// Its prefixes come before it in the order, and whatever stands between it and one of them starts
    /// with that one: so the last before it leads to all of them.
    #[inline]
    pub(crate) fn of(&self, key: &[u8]) -> Option<&Cache> {
        if self.prefixes.is_empty() { self.default.as_ref() } else { self.by_prefix(key) }
    }

    fn by_prefix(&self, key: &[u8]) -> Option<&Cache> {
        let head = head(key);
        let behind = self.heads.partition_point(|known| *known <= head);
        let Some(last) = behind.checked_sub(1) else { return self.default.as_ref() };
        match (self.heads.get(last), self.prefixes.get(last)) {
            (Some(known), Some(prefix)) if *known != head => {
                // Where the first bytes are not the same, none of the prefix's lies behind them, if it is the key's.
                let differing = (known ^ head).leading_zeros() as usize / 8;
                let is_it = prefix.start.len() <= differing.min(key.len());
                if is_it { Some(&prefix.cache) } else { self.among(prefix.shorter, key) }
            }
            _ => self.by_long_prefix(behind, key),
        }
    }

    /// Of a key with the head of the last of the prefixes that are before `behind`: of as many bytes as a head has, or
    /// more, some of them may come after the key.
    #[inline(never)]
    fn by_long_prefix(&self, behind: usize, key: &[u8]) -> Option<&Cache> {
        let behind = self.prefixes[..behind].partition_point(|prefix| *prefix.start <= *key);
        self.among(behind.checked_sub(1), key)
    }

    /// The cache of the prefix of `key` that is the one at `at`, or one that this starts with.
    #[inline(never)]
    fn among(&self, mut at: Option<usize>, key: &[u8]) -> Option<&Cache> {
        while let Some(prefix) = at.and_then(|at| self.prefixes.get(at)) {
            if key.starts_with(&prefix.start) {
                return Some(&prefix.cache);
            }
            at = prefix.shorter;
        }
        self.default.as_ref()
    }

    /// Whether no key belongs to any.
    pub(crate) fn is_empty(&self) -> bool {
        self.default.is_none() && self.prefixes.is_empty()
    }
}

/// The first eight bytes as a number, which is in the order of what it is of.
#[inline]
fn head(bytes: &[u8]) -> u64 {
    if let Some(head) = bytes.first_chunk() {
        return u64::from_be_bytes(*head);
    }
    if let (Some(first), Some(last)) = (bytes.first_chunk(), bytes.last_chunk()) {
        // Of four to seven bytes; those in the middle are in both, and the same.
        let (first, last) = (u32::from_be_bytes(*first), u32::from_be_bytes(*last));
        return u64::from(first) << 32 | u64::from(last) << (64 - 8 * bytes.len());
    }
    let number = bytes.iter().fold(0, |number, byte| number << 8 | u64::from(*byte));
    if number == 0 { 0 } else { number << (64 - 8 * bytes.len()) }
}

#[cfg(test)]
mod tests {
    use kymo_cache::CacheMetrics;
    use opentelemetry_sdk::metrics::SdkMeterProvider;
    use proptest::{collection::vec, prelude::*};

    use super::*;

    proptest! {
        #[test]
        fn it_is_the_one_that_a_search_of_all_of_them_finds(
            starts in vec("[ab]{0,6}|[a-c:]{0,3}|abababab[ab\0]{0,3}", 0..60),
            keys in vec("[ab]{0,8}|[a-c:]{0,5}|abababab[ab\0]{0,5}|[ab\0]{0,3}", 1..60),
            has_default: bool,
        ) {
            let metrics = CacheMetrics::new(&SdkMeterProvider::default());
            let names: Vec<_> = (0..starts.len()).map(|n| metrics.cache(&format!("c{n}"))).collect();
            let default = has_default.then(|| metrics.cache("rest"));
            let prefixes: Vec<_> =
                starts.iter().map(|start| start.as_bytes().to_vec()).zip(names).collect();
            let caches = Caches::new(default.clone(), prefixes.clone());
            for key in &keys {
                let found = prefixes.iter().filter(|(start, _)| key.as_bytes().starts_with(start));
                let longest = found.max_by_key(|(start, _)| start.len()).map(|(_, cache)| cache);
                prop_assert_eq!(caches.of(key.as_bytes()), longest.or(default.as_ref()), "{}", key);
            }
        }
    }

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
