//! Measures every request of an HTTP server exactly once, whatever happens to it.
//!
//! [`ServerLayer`] is a tower layer for any service over `http` requests and responses: axum,
//! hyper, tonic. It records the metrics of the OpenTelemetry [HTTP server conventions]:
//!
//! ```
//! use axum::{Router, body::Body, http::Request, routing::get};
//! use kymo_http::ServerLayer;
//! use opentelemetry_sdk::metrics::{InMemoryMetricExporter, SdkMeterProvider};
//! use tower::ServiceExt;
//!
//! # futures_executor::block_on(async {
//! let exporter = InMemoryMetricExporter::default();
//! let meters = SdkMeterProvider::builder().with_periodic_exporter(exporter.clone()).build();
//!
//! let app: Router = Router::new()
//!     .route("/books/{id}", get(async || "Dune"))
//!     .layer(ServerLayer::new(&meters).skip(|head| head.uri.path() == "/health"));
//!
//! let request = Request::get("/books/7").body(Body::empty())?;
//! drop(app.oneshot(request).await?);
//!
//! meters.force_flush()?;
//! let metrics = exporter.get_finished_metrics()?;
//! let names: Vec<_> = metrics[0].scope_metrics().flat_map(|s| s.metrics()).map(|m| m.name()).collect();
//! assert!(names.contains(&"http.server.request.duration"));
//! # Ok::<_, Box<dyn std::error::Error>>(())
//! # }).unwrap();
//! ```
//!
//! # What is counted when
//!
//! | what happens | `http.server.request.duration` | `error.type` |
//! | --- | --- | --- |
//! | the last byte, or the trailers, went to the server | once, then | absent, or the status if 5xx |
//! | `HEAD`, 204, 304, an empty body | once, at the head | absent, or the status if 5xx |
//! | the service returned an error | once, then, without a status | `timeout` or `_OTHER` |
//! | the service or the body panicked | once, when it is dropped | `panic` |
//! | the client went away; the future or the body was dropped | once, then | `cancelled` |
//! | the response's body failed | once, then | `timeout` or `body_error` |
//! | server-sent events (`text/event-stream`) | once, at the head | absent, or the status if 5xx |
//! | WebSocket and other upgrades | once, at the head | absent |
//!
//! A status of 5xx that was sent is the error's type, whatever happened to its body. A 4xx is no
//! error of a server.
//!
//! `http.server.active_requests` counts a request from its arrival until that observation.
//! Server-sent events and upgraded connections then count in `kymo.http.server.active_streams`,
//! and in `kymo.http.server.stream.duration` when they end, so that a stream of a day is not a
//! request of a day. Both body sizes are recorded when the body has ended, with the bytes that
//! really passed this layer: a request body that nobody read is empty. Of a request body that is
//! not axum's, the declared length is recorded, or nothing if none is declared, unless the layer
//! is told to take [any body](ServerLayer::any_body).
//!
//! # What clients can make
//!
//! Methods and schemes come from closed sets, routes from the program, and versions and statuses
//! are few. Their combinations have room for 680 series. What a client alone can make (a 4xx, a
//! hang-up, a body that fails, an unknown method) gets half of it. Where it runs out, the method of
//! an odd request becomes `_OTHER` first, then the route, and the status last.
//!
//! What an operator must see is a 5xx, a panic, a time-out, and a service that failed. Once the room
//! is taken, 900 of these go on under their own status, `error.type` and route, without the version,
//! the scheme and the method, which clients choose. That is three kinds of failure for each of 300
//! routes, whatever clients did before.
//!
//! Each fold is counted in `kymo.cardinality.folded`.
//!
//! # The SDK must bind
//!
//! The layer records through instruments bound to their attributes. A provider that does not
//! implement `bind()` drops what they record, without a word. `kymo` sees to it; with this crate
//! alone, enable the feature `experimental_metrics_bound_instruments` of `opentelemetry_sdk`.
//!
//! # What the layer cannot see
//!
//! - It sees bytes handed to the server, not bytes the client received.
//! - Middleware outside it: a compression layer outside changes the size on the wire, and a
//!   time-out layer outside drops the future, which reads as `cancelled`.
//! - That an outer layer measures a request already, if middleware between the two gave it another
//!   body: until the layers notice, both count it. And a request that a handler makes with the body
//!   of the one it serves counts as that one. One layer for each request is enough.
//! - The route of what `Router::nest_service` hides: add the layer to the router inside instead.
//! - The end of an upgraded connection, outside a tokio runtime. Inside one, the service receives
//!   an upgraded connection that works like the server's own, and cannot be downcast to its type;
//!   switch both stream metrics off to be handed the server's own.
//! - That a server refuses an upgrade which the service agreed to, until its connection ends.
//!
//! [HTTP server conventions]: https://opentelemetry.io/docs/specs/semconv/http/http-metrics/

mod body;
mod exchange;
mod failure;
mod future;
mod handler;
mod head;
mod instruments;
mod layer;
mod mark;
mod method;
pub mod metrics;
mod protocol;
mod reading;
mod request_size;
mod scheme;
mod scope;
mod series;
mod service;
mod settings;
mod stream;
mod upgrade;

pub use body::{MeasuredRequestBody, MeasuredResponseBody};
pub use future::ResponseFuture;
pub use handler::{HandlerFuture, HandlerLayer, MeasuredHandler};
pub use head::RequestHead;
pub use kymo_core::BucketsError;
pub use layer::{AnyBodyLayer, ServerLayer};
pub use method::KNOWN_METHODS;
pub use service::{MeasuredAnyBody, MeasuredService};
pub use settings::ServerMetric;
