//! A repository whose methods do next to nothing.

use std::time::Instant;

use kymo::Telemetry;
use kymo::repository::Repository;
use opentelemetry::KeyValue;
use opentelemetry::metrics::{BoundHistogram, Histogram, Meter};
use tokio::runtime::{Builder, Runtime};

use crate::{BoxError, Subject, exposition};

/// The method that is called again and again.
#[derive(Clone, Copy)]
pub enum Method {
    /// An `async fn`.
    Find,
    /// An `fn`.
    Count,
}

/// The books themselves.
struct Bare(u64);

impl Bare {
    #[expect(clippy::unused_async, reason = "it has its answer ready")]
    async fn find(&self, id: u64) -> Result<u64, BoxError> {
        self.0.checked_add(id).ok_or_else(|| "there is no such book".into())
    }

    fn count(&self) -> Result<u64, BoxError> {
        self.0.checked_add(1).ok_or_else(|| "there are too many books".into())
    }
}

/// The books, with the lines that people write into each method.
struct ByHand {
    books: Bare,
    duration: Histogram<f64>,
}

impl ByHand {
    async fn find(&self, id: u64) -> Result<u64, BoxError> {
        let start = Instant::now();
        let found = self.books.find(id).await;
        self.record(start, "find", found.is_err());
        found
    }

    fn count(&self) -> Result<u64, BoxError> {
        let start = Instant::now();
        let count = self.books.count();
        self.record(start, "count", count.is_err());
        count
    }

    fn record(&self, start: Instant, method: &'static str, failed: bool) {
        let mut attributes =
            vec![KeyValue::new("repository", "books"), KeyValue::new("method", method)];
        if failed {
            attributes.push(KeyValue::new("error.type", "_OTHER"));
        }
        self.duration.record(start.elapsed().as_secs_f64(), &attributes);
    }
}

/// The same with the series of each outcome bound beforehand.
struct Floor {
    books: Bare,
    find: [BoundHistogram<f64>; 2],
    count: [BoundHistogram<f64>; 2],
}

impl Floor {
    fn new(books: Bare, meter: &Meter) -> Self {
        let duration = meter.f64_histogram("by_hand").with_unit("s").build();
        let method = |method| {
            let mut attributes =
                vec![KeyValue::new("repository", "books"), KeyValue::new("method", method)];
            let succeeded = duration.bind(&attributes);
            attributes.push(KeyValue::new("error.type", "_OTHER"));
            [succeeded, duration.bind(&attributes)]
        };
        Self { books, find: method("find"), count: method("count") }
    }

    async fn find(&self, id: u64) -> Result<u64, BoxError> {
        let start = Instant::now();
        let found = self.books.find(id).await;
        self.find[usize::from(found.is_err())].record(start.elapsed().as_secs_f64());
        found
    }

    fn count(&self) -> Result<u64, BoxError> {
        let start = Instant::now();
        let count = self.books.count();
        self.count[usize::from(count.is_err())].record(start.elapsed().as_secs_f64());
        count
    }
}

/// The books, with the attribute.
struct Observed {
    books: Bare,
    repository: Repository,
}

#[kymo::repository("books")]
impl Observed {
    async fn find(&self, id: u64) -> Result<u64, BoxError> {
        self.books.find(id).await
    }

    fn count(&self) -> Result<u64, BoxError> {
        self.books.count()
    }
}

enum Peer {
    Bare(Bare),
    ByHand(ByHand),
    Floor(Floor),
    Kymo(Observed),
}

/// One method of one of them, called again and again.
pub(super) struct Books {
    peer: Peer,
    method: Method,
    telemetry: Telemetry,
    runtime: Runtime,
    times: u64,
}

impl Books {
    pub(super) fn subject(method: Method, peer: &str) -> Result<Box<dyn Subject>, BoxError> {
        let telemetry = Telemetry::for_service("bench").prometheus().build()?;
        let books = Bare(7);
        let peer = match peer {
            "bare" => Peer::Bare(books),
            "by-hand" => {
                let meter = telemetry.meter("bench");
                let duration = meter.f64_histogram("by_hand").with_unit("s").build();
                Peer::ByHand(ByHand { books, duration })
            }
            "floor" => Peer::Floor(Floor::new(books, &telemetry.meter("bench"))),
            "kymo" => {
                let repository = telemetry.repository_of::<Observed>();
                Peer::Kymo(Observed { books, repository })
            }
            _ => return Err(format!("nobody called {peer:?} observes it").into()),
        };
        let runtime = Builder::new_current_thread().build()?;
        Ok(Box::new(Self { peer, method, telemetry, runtime, times: 0 }))
    }
}

impl Subject for Books {
    fn run(&mut self, times: u64) {
        self.times += times;
        let Self { peer, method, runtime, .. } = self;
        runtime.block_on(async {
            for id in 0..times {
                let found = match (&*peer, &*method) {
                    (Peer::Bare(books), Method::Find) => books.find(id).await,
                    (Peer::Bare(books), Method::Count) => books.count(),
                    (Peer::ByHand(books), Method::Find) => books.find(id).await,
                    (Peer::ByHand(books), Method::Count) => books.count(),
                    (Peer::Floor(books), Method::Find) => books.find(id).await,
                    (Peer::Floor(books), Method::Count) => books.count(),
                    (Peer::Kymo(books), Method::Find) => books.find(id).await,
                    (Peer::Kymo(books), Method::Count) => books.count(),
                };
                std::hint::black_box(found.is_ok());
            }
        });
    }

    fn verify(&self) -> Result<(), BoxError> {
        let (name, label) = match self.peer {
            Peer::Bare(_) => return Ok(()),
            Peer::ByHand(_) | Peer::Floor(_) => ("by_hand_seconds_count", "repository=\"books\""),
            Peer::Kymo(_) => (
                "kymo_repository_operation_duration_seconds_count",
                "kymo_repository_name=\"books\"",
            ),
        };
        let bridge = self.telemetry.bridge().ok_or("nothing is scraped")?;
        let text = exposition::text(bridge);
        let counted: f64 = exposition::values(&text, name, label).sum();
        if counted == self.times as f64 {
            return Ok(());
        }
        Err(format!("{counted} of {} calls were recorded in:\n{text}", self.times).into())
    }
}
