//! A repository as the attribute describes it at compile time.

/// A type whose methods `#[kymo::repository("…")]` observes; the attribute implements it.
///
/// [`RepositoryMetrics::described`](crate::RepositoryMetrics::described) makes the handle of it, with
/// everything it can record there from the start.
pub trait Described {
    /// The value of `kymo.repository.name`.
    const NAME: &'static str;

    /// The methods that are observed, as they are called in the metrics.
    const METHODS: &'static [&'static str];

    /// The errors that are expected of methods, by method, as they are called in the metrics.
    const ERRORS: &'static [(&'static str, &'static [&'static str])];
}
