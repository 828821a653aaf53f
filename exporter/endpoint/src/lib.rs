//! Answers Prometheus scrapes.
//!
//! [`Endpoint`] is a tower service, so it mounts in any router (axum: `route_service`), and it can
//! listen by itself with [`Endpoint::serve`], or where a [`Listener`] says. What it serves comes from a
//! [`Source`](kymo_exposition::Source) of families, of which it knows nothing else. [`Access`] says who may
//! scrape: TLS, passwords, tokens and networks, the same in a router and on the listener.
//!
//! Each client gets the best format that it reads: text, OpenMetrics or protobuf, as its `Accept` says. Those who ask
//! at the same time share one collection.
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
#[cfg(unix)]
mod activation;
mod activity;
mod address;
mod body;
mod cache;
mod compress;
mod connections;
mod contents;
mod conversation;
mod deadline;
mod desk;
mod dialect;
mod document;
mod encoding;
mod end;
mod endpoint;
mod excerpt;
mod exchange;
mod filter;
mod form;
mod future;
mod html;
pub mod key;
mod last_scrape;
mod list;
mod listen_error;
mod listener;
mod listeners;
mod media_range;
mod medium;
pub mod metrics;
mod negotiation;
mod note;
mod observer;
mod offer;
mod overview;
mod own_file;
mod page;
mod pages;
mod parts;
mod place;
mod range;
mod round;
mod scraper;
mod server;
mod share;
mod site;
mod socket;
mod table;
mod tally;
mod targets;
mod thread;
mod timed_stream;
mod traces;
#[cfg(unix)]
mod unix_socket;
mod wanted;
mod warnings;

pub use access::{Access, AccessError, Gate};
pub use address::Address;
pub use body::{ScrapeBody, Withdrawn};
pub use endpoint::Endpoint;
pub use future::ScrapeFuture;
pub use listen_error::ListenError;
pub use listener::Listener;
pub use place::Place;
pub use server::{DEFAULT_ADDRESS, Server};
pub use site::Site;
pub use table::Table;
