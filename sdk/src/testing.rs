//! Tests of what a service measures: telemetry of the test's own, and assertions on it.
//!
//! [`TestTelemetry`] is a [`Telemetry`](crate::Telemetry) that belongs to one test: it touches
//! nothing global and reads no variable of the environment, so tests run in parallel and a shell
//! cannot change them. [`TestTelemetry::snapshot`] reads everything that was recorded so far, by
//! OpenTelemetry names, and a [`Snapshot`] is asked fluently:
//!
//! ```
//! use kymo::testing::TestTelemetry;
//!
//! let telemetry = TestTelemetry::new();
//! let sold = telemetry.meter("bookshop").u64_counter("books.sold").with_unit("{book}").build();
//! sold.add(2, &[kymo::opentelemetry::KeyValue::new("genre", "poetry")]);
//! sold.add(1, &[kymo::opentelemetry::KeyValue::new("genre", "crime")]);
//!
//! let metrics = telemetry.snapshot();
//! metrics.counter("books.sold").with("genre", "poetry").assert(2);
//! metrics.counter("books.sold").assert(3);
//! metrics.assert_absent("books.stolen");
//! ```
//!
//! A failure lists what there is, and says how it differs from what was wanted:
//!
//! ```text
//! the counter `books.sold` with genre="poetry" is 2, not 3; counted in it:
//!   {genre="poetry"} 2
//! not counted in it:
//!   {genre="crime" (not "poetry")} 1
//! ```
//!
//! - [`Snapshot::since`] leaves what happened between two snapshots.
//! - [`Snapshot`] prints sorted, one series a line, and [`Snapshot::masked`] hides what differs
//!   from run to run: fit for a file of expected text.
//! - [`Snapshot::lint`] finds names, units and values that cause trouble later.
//! - [`laws::hold`] drives an instrumentation, yours or ours, through every way an operation ends.
//! - [`TestTelemetry::eventually`] waits for what another task records.
//! - [`assert_one_opentelemetry`] finds a second OpenTelemetry API, whose metrics would be lost.
//! - [`contract`] holds the service to a file of what it emits, and dashboards and rules to that file.
//! - [`SnapshotReader`] gives snapshots of a meter provider that is not kymo's.
//!
//! It is for tests: an assertion that does not hold panics, with a message for the reader of the test's
//! output.

mod contract;
mod one_api;
mod telemetry;

pub use kymo_contract::{Contract, Emits, Lock};
pub use kymo_core::{Bill, Exemplar, OperationKind, Part, Trace};
pub use kymo_testing::{
    Attributes, Bucket, Buckets, Distributions, Histogram, Kind, Metric, Number, Numbers, Point,
    Points, Reading, Rendering, Scope, Selection, Series, Snapshot, SnapshotReader, TestBed,
    TestMeters, UnitOfWork, laws, lint,
};

pub use self::{contract::contract, one_api::assert_one_opentelemetry, telemetry::TestTelemetry};
