//! Tests of what is measured: meters of the test's own, and assertions on what they recorded.
//!
//! [`TestMeters`] belong to one test, so that tests run in parallel. [`TestMeters::snapshot`] reads
//! everything that was recorded so far, by OpenTelemetry names, and a [`Snapshot`] is asked
//! fluently:
//!
//! ```
//! use kymo_testing::TestMeters;
//! use opentelemetry::KeyValue;
//!
//! let meters = TestMeters::new();
//! let sold = meters.meter("bookshop").u64_counter("books.sold").with_unit("{book}").build();
//! sold.add(2, &[KeyValue::new("genre", "poetry")]);
//! sold.add(1, &[KeyValue::new("genre", "crime")]);
//!
//! let metrics = meters.snapshot();
//! metrics.counter("books.sold").with("genre", "poetry").assert(2);
//! metrics.counter("books.sold").assert(3);
//! metrics.assert_absent("books.stolen");
//! ```
//!
//! - [`Snapshot::since`] leaves what happened between two snapshots.
//! - [`Snapshot`] prints sorted, one series a line, and [`Snapshot::masked`] hides what differs
//!   from run to run: fit for a file of expected text.
//! - [`Snapshot::lint`] finds names, units and values that cause trouble later.
//! - [`laws::hold`] drives an instrumentation through every way an operation ends.
//! - [`UnitOfWork`] has an account, as a request has one, and says what it was charged.
//! - [`SnapshotReader`] gives snapshots of any meter provider of the SDK.
//!
//! Depend on this crate to test an instrumentation. A service depends on `kymo` with the feature
//! `testing`, which has all of it as `kymo::testing`, and telemetry of a test's own.
//!
//! It is for tests: what does not hold panics, with a message for whoever reads the test's output.

mod attributes;
mod bed;
mod conversion;
mod declaration;
mod difference;
mod explanation;
mod hint;
mod histogram;
pub mod laws;
pub mod lint;
mod meters;
mod metric;
mod number;
mod patience;
mod points;
mod reader;
mod rendering;
mod selection;
mod series;
mod snapshot;
mod unit_of_work;

pub use crate::{
    attributes::Attributes,
    bed::TestBed,
    hint::nearest,
    histogram::{Bucket, Buckets, Histogram},
    meters::TestMeters,
    metric::{Kind, Metric, Scope},
    number::Number,
    points::{Point, Points},
    reader::SnapshotReader,
    rendering::Rendering,
    selection::{Distributions, Numbers, Selection},
    series::{Reading, Series},
    snapshot::Snapshot,
    unit_of_work::UnitOfWork,
};
