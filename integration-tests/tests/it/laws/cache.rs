//! The laws, for caches: one that is written by hand, and those of moka.
//!
//! The operation is a load, which is what can fail or be dropped; a request is counted before it.

use std::{
    collections::HashMap,
    convert::Infallible,
    future::pending,
    sync::{Arc, Mutex},
};

use kymo::{
    MetricSpec, Telemetry,
    cache::{Cache, moka::future::MeasuredCache},
    testing::{
        TestTelemetry,
        laws::{self, Subject},
    },
};

use super::give_up::give_up;

fn declared() -> Vec<MetricSpec> {
    let ours = |metric: &&MetricSpec| {
        let of = ["kymo.cache.", "kymo.cardinality.", "kymo.http.server.request.outside"];
        of.iter().any(|of| metric.name.starts_with(of))
    };
    kymo::declared_metrics().filter(ours).copied().collect()
}

/// A title for any number but 0, which fails.
fn load(book: u32) -> Result<String, String> {
    if book == 0 { Err("there is no book 0".to_owned()) } else { Ok(format!("title {book}")) }
}

/// Never ends, and unwinds when it is dropped.
async fn trapped() -> Result<String, String> {
    let _trap = laws::Trap;
    pending().await
}

/// Of moka, bare or measured.
enum Shelf {
    Bare(moka::future::Cache<u32, String>),
    Measured(MeasuredCache<u32, String>),
}

impl Shelf {
    async fn book(
        &self,
        book: u32,
        load: impl Future<Output = Result<String, String>>,
    ) -> Result<String, Arc<String>> {
        match self {
            Self::Bare(cache) => cache.try_get_with(book, load).await,
            Self::Measured(cache) => cache.try_get_with(book, load).await,
        }
    }
}

impl Subject for Shelf {
    type Telemetry = TestTelemetry;
    const OPERATIONS: &'static str = "kymo.cache.load.duration";
    const IN_FLIGHT: &'static [&'static str] = &[];
    const SERIES: usize = 1;

    fn declared() -> Vec<MetricSpec> {
        declared()
    }

    fn new(telemetry: Option<&TestTelemetry>) -> Self {
        let builder = moka::future::Cache::builder().max_capacity(1_000);
        match telemetry {
            Some(telemetry) => {
                let books = telemetry.cache("books");
                let cache = builder.eviction_listener(books.eviction_listener()).build();
                Self::Measured(books.moka(cache))
            }
            None => Self::Bare(builder.build()),
        }
    }

    async fn succeed(&self) {
        self.book(1, async { load(1) }).await.unwrap();
    }

    async fn fail(&self) {
        self.book(0, async { load(0) }).await.unwrap_err();
    }

    async fn cancel(&self) {
        give_up(self.book(1, pending())).await;
    }

    async fn cancel_by_panic(&self) {
        laws::drop_while_unwinding(self.book(1, pending())).await;
    }

    async fn panic(&self) {
        laws::unwind(self.book(1, async { panic!("the book is torn") })).await;
    }

    async fn panic_in_drop(&self) {
        laws::unwind_in_drop(self.book(1, trapped())).await;
    }

    async fn client(&self, n: u32) {
        self.book(n + 1, async { load(n + 1) }).await.unwrap();
    }

    async fn transcript(&self) -> Vec<String> {
        let mut seen = Vec::new();
        for book in [1, 0, 1, 2] {
            seen.push(format!("{:?}", self.book(book, async { load(book) }).await));
        }
        seen
    }
}

/// A map, and who is told of it, under a name that may be anybody's.
struct ByHand {
    books: Mutex<HashMap<u32, String>>,
    telemetry: Option<Telemetry>,
}

impl ByHand {
    async fn book(
        &self,
        name: &str,
        book: u32,
        load: impl Future<Output = Result<String, String>>,
    ) -> Result<String, String> {
        let look = || self.books.lock().unwrap().get(&book).cloned();
        let Some(telemetry) = &self.telemetry else {
            return match look() {
                Some(title) => Ok(title),
                None => self.keep(book, load.await),
            };
        };
        let cache: Cache = telemetry.cache(name);
        let looked = cache.lookup_async(async { Ok::<_, Infallible>(look()) }).await;
        if let Ok(Some(title)) = looked {
            return Ok(title);
        }
        let kept = self.keep(book, cache.try_load(load).await);
        cache.count_writes(kept.is_ok().into());
        kept
    }

    fn keep(&self, book: u32, title: Result<String, String>) -> Result<String, String> {
        title.inspect(|title| drop(self.books.lock().unwrap().insert(book, title.clone())))
    }
}

impl Subject for ByHand {
    type Telemetry = TestTelemetry;
    const OPERATIONS: &'static str = "kymo.cache.load.duration";
    const IN_FLIGHT: &'static [&'static str] = &[];
    /// One for each name that is known, and one for all others.
    const SERIES: usize = 65;

    fn declared() -> Vec<MetricSpec> {
        declared()
    }

    fn new(telemetry: Option<&TestTelemetry>) -> Self {
        let telemetry = telemetry.map(|telemetry| (**telemetry).clone());
        Self { books: Mutex::default(), telemetry }
    }

    async fn succeed(&self) {
        self.book("books", 1, async { load(1) }).await.unwrap();
    }

    async fn fail(&self) {
        self.book("books", 0, async { load(0) }).await.unwrap_err();
    }

    async fn cancel(&self) {
        give_up(self.book("books", 1, pending())).await;
    }

    async fn cancel_by_panic(&self) {
        laws::drop_while_unwinding(self.book("books", 1, pending())).await;
    }

    async fn panic(&self) {
        laws::unwind(self.book("books", 1, async { panic!("the book is torn") })).await;
    }

    async fn panic_in_drop(&self) {
        laws::unwind_in_drop(self.book("books", 1, trapped())).await;
    }

    async fn client(&self, n: u32) {
        self.book(&format!("client {n}"), n + 1, async { load(n + 1) }).await.unwrap();
    }

    async fn transcript(&self) -> Vec<String> {
        let mut seen = Vec::new();
        for book in [1, 0, 1, 2] {
            seen.push(format!("{:?}", self.book("books", book, async { load(book) }).await));
        }
        seen
    }
}

#[tokio::test]
async fn a_measured_cache_of_moka_obeys_the_laws() {
    laws::hold::<Shelf>().await;
}

#[tokio::test]
async fn a_cache_that_is_measured_by_hand_obeys_the_laws() {
    laws::hold::<ByHand>().await;
}
