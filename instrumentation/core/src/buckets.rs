//! Histogram bounds: the tables that several crates share, and checked ones of the user.

use std::{error::Error, fmt};

/// Seconds from a request of HTTP to the end of its response, as the HTTP conventions advise for servers
/// and for clients.
pub const HTTP_DURATION: &[f64] =
    &[0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1.0, 2.5, 5.0, 7.5, 10.0];

/// Seconds a database takes to answer: every bound that the database conventions advise for
/// `db.client.operation.duration`, and three below one millisecond, which is a slow answer of Redis.
///
/// All databases have the same bounds, because they share the metric: over two sets of bounds no
/// quantile is right.
pub const DB_DURATION: &[f64] =
    &[0.0001, 0.0002, 0.0005, 0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1.0, 5.0, 10.0];

/// Seconds of an operation that may be over in a tenth of a millisecond: an idle connection is there at
/// once, and an entry in memory is as quick as that.
pub const SHORT_DURATION: &[f64] =
    &[0.0001, 0.0005, 0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1.0, 5.0, 10.0];

/// Rows that a query returns, as the database conventions advise for
/// `db.client.response.returned_rows`.
pub const DB_ROWS: &[f64] =
    &[1.0, 2.0, 5.0, 10.0, 20.0, 50.0, 100.0, 200.0, 500.0, 1000.0, 2000.0, 5000.0, 10000.0];

/// Upper bounds of a histogram that are known to be finite and strictly ascending.
#[derive(Debug, Clone, PartialEq)]
pub struct Buckets(Vec<f64>);

impl Buckets {
    /// `bounds` if every one is finite and greater than the one before; the `+Inf` bucket is
    /// implied and must not be given.
    ///
    /// # Errors
    ///
    /// [`BucketsError`] names the first bound that breaks the rule.
    pub fn new(bounds: impl Into<Vec<f64>>) -> Result<Self, BucketsError> {
        let bounds = bounds.into();
        if bounds.is_empty() {
            return Err(BucketsError::Empty);
        }
        if let Some(&bound) = bounds.iter().find(|bound| !bound.is_finite()) {
            return Err(BucketsError::NotFinite { bound });
        }
        match bounds.windows(2).find(|pair| pair[0] >= pair[1]) {
            Some(pair) => Err(BucketsError::NotAscending { before: pair[0], bound: pair[1] }),
            None => Ok(Self(bounds)),
        }
    }

    /// The bounds, ascending.
    pub fn bounds(&self) -> &[f64] {
        &self.0
    }
}

/// Why bounds cannot be those of a histogram.
#[derive(Clone, Copy, PartialEq)]
#[non_exhaustive]
pub enum BucketsError {
    /// There is no bound at all.
    Empty,
    /// A bound is NaN or infinite.
    NotFinite {
        /// The offending bound.
        bound: f64,
    },
    /// A bound is not greater than the one before it.
    NotAscending {
        /// The bound before.
        before: f64,
        /// The offending bound.
        bound: f64,
    },
}

impl fmt::Display for BucketsError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Empty => f.write_str("no bucket bounds were given; give at least one"),
            Self::NotFinite { bound } => write!(
                f,
                "bucket bound {bound} is not finite; leave it out, `+Inf` is added by itself"
            ),
            Self::NotAscending { before, bound } => write!(
                f,
                "bucket bound {bound} follows {before}; sort the bounds and remove duplicates"
            ),
        }
    }
}

/// The sentence: a `main` that returns this error prints it so.
impl fmt::Debug for BucketsError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        crate::sentence(self, f)
    }
}

impl Error for BucketsError {}
