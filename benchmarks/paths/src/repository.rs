//! One call of a repository's method, which is observed or is not.

mod books;

use crate::{BoxError, Subject};
use books::Books;
pub use books::Method;

/// The methods, with their names in `run repository/METHOD/PEER` and in the table.
pub const METHODS: [(&str, &str, Method); 2] =
    [("find", "`async fn`", Method::Find), ("count", "`fn`", Method::Count)];

/// The subject called `repository/METHOD/PEER`.
///
/// # Errors
///
/// When there is no such method or no such peer.
pub fn subject(method: &str, peer: &str) -> Result<Box<dyn Subject>, BoxError> {
    let found = METHODS.iter().find(|(name, ..)| *name == method);
    let (.., method) = found.ok_or_else(|| format!("there is no method {method:?}"))?;
    Books::subject(*method, peer)
}
