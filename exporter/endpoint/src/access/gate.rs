//! Rules that are in force.

use std::{
    fmt,
    sync::Arc,
    time::{Duration, SystemTime},
};

use kymo_core::key;
use opentelemetry::metrics::MeterProvider;

use super::{guard::Guard, tally::Reload};
use crate::metrics;

/// The rules of an [`Access`](super::Access), in force: its files are looked at for as long as this, or an
/// endpoint behind it, is there.
#[derive(Clone)]
pub struct Gate(pub(crate) Arc<Guard>);

impl Gate {
    /// Measures, with `meters`, who is not let in, changes of the files, and the end of the certificate: see
    /// [`metrics`](crate::metrics).
    ///
    /// It measures for as long as this, or an endpoint behind it, is there.
    pub fn measure(&self, meters: &dyn MeterProvider) {
        let meter = metrics::SCOPE.meter(meters);
        let guard = Arc::downgrade(&self.0);
        metrics::REFUSALS.observable_counter(&meter, move |to| {
            let Some(guard) = guard.upgrade() else { return };
            for (refusal, count) in guard.tally().refusals() {
                to.observe(count, &[key::ERROR_TYPE.of(refusal.name())]);
            }
        });
        let guard = Arc::downgrade(&self.0);
        metrics::RELOADS.observable_counter(&meter, move |to| {
            let Some(guard) = guard.upgrade() else { return };
            for (reload, count) in guard.tally().reloads() {
                match reload {
                    Reload::Followed => to.observe(count, &[]),
                    Reload::Broken => to.observe(count, &[key::ERROR_TYPE.of("broken")]),
                    Reload::Less => to.observe(count, &[key::ERROR_TYPE.of("less")]),
                }
            }
        });
        let guard = Arc::downgrade(&self.0);
        metrics::CERTIFICATE_EXPIRY.observable_gauge(&meter, move |to| {
            let guard = guard.upgrade();
            if let Some(tls) = guard.and_then(|guard| guard.rules().demands.tls().cloned()) {
                to.observe(tls.not_after as f64, &[]);
            }
        });
    }

    /// The end of the last second at which the certificate of the listener is valid, or one of the chain
    /// that it shows if that ends earlier; nothing without TLS.
    pub fn certificate_expiry(&self) -> Option<SystemTime> {
        let not_after = self.0.rules().demands.tls()?.not_after;
        SystemTime::UNIX_EPOCH.checked_add(Duration::from_secs(not_after.try_into().ok()?))
    }
}

impl fmt::Debug for Gate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Gate").finish_non_exhaustive()
    }
}
