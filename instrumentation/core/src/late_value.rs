//! A value that takes its place in a budget when a statement succeeds.

use std::{
    hash::{Hash, Hasher},
    sync::OnceLock,
};

use crate::{Bounded, ValueBudget};

/// A value that a text says, such as its summary, which has a place in a budget only once the server took
/// such a statement: texts that are refused, such as those somebody tries out, leave the places to others.
///
/// Once it has a place, or there is none any more, it is one atomic load.
///
/// It is the same as another if they say the same, whichever has a place.
#[derive(Debug)]
pub struct LateValue {
    text: Box<str>,
    settled: OnceLock<Bounded>,
}

impl LateValue {
    /// A value that has no place yet.
    pub fn new(text: &str) -> Self {
        Self { text: Box::from(text), settled: OnceLock::new() }
    }

    /// Its place, which it takes now if it has none and there is one.
    pub fn admitted(&self, budget: &ValueBudget) -> Bounded {
        *self.settled.get_or_init(|| budget.admit(&self.text))
    }

    /// Its place, or one of the reserve.
    pub fn reserved(&self, budget: &ValueBudget) -> Bounded {
        if let Some(settled) = self.settled.get() {
            return *settled;
        }
        match budget.settled(&self.text) {
            Some(settled) => *self.settled.get_or_init(|| settled),
            None => budget.admit_in_reserve(&self.text),
        }
    }
}

impl PartialEq for LateValue {
    fn eq(&self, other: &Self) -> bool {
        self.text == other.text
    }
}

impl Eq for LateValue {}

impl Hash for LateValue {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.text.hash(state);
    }
}
