//! The labels that series may have.

use std::collections::BTreeSet;

/// The labels that series may have, as far as that is known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Labels {
    /// Any, as far as anybody knows.
    Any,
    /// These, and those that every series may have.
    Known(BTreeSet<String>),
}

impl Labels {
    /// No label at all.
    pub(crate) fn none() -> Self {
        Self::Known(BTreeSet::new())
    }

    /// Only these.
    pub(crate) fn only(names: impl IntoIterator<Item = impl Into<String>>) -> Self {
        Self::Known(names.into_iter().map(Into::into).collect())
    }

    pub(crate) fn contain(&self, name: &str) -> bool {
        match self {
            Self::Any => true,
            Self::Known(names) => names.contains(name),
        }
    }

    /// Those of either.
    pub(crate) fn and(self, other: Self) -> Self {
        match (self, other) {
            (Self::Known(mut names), Self::Known(more)) => {
                names.extend(more);
                Self::Known(names)
            }
            _ => Self::Any,
        }
    }

    /// Those that are not in `names`.
    pub(crate) fn without(self, names: &[String]) -> Self {
        match self {
            Self::Any => Self::Any,
            Self::Known(mut own) => {
                own.retain(|name| !names.contains(name));
                Self::Known(own)
            }
        }
    }
}
