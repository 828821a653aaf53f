//! The series of a layer: the keys that find them, and the instruments that they consist of.

mod active;
mod exchange;
mod folding;
mod status;

pub(crate) use active::ActiveKey;
pub(crate) use exchange::ExchangeKey;
pub(crate) use status::Status;
