//! Measures every request of an HTTP server exactly once, whatever happens to it.
//!
//! [`ServerLayer`] is a tower layer for any service over `http` requests and responses: axum,
//! hyper. It records the metrics of the OpenTelemetry [HTTP server conventions]:
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
//! | the service or the body panicked, be it while it is dropped | once, when it is dropped | `panic` |
//! | the client went away; the future or the body was dropped | once, then | `cancelled` |
//! | the response's body failed | once, then | `timeout` or `body_error` |
//! | the body ended before what `content-length` promised | once, then | `body_error` |
//! | the client went away while it waited for the service | once, then, [unseen](#waiting-for-the-service) | `cancelled` |
//! | the service refused while it was waited for | once, then, unseen | `timeout`, `_OTHER` or `panic` |
//! | server-sent events (`text/event-stream`) | once, at the head | absent, or the status if 5xx |
//! | WebSocket and other upgrades | once, at the head | absent |
//! | a call of [gRPC](#grpc) | once, when its status is there | absent, or the status if it is an error |
//!
//! A status of 5xx that was sent is the error's type, whatever happened to its body. A 4xx is no
//! error of a server.
//!
//! `http.server.active_requests` counts a request from its arrival until that observation.
//! Server-sent events then count in `kymo.http.server.active_streams`, and in
//! `kymo.http.server.stream.duration` when they end, so that a stream of a day is not a request of a
//! day; so do upgraded connections, once the server has handed them over. Any other body is part of
//! its request until its last byte, however long that takes, unless the layer is told to take [bodies
//! of unknown length](ServerLayer::stream_unknown_lengths) for streams. Both body sizes are recorded
//! when the body has ended, with the bytes that really passed this layer: a request body that nobody
//! read is empty. Of a request body that is not axum's, the declared length is recorded, or nothing
//! if none is declared, unless the layer is told to take [any body](ServerLayer::any_body).
//!
//! # Waiting for the service
//!
//! Middleware *inside* the layer may let requests queue before it takes them, as tower's
//! `ConcurrencyLimit`, `Buffer` and `SpawnReady` do in `poll_ready`. Such a request is active from
//! the moment it begins to wait, and the wait is part of its duration. While it waits, nothing of it
//! can be seen: it is active as method `_OTHER`, and if it never comes in, it is recorded as that,
//! with `error.type` and the scheme of the server, without a version and without a route. As any
//! other request has a version, `network_protocol_version=""` finds those that were lost in a queue.
//!
//! It depends on who asks whether the service is ready. axum and hyper ask a clone of it for each
//! request, so each wait is that of a request. These ask otherwise:
//!
//! - A load shedder outside the layer gives up at once. Where each request has a clone, what it sheds
//!   is recorded as a request that was lost in the queue, and it sheds exactly what it sheds without
//!   the layer.
//! - A service that serves many requests without being cloned, as inside tower's `Buffer`: only the
//!   wait for its first request is seen, because later ones may be nobody's. Put the layer outside the
//!   buffer, where the whole wait is in the request's duration.
//!   That wait lasts until the buffer asks again, which it does not do for a request that was given
//!   up meanwhile: until then it is active, and if another request comes, the wait is in that one's
//!   duration. So it is with any service that is kept, not cloned, by somebody who gives up.
//! - A measured service that a measured handler calls with a request of its own: who waits there is
//!   taken for the handler's request until it is called. One that gives up is not counted.
//! - A balancer or a pool that asks ahead of any request: a service that it drops before it was
//!   ever ready, or that fails while it is asked, is recorded as a request, although there was none.
//! - A request that this layer [skips](ServerLayer::skip) is active while it waits, and recorded if
//!   it is lost, because its head is not known.
//!
//! Limits that wait in `call`, as everything does that is added to axum's `Router` by a `layer` of
//! its own, need none of this.
//!
//! # gRPC
//!
//! A `POST` whose content type is gRPC's or gRPC-web's is a call, and recorded in
//! `rpc.server.call.duration` as well: with the status from the trailers, from the head of an answer that
//! is nothing else, or from the last frame of a gRPC-web body. A `grpc-status` that is missing or that is
//! no status is `UNKNOWN`. A call that ends without a status has none, and its `error.type` says how: as
//! above, or `DEADLINE_EXCEEDED` if it was given up when the time of its `grpc-timeout` was over, by a server
//! that is known to have the method or has begun to answer. A refusal by HTTP has no status of gRPC either: a
//! 5xx is the `error.type`, and anything below 500 is none. Six statuses are errors of a server, and each is
//! then the `error.type` of both metrics; `UNIMPLEMENTED`, a missing status and a deadline are that of HTTP only
//! for a method that the server is known to have, or anybody who asks for others would make it fail. A 2xx of another content type answers no
//! call, unless the server is known to have the method. Any other request is a call, too, if it is answered as
//! one, with a status.
//!
//! `rpc.method` is a name once gRPC has answered the method by a whole message or by `OK`: 300 of them. One
//! that only failed so far is `_OTHER`, because a client can make such. A route of axum without a parameter
//! has its name with the first answer of gRPC, and [`ServerLayer::grpc_methods`] is a list of all.
//!
//! # Where the time goes
//!
//! Each request has a bill, whose parts add up to its `http.server.request.duration`:
//! `kymo.http.server.request.time` has the seconds by route and [`Part`]. At each moment one part is current: the
//! first of `pool_wait`, `sql`, `redis`, `http_client` and `cache_load` that is under way, so that ten queries at a
//! time take the time during which any of them runs, and a load from the database is `sql`; without any, `handler` while the request is polled,
//! and `waiting` while it is not; and from the response's head on, `body`. Less than ten microseconds of waiting, or of
//! a body, count with the handler's. What a service does in `call`, before there is a future to be polled, is waiting,
//! and polls of a body that knows its length, as one in memory does, are not timed.
//! `kymo.http.server.request.operations` counts what it asked for, by [`OperationKind`], and
//! `kymo.http.server.request.repeated_queries` the requests in which one query came ten times.
//! A poll of more than 10 ms keeps a thread of the runtime from all others: it is `kymo.http.server.request.blocking`,
//! be it code of the request or a worker that lost its processor.
//!
//! An operation is entered where it ends while its request is polled or dropped. What a handler spawns is outside,
//! unless it [carries](kymo_core::carry) the account of its request, and so is what a stream does after its head, or a body that is never sent, as of `HEAD`: such
//! operations are counted in `kymo.http.server.request.outside`. An operation that begins in a request and is moved
//! elsewhere before its end is under way until the request's end. A handler that calls a measured service in
//! process is polled meanwhile; what that service asks for is in its own request alone, but for what
//! its streams do after their head, which is in the request around it.
//!
//! A route has 12 series of its bill at most, or 15 if operations of all kinds and the longest poll are asked for, beside
//! one for each query that it repeats; 220 routes have series of their own, and later ones share those of `_OTHER`.
//!
//! # What clients can make
//!
//! Methods and schemes come from closed sets, routes from the program, and versions and statuses
//! are few. Their combinations have room for 680 series. What a client alone can make (a 4xx, a
//! hang-up, a body that fails, an unknown method, `HEAD`, HTTP/1.0) gets half of it at most. Where it
//! runs out, the method of an odd request becomes `_OTHER` first, then the version and the scheme,
//! then the route, and the status last.
//!
//! An operator must see each 5xx, each panic, each time-out and each service that failed. Once the room
//! is taken, 900 of these go on under their own status, `error.type` and route, without the version,
//! the scheme and the method, which clients choose. They are one pool: enough for three kinds of
//! failure of each of 300 routes, or for all kinds of 60. A status of 5xx that IANA has not
//! assigned becomes `_OTHER` there, because whoever is behind a gateway may choose any of a hundred.
//!
//! Calls have as much room in a metric of their own: 680 series, half of them for what clients alone make (a
//! refusal by HTTP below 500, a hang-up, a deadline that is too short, any status that is no error of a
//! server, `UNIMPLEMENTED`), and 900 more for failures of methods that are known: enough for three kinds of
//! each of 300. Where it runs out, the method becomes `_OTHER`, and the status stays.
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
//! - The route under another axum than 0.8, whose matched path is of another type. The first such
//!   request is warned of by whichever layer sees it, through `tracing`, or on standard error if it
//!   has no subscriber; [`ServerLayer::route`] can tell the route instead.
//! - The route of what `Router::nest_service` hides: add the layer to the router inside instead.
//! - The outcome of a protocol on top of HTTP other than gRPC; of gRPC-web, a status in a body or in trailers
//!   that are compressed, or in data that does not show all of its bytes at once. Such a call has no
//!   status and no error.
//! - TLS. Whether the scheme is `https` is [said](ServerLayer::over_tls), or told by a
//!   [trusted proxy](ServerLayer::trust_forwarded_headers); only HTTP/3 never goes without.
//! - The end of an upgraded connection, outside a tokio runtime. Inside one, the service receives
//!   an upgraded connection that works like the server's own, and cannot be downcast to its type;
//!   switch both stream metrics off to be handed the server's own.
//!
//! [HTTP server conventions]: https://opentelemetry.io/docs/specs/semconv/http/http-metrics/

mod any_body;
mod buckets;
mod exchange;
mod failure;
mod field;
mod frame;
mod future;
mod grpc;
mod handler;
mod head;
mod instruments;
pub mod key;
mod layer;
mod mark;
mod measure;
pub mod metrics;
mod other_axum;
mod protocol;
mod readiness;
mod reading;
mod recording;
mod request_body;
mod request_size;
mod response_body;
mod running;
mod scheme;
mod scope;
mod series;
mod server_timing;
mod service;
mod settings;
mod stream;
mod time_out;
mod traceparent;
mod upgrade;
mod usual;
mod vocabulary;

pub use any_body::{AnyBodyLayer, MeasuredAnyBody};
pub use future::ResponseFuture;
pub use handler::{HandlerFuture, HandlerLayer, MeasuredHandler};
pub use head::RequestHead;
pub use kymo_core::{BucketsError, KNOWN_METHODS, OperationKind, Part};
pub use layer::ServerLayer;
pub use metrics::ServerMetric;
pub use request_body::MeasuredRequestBody;
pub use response_body::MeasuredResponseBody;
pub use service::MeasuredService;
