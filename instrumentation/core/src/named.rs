//! Series by the names that a program gives.

use std::{
    collections::HashMap,
    fmt,
    sync::{Arc, Mutex, PoisonError},
};

use opentelemetry::StringValue;

use crate::{Bounded, ValueBudget};

/// Finds, by a name that the program gives, the series that are bound to it: made when they are first
/// asked for, and the same for everybody.
///
/// Whoever asks for the cache `sessions` twice is given the same counters. Names that exceed the budget,
/// and empty ones, share those of `_OTHER`, and are counted once each time they are asked for.
pub struct Named<S> {
    names: ValueBudget,
    bound: Mutex<HashMap<Bounded, Arc<S>>>,
}

impl<S> Named<S> {
    /// Nothing is bound yet; there are as many names as `names` has room for, and `_OTHER`.
    pub fn new(names: ValueBudget) -> Self {
        Self { names, bound: Mutex::default() }
    }

    /// The one there is of `name`, which `bind` makes of the name's attribute value otherwise.
    ///
    /// Of two that ask at once, both may bind; the first one's is kept.
    pub fn get(&self, name: &str, bind: impl FnOnce(StringValue) -> S) -> Arc<S> {
        let name = self.names.bound_name(name);
        let bound = || self.bound.lock().unwrap_or_else(PoisonError::into_inner);
        let found = bound().get(&name).map(Arc::clone);
        found.unwrap_or_else(|| {
            // Bound while nothing is locked: binding waits for a collection that goes on.
            let new = Arc::new(bind(self.names.value(name).into()));
            Arc::clone(bound().entry(name).or_insert(new))
        })
    }
}

impl<S> fmt::Debug for Named<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Named").field("names", &self.names).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_bound_once_and_what_exceeds_the_budget_is_one() {
        let named = Named::new(ValueBudget::uncounted(2));
        let get = |name: &str| named.get(name, |value| value.as_str().to_owned());
        let (a, b) = (get("a"), get("b"));
        assert_eq!((a.as_str(), b.as_str()), ("a", "b"));
        assert!(Arc::ptr_eq(&a, &get("a")));
        let other = get("c");
        assert_eq!(*other, "_OTHER");
        for name in ["", "d", "_OTHER"] {
            assert!(Arc::ptr_eq(&other, &get(name)), "{name:?}");
        }
    }

    #[test]
    fn whoever_asks_while_another_binds_is_given_the_first() {
        let named = Named::new(ValueBudget::uncounted(1));
        let mut inner = None;
        let outer = named.get("a", |_| {
            inner = Some(named.get("a", |_| 1));
            2
        });
        assert_eq!((*outer, Some(outer)), (1, inner));
    }
}
