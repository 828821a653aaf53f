//! Numbers that are not there, or are not what they could be.

mod access;
mod lacking;
mod leaving;

use crate::Alert;

pub(super) fn alerts() -> Vec<Alert> {
    [leaving::alerts(), lacking::alerts(), access::alerts()].concat()
}
