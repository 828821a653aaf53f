//! The reading of one database's migrations, over and over, in the background.

use std::{future::Future, pin::pin, sync::Arc};

use sqlx::migrate::MigrateError;
use tokio::time::timeout;

use crate::{
    counts::Recorded,
    watch::{Pace, Watch},
};

/// Whoever reads. When it is dropped, run or not, nobody waits for a reading any longer, and none is
/// shown.
pub(crate) struct Reader(Arc<Watch>);

impl Reader {
    pub(crate) fn of(watch: &Arc<Watch>) -> Self {
        Self(Arc::clone(watch))
    }

    /// Reads what `read` says, over and over, until that says that the pool is closed.
    ///
    /// One at a time: a question that is not answered in time goes on being asked, so that a database
    /// that hangs takes one connection out of the pool, and no question is given up half way.
    pub(crate) async fn read<F>(&self, read: impl Fn(Arc<Watch>) -> F)
    where
        F: Future<Output = Result<Recorded, MigrateError>>,
    {
        let Pace { interval, timeout: patience } = self.0.pace();
        let watch = &*self.0;
        let mut asked = watch.series().requests();
        loop {
            let request = *asked.borrow_and_update();
            let since = watch.series().since_now();
            let mut reading = pin!(read(Arc::clone(&self.0)));
            match timeout(patience, reading.as_mut()).await {
                Ok(Ok(recorded)) => watch.publish(&recorded, since.was_any()),
                Ok(Err(MigrateError::Execute(sqlx::Error::PoolClosed))) => return,
                Ok(Err(error)) => watch.fail(&error),
                Err(_late) => loop {
                    watch.fail(&format_args!("no answer within {patience:?}"));
                    // Also those who asked since: there is nothing to tell them yet.
                    watch.answer(*asked.borrow());
                    // Its answer may be that of the moment when it was asked.
                    if timeout(patience, reading.as_mut()).await.is_ok() {
                        break;
                    }
                },
            }
            watch.answer(request);
            let _ = timeout(interval, asked.changed()).await;
        }
    }
}

impl Reader {
    /// The pool is gone, and was not closed: what was read last stays for as long as it can be true, or
    /// until somebody asks again. So a job that ends with its pool can still push it.
    pub(crate) async fn linger(&self) {
        let mut asked = self.0.series().requests();
        let _ = timeout(self.0.leave(), asked.changed()).await;
    }
}

impl Drop for Reader {
    fn drop(&mut self) {
        self.0.end();
    }
}

#[cfg(test)]
mod tests;
