//! Rules that are in force.

use std::{
    fmt,
    sync::Arc,
    time::{Duration, SystemTime},
};

use super::guard::Guard;

/// The rules of an [`Access`](super::Access), in force: its files are looked at for as long as this, or an
/// endpoint behind it, is there.
#[derive(Clone)]
pub struct Gate(pub(crate) Arc<Guard>);

impl Gate {
    /// The end of the last second at which the certificate of the listener is valid, or one of the chain
    /// that it shows if that ends earlier; nothing without TLS.
    pub fn certificate_expiry(&self) -> Option<SystemTime> {
        let not_after = self.0.rules().tls.as_ref()?.not_after;
        SystemTime::UNIX_EPOCH.checked_add(Duration::from_secs(not_after.try_into().ok()?))
    }
}

impl fmt::Debug for Gate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Gate").finish_non_exhaustive()
    }
}
