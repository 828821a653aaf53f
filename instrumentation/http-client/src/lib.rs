//! Measures every request of an HTTP client exactly once, whatever happens to it.
//!
//! [`ClientLayer`] is a tower layer for any client that is a service over `http` requests and responses:
//! hyper-util's, a channel of tonic. It records the metrics of the OpenTelemetry [HTTP client conventions]:
//!
//! ```
//! use http::{Request, Response};
//! use http_body_util::BodyExt;
//! use kymo_http_client::{ClientLayer, UrlTemplate};
//! use kymo_testing::TestMeters;
//! use tower::{Layer, ServiceExt, service_fn};
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let meters = TestMeters::new();
//! // In a service: `Client::builder(TokioExecutor::new()).build_http()` of hyper-util.
//! let client = service_fn(async |_: Request<()>| {
//!     Ok::<_, std::io::Error>(Response::new("Paul".to_owned()))
//! });
//! let client = ClientLayer::new(&*meters).layer(client);
//!
//! let request = Request::get("http://users.internal/users/7")
//!     .extension(UrlTemplate::new("/users/{id}"))
//!     .body(())?;
//! let user = client.oneshot(request).await?.into_body().collect().await?;
//! assert_eq!(user.to_bytes(), "Paul");
//!
//! let requests = meters.snapshot();
//! let requests = requests.histogram("http.client.request.duration");
//! requests.with("server.address", "users.internal").with("url.template", "/users/{id}").assert_count(1);
//! # Ok(())
//! # }
//! ```
//!
//! # What is counted when
//!
//! | what happens | `http.client.request.duration` | `error.type` |
//! | --- | --- | --- |
//! | the last byte, or the trailers, came | once, then | absent, or the status if 4xx or 5xx |
//! | `HEAD`, 204, 304, an empty body | once, at the head | absent, or the status if 4xx or 5xx |
//! | nobody asks for the body | once, when it is dropped; it lasted until the head | absent, or the status if 4xx or 5xx |
//! | the future was dropped, or a body that was read in part | once, then | `cancelled` |
//! | no address was found for the host | once, then, without a status | `name_resolution_error` |
//! | TLS failed while the connection was opened | once, then, without a status | `secure_connection_error` |
//! | the connection could not be opened | once, then, without a status | `connection_error` |
//! | the server closed the connection before the head | once, then, without a status | `response_ended` |
//! | the client returned another error | once, then, without a status | `timeout` or `_OTHER` |
//! | the client or the body panicked, be it while it is dropped | once, when it is dropped | `panic` |
//! | the response's body failed | once, then | `timeout` or `body_error` |
//! | the body ended before what `content-length` promised | once, then | `body_error` |
//! | server-sent events (`text/event-stream`) | once, at the head | absent, or the status if 4xx or 5xx |
//! | WebSocket and other upgrades | once, at the head | absent |
//!
//! A status of 4xx or 5xx that was received is the error's type, whatever happened to its body. A redirect
//! is no error.
//!
//! `http.client.active_requests` counts a request from the call of the client until that observation. It
//! is of the conventions and in development there.
//!
//! On the bill of a request of this service, each of them is one operation of the kind `http_client`, where it ends.
//! Its time is of the part `http_client` while somebody waits for it: from the call until the head, wherever its future
//! is polled first, and from the first look at the body until its end. A response that is held, and not read, is
//! no time of that part.
//!
//! # Cancellation
//!
//! The conventions ask for no `error.type` where a client can detect that its caller cancelled on purpose.
//! In Rust a caller cancels by dropping, and so does a time-out around it: the layer cannot tell one from
//! the other, and says `cancelled` of both. A program that cancels on purpose, as by asking two servers and
//! taking the first answer, leaves these out of its error ratio: `error_type!~"|cancelled"`. One case can be
//! told: who drops a response and never asked for its body wanted the status, and cancelled nothing.
//!
//! # Retries and redirects
//!
//! Each request that passes the layer is one. Put it inside of what retries and of what follows redirects,
//! and each attempt counts by its own status and server: a 503 that is retried, the 302 of a redirect. Outside
//! of them, the whole is one request, with the server that was asked first and the status that came last. Of
//! two layers the outer one measures. A client may send a request anew by itself, as hyper-util's does on
//! another connection if the first was closed before it was sent: that is one request.
//!
//! # What others can make
//!
//! Methods come from a closed set, hosts, ports and templates from budgets: 100, 32 and 200. Webhooks to
//! arbitrary hosts take what is left of the first one; give them a [layer of their
//! own](ClientLayer::named), and their hosts take nothing of others. Combinations have room for 680 series.
//! What a server alone can make (a 4xx, a status that nobody has assigned, a body that fails) gets half of it
//! at most. Where it runs out, the version and the scheme become `_OTHER` first, then the template, the host
//! and the port, and the status last. Once the room is taken, 900 failures (5xx, time-outs, panics,
//! connections that fail) go on under their own host, port, status and `error.type`, without the version, the
//! scheme and the method. Each fold is counted in `kymo.cardinality.folded`.
//!
//! # The SDK must bind
//!
//! The layer records through instruments bound to their attributes. A provider that does not
//! implement `bind()` drops what they record, without a word. `kymo` sees to it; with this crate
//! alone, enable the feature `experimental_metrics_bound_instruments` of `opentelemetry_sdk`.
//!
//! # What the layer cannot see
//!
//! - A wait for the client's readiness, before it is called: no request is there yet. hyper-util's client is
//!   always ready; a limit of concurrency inside the layer is not.
//! - The server of a request that names none, as those to a channel of tonic:
//!   [`ClientLayer::server`] tells it.
//! - Why a client failed whose error is of a type that it does not know: [`ClientLayer::reads_errors`] tells
//!   it.
//! - The version of the protocol, until there is a response. `network.protocol.name` is always `http`, and
//!   absent, as the conventions ask.
//! - A request that a program makes of another one with its extensions, while that one goes on: it carries
//!   the mark of the first, and counts as a part of it.
//! - The end of server-sent events and of upgraded connections.
//! - The outcome of a protocol on top of HTTP: gRPC answers 200 and tells its status in the trailers.
//!
//! [HTTP client conventions]: https://opentelemetry.io/docs/specs/semconv/http/http-metrics/#http-client

mod body;
mod exchange;
mod failure;
mod future;
mod instruments;
pub mod key;
mod layer;
mod measure;
pub mod metrics;
mod outgoing;
mod reading;
mod recording;
mod redirect;
mod request;
mod scope;
mod series;
mod service;
mod settings;
mod target;
mod template;
mod version;
mod vocabulary;

pub use body::MeasuredClientBody;
pub use future::ClientFuture;
pub use kymo_core::{BucketsError, KNOWN_METHODS};
pub use layer::ClientLayer;
pub use metrics::ClientMetric;
pub use outgoing::Outgoing;
pub use redirect::redirected;
pub use request::ClientRequest;
pub use service::MeasuredClient;
pub use target::Target;
pub use template::UrlTemplate;
