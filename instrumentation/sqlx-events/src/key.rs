//! The attribute keys of this crate's metrics.

pub use kymo_core::key::{
    DB_NAMESPACE, DB_QUERY_SUMMARY, DB_SYSTEM_NAME, SERVER_ADDRESS, SERVER_PORT,
};
