//! A database whose connections are opened with code of the program's own.

use std::sync::{
    Arc,
    atomic::{AtomicU8, Ordering},
};

use kymo::testing::laws;
use sqlx::{SqlitePool, sqlite::SqlitePoolOptions};

/// A database in memory, and how the program's own code ends, which sqlx runs when it opens a connection.
pub(super) struct Opening(Arc<AtomicU8>);

const WELL: u8 = 0;
const TORN: u8 = 1;
const TRAPPED: u8 = 2;

impl Opening {
    /// Opens well, until it is told otherwise.
    pub(super) fn well() -> (Self, SqlitePool) {
        let opening = Arc::new(AtomicU8::new(WELL));
        let how = Arc::clone(&opening);
        // More than one: whatever was given up still has its connection.
        let options = SqlitePoolOptions::new().max_connections(2).after_connect(move |_, _| {
            let how = how.load(Ordering::Relaxed);
            Box::pin(open(how))
        });
        (Self(opening), options.connect_lazy("sqlite::memory:").unwrap())
    }

    /// From now on it unwinds.
    pub(super) fn tear(&self) {
        self.0.store(TORN, Ordering::Relaxed);
    }

    /// From now on it has no end, and unwinds when it is dropped.
    pub(super) fn trap(&self) {
        self.0.store(TRAPPED, Ordering::Relaxed);
    }
}

async fn open(how: u8) -> sqlx::Result<()> {
    match how {
        TORN => panic!("the connection is torn"),
        TRAPPED => {
            let _trap = laws::Trap;
            std::future::pending().await
        }
        _ => Ok(()),
    }
}

/// A statement that takes longer than anybody waits, and ends of itself: the thread of the database cannot
/// be stopped before its first row.
pub(super) fn slow(steps: u32) -> String {
    format!(
        "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {steps}) \
         SELECT count(*) FROM n"
    )
}
