//! Rows that were changed, until they are committed.

pub(crate) mod changed;
pub(crate) mod ledger;
