//! One operation on a database, on a pool that is measured or is not.

mod bare;
mod floor;
mod kymo;
pub mod null;
mod queries;
mod workload;

use std::time::Duration;

use futures_util::future::LocalBoxFuture;
use tokio::runtime::Builder;

use crate::{BoxError, Subject};
pub use bare::Bare;
pub use kymo::Kymo;
use null::Null;
use queries::Queries;
pub use workload::{MANY, Peer, Record, Workload, insert, many_rows, one_row, repeat, statement};

/// A pool, and how it is measured.
pub struct Variant {
    /// As in `run sqlx/DATABASE/WORKLOAD/NAME`.
    pub name: &'static str,
    /// Its name in the table.
    pub title: &'static str,
    /// Opens it; called inside the runtime.
    pub open: fn() -> Opening,
}

/// A pool that is about to be opened.
pub type Opening = LocalBoxFuture<'static, Result<Box<dyn Peer>, BoxError>>;

/// The pools of a database that has every answer ready: the cost of the pool and of the code around it is left,
/// without a thread that answers.
pub const ON_NOTHING: [Variant; 3] = [
    Variant {
        name: "bare",
        title: "sqlx 0.9",
        open: || Box::pin(async { Ok(Box::new(Bare(null::pool())) as _) }),
    },
    Variant {
        name: "kymo",
        title: "kymo",
        open: || Box::pin(async { Ok(Box::new(Kymo::<Null>::new(null::pool())?) as _) }),
    },
    Variant {
        name: "floor",
        title: "floor: by hand on bound instruments",
        open: || Box::pin(async { Ok(Box::new(floor::Floor::new(null::pool())?) as _) }),
    },
];

/// The subject called `sqlx/null/WORKLOAD/NAME`.
///
/// # Errors
///
/// When there is no such database, workload or variant.
pub fn subject(database: &str, workload: &str, name: &str) -> Result<Box<dyn Subject>, BoxError> {
    if database != "null" {
        return Err(format!("there is no database {database:?}").into());
    }
    let workload = Workload::from_name(workload).ok_or("there is no such workload of SQL")?;
    let variant = ON_NOTHING.iter().find(|variant| variant.name == name);
    queries(variant.ok_or_else(|| format!("nobody called {name:?} measures it"))?, workload, None)
}

/// The operations of `workload` on the pool of `variant`; `patience` is how long the database takes to answer,
/// where another thread does it.
///
/// # Errors
///
/// When the pool cannot be opened.
pub fn queries(
    variant: &Variant,
    workload: Workload,
    patience: Option<Duration>,
) -> Result<Box<dyn Subject>, BoxError> {
    let runtime = Builder::new_current_thread().enable_time().build()?;
    let peer = runtime.block_on((variant.open)())?;
    Ok(Box::new(Queries::new(runtime, peer, workload, patience)))
}
