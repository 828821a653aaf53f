//! Why a series is not in a document.

/// Why a series is not in a document.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Refusal {
    /// No format could write it.
    Malformed,
    /// This format cannot.
    Unsupported,
}
