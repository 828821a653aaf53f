//! The database, its driver and its pools: what they are called, and what they show.

pub(crate) mod damage;
pub(crate) mod destination;
pub(crate) mod driver;
pub(crate) mod failure;
pub(crate) mod identity;
pub(crate) mod opening;
pub(crate) mod peeked;
pub(crate) mod prefix;
pub(crate) mod rows_affected;
pub(crate) mod shown;
pub(crate) mod silence;
pub(crate) mod status_code;
