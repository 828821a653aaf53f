//! How an operation ended.

use crate::{Bounded, KnownValues};

/// How an operation ended; [`Outcome::Cancelled`] until something better is known, because a
/// future that is dropped gets no chance to say so.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Outcome {
    /// It was dropped before it could end, such as by a time-out of the caller.
    #[default]
    Cancelled,
    /// It ended well.
    Success,
    /// Its own code unwound.
    Panic,
    /// It ran out of time, and said so.
    Timeout,
    /// It failed in a way its instrumentation has a name for.
    Failed(Bounded),
}

impl Outcome {
    /// The value of `error.type`, where `failures` names what [`Outcome::Failed`] holds; absent on
    /// success, as the conventions on recording errors ask.
    pub fn error_type(self, failures: &KnownValues) -> Option<&str> {
        match self {
            Self::Success => None,
            Self::Cancelled => Some("cancelled"),
            Self::Panic => Some("panic"),
            Self::Timeout => Some("timeout"),
            Self::Failed(failure) => Some(failures.value(failure)),
        }
    }
}
