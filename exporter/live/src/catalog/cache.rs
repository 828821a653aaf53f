//! The section of caches.

use super::program::P99;
use crate::section::{Column, Feed, Kept, Metric, Part, Rows, Section, To, Unit, Value};

const HITS: usize = 2;
const MISSES: usize = 3;
const ERRORS: usize = 4;
const EVICTIONS: usize = 5;
const ENTRIES: usize = 6;
const REQUESTS: Metric = Metric::counter("kymo.cache.requests", "{request}");
const RESULT: &str = "kymo.cache.result";

/// Caches of any kind.
pub(crate) const CACHES: Section = Section {
    id: "caches",
    title: "Caches",
    feature: "cache, moka or redis",
    key: &[("kymo.cache.name", "cache")],
    rows: Rows::Keyed,
    feeds: &[
        Feed::new(REQUESTS, To::Slot(HITS)).of(Part::With(RESULT, "hit")),
        Feed::new(REQUESTS, To::Slot(MISSES)).of(Part::With(RESULT, "miss")),
        Feed::new(REQUESTS, To::Slot(ERRORS)).of(Part::With(RESULT, "error")),
        Feed::new(Metric::counter("kymo.cache.evictions", "{entry}"), To::Slot(EVICTIONS)),
        Feed::new(Metric::gauge("kymo.cache.entries", "{entry}"), To::Slot(ENTRIES)),
        Feed::new(Metric::histogram("kymo.cache.load.duration"), To::Timed),
    ],
    columns: &[
        Column::new("rate", "rate", Unit::PerSecond, Value::Rate(&[HITS, MISSES, ERRORS]))
            .kept(Kept::Rows),
        Column::new("ratio", "hits", Unit::Share, Value::Share(HITS, &[HITS, MISSES]))
            .kept(Kept::Rows),
        Column::new("load99", "load p99", P99.unit, P99.value).kept(Kept::Total),
        Column::new("entries", "entries", Unit::Number, Value::Latest(ENTRIES)),
        Column::new("evictions", "evicted", Unit::Number, Value::Latest(EVICTIONS)),
        Column::new("hits", "hits in all", Unit::Number, Value::Latest(HITS)),
        Column::new("misses", "misses in all", Unit::Number, Value::Latest(MISSES)),
        Column::new("failed", "failed", Unit::Number, Value::Latest(ERRORS)),
    ],
    spared: &[],
    order: 0,
};
