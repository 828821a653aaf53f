//! The statements of migrations, told to whoever else sees statements.

use std::{
    future::{Future, poll_fn},
    pin::pin,
};

use kymo_core::Claim;

/// Runs what is measured as a migration, or as a reading of where they stand: its statements went round
/// nobody.
pub(crate) async fn claimed<T>(run: impl Future<Output = T>) -> T {
    let mut run = pin!(run);
    poll_fn(|context| Claim::Migration.run_carried(|| run.as_mut().poll(context))).await
}
