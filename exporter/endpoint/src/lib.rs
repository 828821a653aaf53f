//! Answers Prometheus scrapes.
//!
//! [`Endpoint`] is a tower service, so it mounts in any router (axum: `route_service`), and it can
//! listen by itself with [`Endpoint::serve`]. What it serves comes from a
//! [`Source`](kymo_exposition::Source) of families, of which it knows nothing else. [`Access`] says who may
//! scrape: TLS, passwords, tokens and networks, the same in a router and on the listener.
//!
//! ```
//! use std::convert::Infallible;
//!
//! use http::Request;
//! use kymo_endpoint::Endpoint;
//! use kymo_exposition::{Family, Kind, Label, Number, Series, Sink, Source, Value};
//! use tower::ServiceExt;
//!
//! struct Build;
//!
//! impl Source for Build {
//!     fn collect(&self, sink: &mut dyn Sink) {
//!         let help = "What is running.";
//!         sink.family(&Family { name: "build_info", help, unit: "", kind: Kind::Gauge });
//!         let labels = &[Label::new("version", "1.2.3")];
//!         let value = Value::Number(Number::U64(1), None);
//!         sink.series(&Series { labels, start_time: None, timestamp: None, value });
//!     }
//! }
//!
//! # tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(async {
//! let response = Endpoint::new(Build).oneshot(Request::new(())).await?;
//! assert_eq!(response.headers()["content-type"], "text/plain; version=0.0.4; charset=utf-8");
//! # Ok::<_, Infallible>(())
//! # }).unwrap();
//! ```

mod access;
mod activity;
mod body;
mod compress;
mod connections;
mod conversation;
mod deadline;
mod desk;
mod document;
mod encoding;
mod endpoint;
mod future;
pub mod metrics;
mod page;
mod round;
mod scraper;
mod server;
mod thread;
mod timed_stream;

pub use access::{Access, AccessError, Gate};
pub use body::{ScrapeBody, Withdrawn};
pub use endpoint::Endpoint;
pub use future::ScrapeFuture;
pub use server::{DEFAULT_ADDRESS, ListenError, Server};
