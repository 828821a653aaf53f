//! The attribute keys of this crate's metrics.

pub use kymo_core::key::{
    COMPONENT_NAME, COMPONENT_TYPE, ERROR_TYPE, HTTP_RESPONSE_STATUS_CODE,
    RPC_RESPONSE_STATUS_CODE, SERVER_ADDRESS, SERVER_PORT,
};
