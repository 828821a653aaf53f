//! The telemetry of the process.

use std::sync::{
    OnceLock,
    atomic::{AtomicBool, Ordering},
};

use crate::{
    InstallError, Telemetry, builder::basis::Basis, configuration::environment::Environment,
};

static INSTALLED: OnceLock<Telemetry> = OnceLock::new();

/// A builder of telemetry, whoever provides the meters.
pub(crate) trait Installable {
    /// The part that every builder has.
    fn basis(&mut self) -> &mut Basis;

    /// Builds the telemetry, and touches nothing global.
    fn build(self) -> Result<Telemetry, InstallError>;
}

/// Installs the telemetry that `builder` makes, in its environment or in that of the process.
pub(crate) fn install(mut builder: impl Installable) -> Result<Telemetry, InstallError> {
    static IS_TAKEN: AtomicBool = AtomicBool::new(false);

    if IS_TAKEN.swap(true, Ordering::AcqRel) {
        return Err(InstallError::AlreadyInstalled);
    }
    let said = &mut builder.basis().environment;
    let environment = said.get_or_insert_with(Environment::of_process).clone();
    let outcome = builder.build();
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
