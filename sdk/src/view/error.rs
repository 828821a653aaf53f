//! The reasons for which a view is refused.

use std::fmt;

use kymo_core::{BucketsError, sentence};

/// Why a view cannot be.
#[derive(Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum ViewError {
    /// The pattern can match no metric.
    #[error(
        "no metric can be called `{pattern}`; write a name of letters, digits and `_.-/` that \
         begins with a letter, with `*` for any number of characters and `?` for one"
    )]
    Pattern {
        /// The pattern.
        pattern: String,
    },
    /// The view would give one name to several metrics.
    #[error(
        "the view of `{pattern}` gives the name `{name}` to every metric that it selects; give it the \
         name of one metric instead of a pattern"
    )]
    NameOfSeveral {
        /// The pattern of the view.
        pattern: String,
        /// The name.
        name: String,
    },
    /// Two views would give one name to two metrics of one meter, which would be added up.
    #[error(
        "the views of `{first}` and of `{second}` give both metrics the name `{name}`, and their numbers \
         would be added up; give them different names"
    )]
    NameTwice {
        /// The metrics of one view.
        first: String,
        /// Those of the other.
        second: String,
        /// The name.
        name: String,
    },
    /// The view would take the name of a metric away.
    #[error("the view of `{pattern}` gives an empty name; leave it out, or write one")]
    EmptyName {
        /// The pattern of the view.
        pattern: String,
    },
    /// The bounds of the buckets cannot be those of a histogram.
    #[error("the view of `{pattern}`: {source}")]
    Buckets {
        /// The pattern of the view.
        pattern: String,
        /// The fault of the bounds.
        source: BucketsError,
    },
    /// The view gives buckets to a metric that is known to be no histogram.
    #[error("`{metric}` is no histogram; leave the buckets out of its view")]
    NoHistogram {
        /// The metric.
        metric: String,
    },
    /// The limit is 0, or more than memory can be set aside for.
    #[error("the view of `{pattern}`: {limit} is no limit; give one from 1 to 1000000")]
    Limit {
        /// The pattern of the view.
        pattern: String,
        /// The limit.
        limit: usize,
    },
    /// An attribute has an empty key.
    #[error("an attribute of the view of `{pattern}` has no key; give it one")]
    EmptyKey {
        /// The pattern of the view.
        pattern: String,
    },
    /// A common attribute has an empty key.
    #[error("a common attribute has no key; give it one")]
    EmptyCommonKey,
    /// Two attributes would have one key.
    #[error(
        "the view of `{pattern}` renames both `{first}` and `{second}` to `{new}`; give them \
         different keys, or drop one of them"
    )]
    RenamedToOneKey {
        /// The pattern of the view.
        pattern: String,
        /// One attribute.
        first: String,
        /// The other.
        second: String,
        /// The key that both would have.
        new: String,
    },
}

/// The sentence: a `main` that returns this error prints it so.
impl fmt::Debug for ViewError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        sentence(self, f)
    }
}
