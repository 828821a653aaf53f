//! One observation of a bound instrument.

mod instrument;

use crate::{BoxError, Subject};
pub use instrument::Kind;
use instrument::Observations;

/// The instruments, with their names in `run observation/KIND/METER/FILTER`.
pub const KINDS: [(&str, Kind); 2] = [("histogram", Kind::Histogram), ("counter", Kind::Counter)];
/// The meters, by whose instruments they make: kymo's own come without the rules of views.
pub const METERS: [(&str, &str, &str); 2] =
    [("application", "of the application", "bookshop"), ("kymo", "of kymo", "kymo-bench")];

/// The subject called `observation/KIND/METER/FILTER`.
///
/// # Errors
///
/// When there is no such instrument, meter or filter.
pub fn subject(kind: &str, meter: &str, filter: &str) -> Result<Box<dyn Subject>, BoxError> {
    let found = KINDS.iter().find(|(name, _)| *name == kind);
    let (_, kind) = found.ok_or_else(|| format!("there is no instrument {kind:?}"))?;
    let found = METERS.iter().find(|(name, ..)| *name == meter);
    let (.., meter) = found.ok_or_else(|| format!("there is no meter {meter:?}"))?;
    Ok(Box::new(Observations::new(*kind, meter, filter)?))
}
