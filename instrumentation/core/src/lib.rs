//! The vocabulary every kymo instrumentation is written in.
//!
//! A metric is a constant ([`MetricSpec`]), an attribute key is a constant ([`key`]), a value that a
//! client can choose becomes [`Bounded`], by a closed set ([`KnownValues`]) or by a [`ValueBudget`] that
//! counts what it folds, and a measurement records itself when it is dropped ([`Attempt`],
//! [`InFlight`]). The hot path goes through a [`SeriesCache`], which hands out instruments that are
//! already bound to their attributes: a hit takes no lock and allocates nothing.
//!
//! Some things that several instrumentations need are here once: the series of a name ([`Named`]), things
//! that are observed at every collection ([`Roster`]), the places of databases ([`Places`]), the methods of
//! HTTP ([`KNOWN_METHODS`]), and which errors say that [time ran out](time_out).
//!
//! A request, or another unit of work, has an [`Account`], into which the [`Operations`] of each instrumentation are
//! entered while it is polled; its [`Bill`] says where its time went, and [`Bills`] records that.
//!
//! An observation may stand for many as an [`Exemplar`], which leads to its [`Trace`]: [`Exemplars`] keeps
//! them beside what is measured.
//!
//! Depend on this crate to write an instrumentation. A service depends on `kymo`, which hands out
//! finished instrumentations, and never needs this crate.
//!
//! ```
//! use kymo_core::{KnownValues, MetricKind, MetricSpec, key};
//! use opentelemetry::metrics::MeterProvider;
//!
//! const JOBS: MetricSpec = MetricSpec::new(
//!     "jobs",
//!     MetricKind::Counter,
//!     "{job}",
//!     "Jobs finished.",
//! )
//! .with_attributes(&[key::ERROR_TYPE]);
//! const FAILURES: KnownValues = KnownValues::of(&["disk_full", "no_network"]);
//!
//! let meter = opentelemetry::metrics::noop::NoopMeterProvider::new().meter("jobs");
//! let jobs = JOBS.counter(&meter);
//!
//! let failure = FAILURES.bound("a message nobody foresaw");
//! jobs.add(1, &[key::ERROR_TYPE.of(FAILURES.value(failure).to_owned())]);
//! assert_eq!(FAILURES.value(failure), "_OTHER");
//! ```

mod account;
mod attempt;
mod bounded;
pub mod buckets;
mod budget;
mod cause;
mod claim;
mod claimed;
mod claimed_text;
mod exemplar;
mod fold;
mod folds;
mod here;
mod in_flight;
pub mod key;
mod late_value;
mod layer;
mod list;
mod method;
mod metric;
pub mod metrics;
mod moment;
mod named;
mod one_line;
mod outcome;
mod place;
mod roster;
mod scope;
mod sentence;
mod series;
mod series_class;
mod served;
mod serving;
mod sighting;
mod table;
mod texts;
pub mod time_out;
mod trace;
mod traceparent;
mod watched;
mod work;

pub use account::{
    Account, Bill, BillInstruments, BillSettings, Bills, Carried, Lending, OperationKind,
    Operations, Part, carry,
};
pub use attempt::{Attempt, Entered, Record};
pub use bounded::{Bounded, KnownValues, OTHER};
pub use buckets::{Buckets, BucketsError};
pub use budget::ValueBudget;
pub use cause::{any_cause, standard};
pub use claim::{Carry, Claim};
pub use claimed::Claimed;
pub use claimed_text::ClaimedText;
pub use exemplar::{
    Exemplar, ExemplarFilter, ExemplarLimits, ExemplarSlots, Exemplars, MetricExemplars,
    SeriesExemplars,
};
pub use fold::Fold;
pub use folds::Folds;
pub use in_flight::InFlight;
pub use late_value::LateValue;
pub use layer::{Inside, Layer};
pub use method::KNOWN_METHODS;
pub use metric::{Callback, MetricKind, MetricSpec};
pub use moment::Moment;
pub use named::Named;
pub use one_line::OneLine;
pub use outcome::Outcome;
pub use place::{Place, PlaceKey, Places};
pub use roster::{Roll, Roster, sum_by_name};
pub use scope::{SCHEMA_URL, Scope};
pub use sentence::sentence;
pub use series::{SeriesCache, SeriesHint, SeriesKey};
pub use series_class::SeriesClass;
pub use served::{Served, Turn};
pub use serving::Serving;
pub use sighting::{Sighted, Sighting};
pub use table::Table;
pub use texts::{Recalled, Texts};
pub use trace::Trace;
pub use watched::{Watch, Watched};
