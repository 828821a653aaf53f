//! The content of a scrape: metric families, and the pure writers of the formats that carry them.
//!
//! A [`Source`] pushes [`Family`] headers and their [`Series`] into a [`Sink`]; each writer of this
//! crate is a `Sink`. Everything is borrowed from the source, nothing is collected on the
//! way, and a writer allocates nothing per sample. [`Writer`] writes any [`Format`]; the writer of each is in
//! its module, with what becomes of the parts of the model that it lacks.
//!
//! ```
//! use kymo_exposition::{Family, Kind, Label, Number, Series, Sink, Value, text::TextWriter};
//!
//! let mut document = Vec::new();
//! let mut writer = TextWriter::new(&mut document);
//! writer.family(&Family { name: "jobs_total", help: "Jobs done.", unit: "", kind: Kind::Counter });
//! writer.series(&Series {
//!     labels: &[Label { name: "queue", value: "mail" }],
//!     start_time: None, timestamp: None,
//!     value: Value::Number(Number::U64(3), None),
//! });
//! assert_eq!(writer.finish().samples, 1);
//! assert_eq!(
//!     String::from_utf8_lossy(&document),
//!     "# HELP jobs_total Jobs done.\n# TYPE jobs_total counter\njobs_total{queue=\"mail\"} 3\n",
//! );
//! ```
//!
//! # Series that cannot be written
//!
//! A document is always valid. A series that would break it is left out and counted in the [`Report`]:
//! one bad series never costs its family, one bad family never costs the scrape. A part that cannot be written, such
//! as an exemplar, is left out of its series and counted there too: each [`Loss`].
//!
//! # Who should not depend on this crate
//!
//! Applications: they get a ready endpoint from `kymo`. This crate is for those who write a new
//! source of families or a new format.

mod content_type;
mod exemplar;
mod exemplar_labels;
mod family;
mod format;
mod frame;
mod histogram;
mod label;
mod label_names;
mod lines;
mod loss;
mod names;
mod native;
mod refusal;
mod report;
mod scheme;
mod series;
mod shapes;
mod sink;
mod summary;
mod value;
mod writer;

pub mod openmetrics;
pub mod protobuf;
pub mod text;

pub use exemplar::Exemplar;
pub use family::{Family, Kind};
pub use format::Format;
pub use histogram::Histogram;
pub use label::Label;
pub use loss::{Loss, Losses};
pub use names::{Clash, Names};
pub use native::{NativeBuckets, NativeHistogram, Span};
pub use refusal::Refusal;
pub use report::Report;
pub use scheme::{Scheme, UnknownScheme};
pub use series::Series;
pub use sink::{Sink, Source};
pub use summary::{Quantile, Summary};
pub use value::{Number, Value};
pub use writer::Writer;
