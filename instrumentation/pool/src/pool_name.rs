//! The name of a pool.

use std::fmt;

use kymo_core::Bounded;
use opentelemetry::StringValue;

/// A name that is taken for as long as a pool holds it.
#[derive(Debug)]
pub struct PoolName {
    pub(crate) bounded: Bounded,
    value: StringValue,
}

/// Why a pool cannot have the name that it was given.
#[derive(Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum PoolNameError {
    /// A pool that is still measured has it.
    #[error("a measured pool is already called {name:?}; give one of the two another name")]
    #[non_exhaustive]
    Taken {
        /// The name.
        name: String,
    },
    /// It is empty, or what pools are called that have no name of their own.
    #[error("a pool cannot be called {name:?}; give it another name")]
    #[non_exhaustive]
    Reserved {
        /// The name.
        name: String,
    },
}

impl PoolName {
    pub(crate) fn new(bounded: Bounded, value: StringValue) -> Self {
        Self { bounded, value }
    }

    /// The value of `db.client.connection.pool.name`: the name, or `_OTHER` for the 65th and later ones.
    pub fn value(&self) -> &StringValue {
        &self.value
    }
}

/// The sentence: a `main` that returns this error prints it so.
impl fmt::Debug for PoolNameError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        kymo_core::sentence(self, f)
    }
}
