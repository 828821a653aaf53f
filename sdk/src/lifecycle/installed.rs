//! The telemetry of the process.

use std::sync::{
    OnceLock,
    atomic::{AtomicBool, Ordering},
};

use crate::{InstallError, Telemetry, configuration::environment::Environment};

static INSTALLED: OnceLock<Telemetry> = OnceLock::new();

/// Installs the telemetry that `build` makes in `environment`, or in that of the process.
pub(crate) fn install(
    environment: Option<Environment>,
    build: impl FnOnce(Environment) -> Result<Telemetry, InstallError>,
) -> Result<Telemetry, InstallError> {
    static IS_TAKEN: AtomicBool = AtomicBool::new(false);

    if IS_TAKEN.swap(true, Ordering::AcqRel) {
        return Err(InstallError::AlreadyInstalled);
    }
    let environment = environment.unwrap_or_else(Environment::of_process);
    let outcome = build(environment.clone());
    environment.install();
    match outcome {
        Ok(telemetry) => {
            telemetry.provider.set_global();
            telemetry.keep_installed();
            telemetry.ending.install();
            Ok(telemetry)
        }
        Err(error) => {
            IS_TAKEN.store(false, Ordering::Release);
            Err(error)
        }
    }
}

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
    fn keep_installed(&self) {
        let _ = INSTALLED.set(self.clone());
    }
}
