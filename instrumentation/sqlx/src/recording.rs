//! The recording of an operation, a transaction and a connection: times, outcomes, and the series for them.

pub(crate) mod claiming;
pub(crate) mod execution;
pub(crate) mod first_row;
pub(crate) mod kept;
pub(crate) mod measures;
pub(crate) mod operation;
pub(crate) mod pool_series;
pub(crate) mod recorder;
pub(crate) mod remembered;
pub(crate) mod series;
pub(crate) mod span;
pub(crate) mod statement;
pub(crate) mod statements;
pub(crate) mod stream;
pub(crate) mod use_time;
pub(crate) mod waiting;
pub(crate) mod without;
