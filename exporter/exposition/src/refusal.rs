//! Why a series is not in a document.

use std::fmt;

/// Why a series is not in a document.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Refusal {
    /// The name of its family is taken, empty, or has a NUL; or there was no family yet.
    Family,
    /// A label has no name, or one that another has once both are escaped; or the value of the series brings it.
    Labels,
    /// The value is none of its family's kind, or its parts contradict each other.
    Value,
    /// It is a state of a set behind which there was another set.
    Order,
    /// The format has no way to write the value, or the time of it.
    Unsupported,
}

impl fmt::Display for Refusal {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(match self {
            Self::Family => "the name of the family is taken, or malformed",
            Self::Labels => "labels are malformed, or have one name when it is escaped",
            Self::Value => "the value is malformed, or none of that kind",
            Self::Order => "the states of a set are not together",
            Self::Unsupported => "the format has no way to write such a value",
        })
    }
}
