//! What the series of a layer are found by, and what they are made of.

mod active;
mod exchange;
mod folding;
mod status;
mod stream;

pub(crate) use active::ActiveKey;
pub(crate) use exchange::{ExchangeKey, ExchangeSeries};
pub(crate) use status::Status;
pub(crate) use stream::{StreamKey, StreamKind, StreamSeries};
