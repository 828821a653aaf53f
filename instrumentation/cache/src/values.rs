//! The closed sets of attributes.

/// The answer of a cache that was asked for an entry: the value of `kymo.cache.result`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum CacheResult {
    /// It had the entry.
    Hit,
    /// It had not.
    Miss,
    /// It did not answer: it failed, or nobody waited for the answer, such as after a time-out.
    Error,
}

impl CacheResult {
    pub(crate) const ALL: [Self; 3] = [Self::Hit, Self::Miss, Self::Error];

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Hit => "hit",
            Self::Miss => "miss",
            Self::Error => "error",
        }
    }
}

/// Why a cache let an entry go by itself: the value of `kymo.cache.eviction.cause`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum EvictionCause {
    /// Its time to live, or to idle, was over.
    Expired,
    /// There was no room for it, by number or by weight.
    Size,
}

impl EvictionCause {
    pub(crate) const ALL: [Self; 2] = [Self::Expired, Self::Size];

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Expired => "expired",
            Self::Size => "size",
        }
    }
}
