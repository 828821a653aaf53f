//! Time inside the handler, apart from the middleware around it.

mod future;
mod instruments;
mod layer;
mod series;
mod service;

pub use future::HandlerFuture;
pub use layer::HandlerLayer;
pub use service::MeasuredHandler;
