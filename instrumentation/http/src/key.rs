//! The attribute keys of this crate's metrics.

use kymo_core::key::{AttributeKey, BudgetedKey};
pub use kymo_core::key::{
    DB_QUERY_SUMMARY, ERROR_TYPE, HTTP_REQUEST_METHOD, HTTP_RESPONSE_STATUS_CODE,
    NETWORK_PROTOCOL_VERSION, OPERATION_KIND, PART, RPC_RESPONSE_STATUS_CODE, URL_SCHEME,
};

/// The route template that matched.
pub const HTTP_ROUTE: BudgetedKey = BudgetedKey::new(
    "http.route",
    300,
    "The route template, such as `/books/{id}`; absent if none matched, never the path.",
);

/// The method of a call.
pub const RPC_METHOD: BudgetedKey = BudgetedKey::new(
    "rpc.method",
    300,
    "The method, such as `books.v1.Books/Get`; `_OTHER` for one that the server has not shown to \
     have, or when series ran out.",
);

/// The system of remote calls.
pub const RPC_SYSTEM_NAME: AttributeKey = AttributeKey::new("rpc.system.name", "`grpc`.");

/// The kind of a stream, which a response turned into and which outlives its request.
pub const STREAM_KIND: AttributeKey =
    AttributeKey::new("kymo.http.stream.kind", "`sse`, `websocket`, `upgrade` or `body`.");

/// The name of a layer whose series stand apart; an attribute of the instrumentation scope.
pub const LAYER: AttributeKey =
    AttributeKey::new("kymo.layer", "The name the program gave to a layer.");
