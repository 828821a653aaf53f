//! What is wrong with a query.

use std::fmt;

/// What is wrong with a query.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Finding {
    /// No series has this name.
    Metric(String),
    /// No series that is asked for has this label.
    Label { label: String, metric: String },
    /// What labels are taken from has no such label.
    Grouping(String),
    /// It is no query.
    Unreadable(String),
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Metric(name) => write!(f, "there is no `{name}`"),
            Self::Label { label, metric } => write!(f, "`{metric}` has no label `{label}`"),
            Self::Grouping(label) => write!(f, "nothing in it has a label `{label}`"),
            Self::Unreadable(why) => write!(f, "it cannot be read: {why}"),
        }
    }
}
