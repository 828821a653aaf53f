//! Books in the memory of this process.

use std::sync::Arc;

use kymo::{Telemetry, cache::moka::future::MeasuredCache};
use moka::future::Cache;

use crate::{
    books::Book,
    cache::{FRESH, NAME},
    store::Books,
};

/// Books at most, and ids that no book has.
const MOST: u64 = 10_000;

/// Clones share the books.
#[derive(Clone, Debug)]
pub(crate) struct InProcess(MeasuredCache<i64, Option<Book>>);

impl InProcess {
    pub(crate) fn new(telemetry: &Telemetry) -> Self {
        let measured = telemetry.cache(NAME);
        let books = Cache::builder()
            .max_capacity(MOST)
            .time_to_live(FRESH)
            .eviction_listener(measured.eviction_listener())
            .build();
        Self(measured.moka(books))
    }

    /// All who ask for one book at the same time wait for one query.
    pub(crate) async fn find(
        &self,
        id: i64,
        books: &Books,
    ) -> Result<Option<Book>, Arc<sqlx::Error>> {
        self.0.try_get_with(id, books.find(id)).await
    }

    pub(crate) async fn forget(&self, id: i64) {
        self.0.invalidate(&id).await;
    }
}
