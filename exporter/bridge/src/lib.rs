//! From OpenTelemetry metrics to Prometheus families, and into a `prometheus::Registry`.
//!
//! ```
//! use kymo_bridge::Bridge;
//! use opentelemetry::metrics::MeterProvider;
//! use opentelemetry_sdk::metrics::SdkMeterProvider;
//!
//! # fn main() -> Result<(), kymo_bridge::Error> {
//! let bridge = Bridge::builder().build()?;
//! let provider = SdkMeterProvider::builder().with_reader(bridge.reader()).build();
//! provider.meter("shop").u64_counter("orders").build().add(3, &[]);
//!
//! let families = bridge.registry().gather();
//! assert_eq!(families[0].name(), "orders_total");
//! # Ok(())
//! # }
//! ```
//!
//! # Changes on the way
//!
//! The rules are those of the OpenTelemetry specification, [Prometheus and OpenMetrics
//! compatibility][compatibility]. So it is with the default [`Translation`]; others leave names as they
//! are, or add nothing to them.
//!
//! | in OpenTelemetry | in Prometheus |
//! |---|---|
//! | a name such as `http.server..duration` | `http_server_duration`: discouraged characters become `_`, runs of `_` become one |
//! | unit `s`, `By`, `m/s`, … | `_seconds`, `_bytes`, `_meters_per_second`, unless the name ends in it; a unit without such a word is its own (`_kg`), `{annotations}` vanish |
//! | unit `1` on a gauge | `_ratio` |
//! | a counter | `_total`, unless the name ends in it |
//! | an up-down counter | a gauge |
//! | an attribute key such as `http.route` or `1st` | the label `http_route` or `_1st` |
//! | keys that become the same label | one label, the values joined by `;` |
//! | the key `le` on a histogram | the label `exported_le` |
//! | a value that is no string | as in JSON |
//! | a value of more than 1,024 bytes | its beginning |
//! | the scope | the labels `otel_scope_name`, `otel_scope_version`, `otel_scope_schema_url`, `otel_scope_…` |
//! | the resource | the family `target_info` |
//! | a histogram that has recorded less than zero, or has a bound below | a histogram without `_sum` in text and `OpenMetrics` 1.0.0; in a registry, which must have one, that is `NaN` |
//! | an exponential histogram | a native histogram, and a [classic one](#classic-histograms) for whoever reads no others |
//! | an exponential histogram of a scale above 8 | the same of scale 8 |
//! | an exponential histogram of a scale below -4 | a classic one alone, counted among the [losses](Bridge::losses) |
//!
//! Families of other collectors are passed on as they are, with the timestamps that their samples
//! have. Those of OpenTelemetry have none: a scrape is about now.
//! Exemplars come from whoever [keeps them](Bridge::show_exemplars) beside the provider, because the SDK collects
//! none. Their labels are `trace_id`, `span_id`, and the attributes that a view dropped, as far as 128
//! characters have room for them.
//!
//! Series that are distinct there can be equal here: `x=""` and no `x`, the number 1 and the text `1`,
//! or without the labels of the scope. Of such, sums and histograms are added, histograms in the
//! buckets that both have; of gauges one is kept, the same in every process.
//!
//! A series that cannot be passed on is dropped as narrowly as possible, logged once, and listed by
//! [`Bridge::losses`]. Whatever a family was in the first scrape, it stays.
//!
//! # Classic histograms
//!
//! An exponential histogram has both forms at once, from one instrument: each format writes what it can,
//! protobuf both, and a registry the classic one. Its bounds are the powers of two around what was
//! recorded, and what is counted below each is exact: they are bounds of the native histogram, too, and stay
//! so while the SDK merges buckets to make room. Below scale 0 there are fewer, and some
//! vanish when the SDK merges buckets: every 2nd power is left at -1, every 4th at -2, and every 16th at -4. A
//! quantile that is read from them may be wrong by a factor of 2^(2^-scale), but no less than 2: 4 at -1, 65,536
//! at -4. That of the native histogram is wrong by the same below 0, and by 0.3 % at scale 8. A view with more
//! buckets has a finer scale. The two exceptions: an observation that equals a
//! bound below zero is counted above it, as it is in the native histogram, and what OpenTelemetry takes for
//! zero is counted as 0.
//!
//! No format that is scraped carries classic histograms as native ones of custom buckets. A server makes
//! those itself: `convert_classic_histograms_to_nhcb` of Prometheus.
//!
//! [compatibility]: https://opentelemetry.io/docs/specs/otel/compatibility/prometheus_and_openmetrics/

mod apart;
mod assembler;
mod beginning;
mod bridge;
mod builder;
mod classic;
mod collector;
mod definition;
mod emitter;
mod error;
mod exemplar;
mod foreign;
mod gathering;
mod guard;
mod held;
mod label;
mod layout;
mod loss;
mod marker;
mod merger;
pub mod metrics;
mod name;
mod naming;
mod native;
mod otel;
mod outlet;
mod owned_native;
mod point;
mod position;
mod proto;
mod rank;
mod reader;
mod reading;
mod scope;
mod series_key;
mod source;
mod spelling;
mod spellings;
mod translation;
mod translator;
mod unit;
mod upstream;

pub use bridge::Bridge;
pub use builder::BridgeBuilder;
pub use error::Error;
pub use loss::{Cause, Loss};
pub use reader::Reader;
pub use translation::Translation;
pub use translator::Translator;
