//! The series of a layer: the keys that find them, and the instruments that they consist of.

mod active;
mod call;
mod exchange;
mod folding;
mod status;
mod stream;

pub(crate) use active::ActiveKey;
pub(crate) use call::CallKey;
pub(crate) use exchange::{ExchangeKey, ExchangeSeries};
pub(crate) use status::Status;
pub(crate) use stream::{StreamKey, StreamKind, StreamSeries};
