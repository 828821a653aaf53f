//! `/receipt`: a slip of paper from the printer of the till, whose driver blocks.

use std::{thread, time::Duration};

/// How long the printer takes.
const PRINTING: Duration = Duration::from_millis(50);

pub(crate) async fn print() -> &'static str {
    // Wrong on purpose: `spawn_blocking` leaves the worker to other requests.
    thread::sleep(PRINTING);
    "printed\n"
}
