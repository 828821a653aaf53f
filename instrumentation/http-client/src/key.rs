//! The attribute keys of this crate's metrics.

use kymo_core::key::{AttributeKey, BudgetedKey, SERVER_ADDRESS, SERVER_PORT};
pub use kymo_core::key::{
    ERROR_TYPE, HTTP_REQUEST_METHOD, HTTP_RESPONSE_STATUS_CODE, NETWORK_PROTOCOL_VERSION,
    URL_SCHEME,
};

/// The host of a request's target.
pub const TARGET_ADDRESS: BudgetedKey = SERVER_ADDRESS.budgeted(
    100,
    "The host of the request's target, in lower case; absent if the request names none, `_OTHER` for \
     one too many.",
);

/// The port of a request's target.
pub const TARGET_PORT: BudgetedKey = SERVER_PORT.budgeted(
    32,
    "The port of the request's target, be it the usual one of its scheme; absent if unknown, `_OTHER` \
     for one too many.",
);

/// The template of a request's path.
pub const URL_TEMPLATE: BudgetedKey = BudgetedKey::new(
    "url.template",
    200,
    "The template that the program gave the request, such as `/users/{id}`; absent without one, never \
     the path.",
);

/// The name of a layer whose series stand apart; an attribute of the instrumentation scope.
pub const CLIENT: AttributeKey =
    AttributeKey::new("kymo.client", "The name the program gave to a client.");
