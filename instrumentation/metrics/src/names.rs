//! The names of metrics, and whose they are.

use std::{
    collections::HashMap,
    mem,
    sync::{Mutex, PoisonError},
};

use crate::{kind::FacadeKind, loss::Cause};

/// Metrics at most. Each has room for its series from the start, and a name that is made of what clients send
/// would take all memory.
pub(crate) const LIMIT: usize = 512;

/// The kind of each metric, by its name in small letters: the kind that came first has the name.
#[derive(Debug, Default)]
pub(crate) struct Names(Mutex<HashMap<String, Owner>>);

#[derive(Debug)]
struct Owner {
    kind: FacadeKind,
    /// Whether somebody was told that another kind wants the name.
    is_told: bool,
}

impl Names {
    /// Lets the metrics of `kind` have `name`.
    ///
    /// # Errors
    ///
    /// Says why not: what is recorded by that name is lost.
    pub(crate) fn claim(&self, name: &str, kind: FacadeKind) -> Result<(), Cause> {
        let mut owners = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let has_room = owners.len() < LIMIT;
        let Some(owner) = owners.get_mut(name) else {
            if !has_room {
                return Err(Cause::NameLimit);
            }
            owners.insert(name.to_owned(), Owner { kind, is_told: false });
            return Ok(());
        };
        if owner.kind == kind {
            return Ok(());
        }
        let (owned_by, is_news) = (owner.kind, !mem::replace(&mut owner.is_told, true));
        // A log that is itself measured may come back here.
        drop(owners);
        if is_news {
            tracing::warn!(
                "the metric {name} of the metrics facade is a {owned_by}, and is used as a {kind} too; what \
                 is recorded as a {kind} is lost: give it a name of its own"
            );
        }
        Err(Cause::Kind)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_kind_has_the_name_and_names_have_a_number() {
        let names = Names::default();
        assert_eq!(names.claim("x", FacadeKind::Gauge), Ok(()));
        assert_eq!(names.claim("x", FacadeKind::Gauge), Ok(()));
        assert_eq!(names.claim("x", FacadeKind::Counter), Err(Cause::Kind));
        for n in 1..LIMIT {
            assert_eq!(names.claim(&n.to_string(), FacadeKind::Counter), Ok(()));
        }
        assert_eq!(names.claim("y", FacadeKind::Gauge), Err(Cause::NameLimit));
        assert_eq!(names.claim("x", FacadeKind::Gauge), Ok(()));
    }
}
