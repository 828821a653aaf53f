//! A recorder of the [`metrics`](::metrics) facade that records through OpenTelemetry: services and libraries
//! that write `counter!(..)` keep their lines.
//!
//! ```
//! use kymo_metrics::MetricsRecorder;
//! use metrics::{Unit, counter, describe_histogram, gauge, histogram};
//! use opentelemetry_sdk::metrics::{InMemoryMetricExporter, SdkMeterProvider};
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let exporter = InMemoryMetricExporter::default();
//! let meters = SdkMeterProvider::builder().with_periodic_exporter(exporter.clone()).build();
//! MetricsRecorder::new(&meters).install()?;
//!
//! describe_histogram!("book_weight", Unit::Count, "Weight of the books that were sold.");
//! counter!("books_sold_total", "genre" => "crime").increment(1);
//! gauge!("books_in_stock").set(41);
//! histogram!("book_weight").record(0.7);
//!
//! meters.force_flush()?;
//! let metrics = exporter.get_finished_metrics()?;
//! let names: Vec<_> = metrics[0].scope_metrics().flat_map(|s| s.metrics()).map(|m| m.name()).collect();
//! assert!(names.contains(&"books_sold_total"));
//! # Ok(())
//! # }
//! ```
//!
//! # From the facade to OpenTelemetry
//!
//! | the facade | becomes |
//! | --- | --- |
//! | a counter | a counter, at zero from its registration; `absolute` adds what is missing, and it never falls |
//! | a gauge | a gauge, at zero from its registration, whose increments lose nothing among threads |
//! | a histogram | a histogram, not quantiles, without labels from its first value on; a view sets its buckets |
//! | a label | an attribute; of two with one name the last stays |
//! | a unit | that of UCUM, which the page adds to the name where it is lacking there |
//! | a description | that of the instrument, if it comes before the first use of the metric |
//! | the target, the module and the level | nothing: all levels are recorded |
//!
//! The scope of all of them is [`PROGRAM_SCOPE`]. A name that OpenTelemetry does not take is changed: each
//! character but ASCII letters, digits, `_`, `.`, `-` and `/` becomes `_`, one that begins with no letter gets
//! `m` before it, and it is cut after 255 bytes. Case does not tell names apart, as in all of OpenTelemetry.
//!
//! A histogram in seconds, by its unit or the end of its name, has buckets from half a millisecond to a minute;
//! in another unit of time the same in that; in bytes, powers of four; any other some from 0.0005 to 10,000.
//!
//! # What is bounded
//!
//! - The first 512 names have a metric. What later ones record is counted in `kymo.facade.lost`.
//! - A metric keeps four fifths of its limit of series apart. Later keys are folded: one label at a time becomes
//!   `_OTHER`, beginning with the one that had the most values, as `kymo.cardinality.folded` counts. A value of
//!   more than 1,024 bytes is folded at once. Of folded keys the increments add up; `absolute` is the greatest,
//!   and `set` the last. A key without labels has its series whatever the limit.
//! - A name that two kinds want is that of the first. What the other records is counted in
//!   `kymo.facade.lost`, as is what is not finite: OpenTelemetry has no such values.
//! - A counter ends at 2^63 - 1, the greatest number of OTLP. What exceeds it is counted there, too.
//! - A key has 64 labels at most; others, and those with a name of more than 255 bytes, are left out.
//!
//! # What it costs
//!
//! A handle that is kept records into a bound instrument, without a look-up. A macro finds its handle in a table,
//! without a lock and without an allocation of ours; macros with labels that are not literals allocate by
//! themselves. `record_many` records one by one, 100,000 times at most: the rest is counted in
//! `kymo.facade.lost`. A series lives as long as the recorder.
//!
//! # Views
//!
//! Where a view of `kymo` makes one series of many keys, because it drops, renames, folds or cuts labels, counters and
//! histograms add up. The gauges have one level: their increments add up, and `set` is the last. A [`Host`] tells the
//! recorder of such views. Those of a bare SDK it does not know, and there each key of a gauge
//! sets the series to a level of its own.
//!
//! # The SDK must bind
//!
//! Everything is recorded through instruments bound to their attributes. A provider that does not
//! implement `bind()` drops what they record, without a word. `kymo` sees to it; with this crate
//! alone, enable the feature `experimental_metrics_bound_instruments` of `opentelemetry_sdk`.

mod bounds;
mod counter;
mod descriptions;
mod error;
mod family;
mod folded;
mod gauge;
mod handles;
mod histogram;
mod host;
pub mod key;
mod kind;
mod labels;
mod levels;
mod loss;
pub mod metrics;
mod name;
mod names;
mod recorder;
mod registrar;
mod room;
mod shared;
mod unit;

pub use error::InstallRecorderError;
pub use host::Host;
pub use kind::FacadeKind;
pub use recorder::MetricsRecorder;

/// The instrumentation scope of all that a program records through the facade.
pub const PROGRAM_SCOPE: &str = "metrics";
