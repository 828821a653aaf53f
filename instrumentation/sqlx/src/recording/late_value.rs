//! A value that takes its place in a budget when a statement succeeds.

use std::sync::{Arc, OnceLock};

use kymo_core::{Bounded, ValueBudget};

/// A value that a text says, such as its summary, which has a place in a budget only once the server took
/// such a statement: texts that are refused, such as those somebody tries out, leave the places to others.
#[derive(Debug)]
pub(crate) struct LateValue {
    text: Arc<str>,
    settled: OnceLock<Bounded>,
}

/// A late value as it stands when a statement begins.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Value {
    /// Its place, or that there is none any more.
    Settled(Bounded),
    /// The text, which has no place yet.
    New(Arc<str>),
}

impl LateValue {
    pub(crate) fn new(text: &str) -> Self {
        Self { text: Arc::from(text), settled: OnceLock::new() }
    }

    /// The value as it stands now; one atomic load once that is settled.
    pub(crate) fn value(&self, budget: &ValueBudget) -> Value {
        if let Some(settled) = self.settled.get() {
            return Value::Settled(*settled);
        }
        match budget.settled(&self.text) {
            Some(settled) => Value::Settled(*self.settled.get_or_init(|| settled)),
            None => Value::New(Arc::clone(&self.text)),
        }
    }
}

impl Value {
    /// Its place, which it takes now if it has none and there is one.
    pub(crate) fn admitted(&self, budget: &ValueBudget) -> Bounded {
        match self {
            Self::Settled(settled) => *settled,
            Self::New(text) => budget.admit(text),
        }
    }

    /// Its place, or one of the reserve.
    pub(crate) fn reserved(&self, budget: &ValueBudget) -> Bounded {
        match self {
            Self::Settled(settled) => *settled,
            Self::New(text) => budget.admit_in_reserve(text),
        }
    }
}
