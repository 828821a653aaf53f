//! The attribute keys of this crate's metrics.

use kymo_core::key::AttributeKey;
pub use kymo_core::key::{
    COMPONENT_NAME, COMPONENT_TYPE, ERROR_TYPE, HTTP_RESPONSE_STATUS_CODE, SERVER_ADDRESS,
    SERVER_PORT,
};

/// The status of a call over gRPC.
pub const RPC_RESPONSE_STATUS_CODE: AttributeKey = AttributeKey::new(
    "rpc.response.status_code",
    "The status of the last call over gRPC, such as `OK` or `UNAVAILABLE`; absent if none came.",
);
