//! The telemetry of the process.

use std::sync::OnceLock;

use crate::Telemetry;

static INSTALLED: OnceLock<Telemetry> = OnceLock::new();

impl Telemetry {
    /// The telemetry that [`install`](crate::TelemetryBuilder::install) made in this process: for code
    /// that nobody can hand it to.
    ///
    /// `None` until `install()` has returned, and where telemetry was only built. What can be handed a
    /// `&Telemetry` is better off with that: a test can give it one of its own.
    ///
    /// ```
    /// if let Some(telemetry) = kymo::Telemetry::installed() {
    ///     telemetry.meter("bookshop").u64_counter("books.sold").build().add(1, &[]);
    /// }
    /// ```
    pub fn installed() -> Option<Self> {
        INSTALLED.get().cloned()
    }

    /// Makes this the one that was installed, unless there is one.
    pub(crate) fn keep_installed(&self) {
        let _ = INSTALLED.set(self.clone());
    }
}
