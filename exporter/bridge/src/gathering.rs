//! The families of a registry, gathered by a deadline.

use std::{
    cell::Cell,
    panic::{AssertUnwindSafe, catch_unwind},
    time::Instant,
};

use prometheus::{Registry, proto::MetricFamily};

use crate::{
    apart::{Apart, Failure},
    loss::{Cause, Losses},
};

/// The gathering under way on this thread.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Gathering {
    /// The number of the bridge it is for, or 0.
    pub(crate) bridge: u64,
    /// Until when.
    pub(crate) deadline: Option<Instant>,
}

impl Gathering {
    /// The one on this thread.
    pub(crate) fn current() -> Self {
        CURRENT.get()
    }

    /// All families of `registry`: none if one of its collectors panics, or is late and `apart`.
    pub(crate) fn of(
        self,
        registry: &Registry,
        apart: &Apart,
        losses: &Losses,
    ) -> Vec<MetricFamily> {
        let registry = registry.clone();
        let gather = move || {
            let _before = Restored(CURRENT.replace(self));
            registry.gather()
        };
        let gathered = match self.deadline {
            // Whoever has no deadline waits for as long as it takes.
            None => catch_unwind(AssertUnwindSafe(gather)).map_err(|panic| {
                // It may panic again when it is dropped.
                std::mem::forget(panic);
                Failure::Panicked
            }),
            Some(deadline) => apart.run(deadline, gather),
        };
        gathered.unwrap_or_else(|failure| {
            let cause = match failure {
                Failure::Panicked => Cause::RegistryPanicked,
                Failure::Late => Cause::RegistryLate,
            };
            losses.record("", cause);
            Vec::new()
        })
    }
}

/// Puts back what there was, even if gathering panics.
struct Restored(Gathering);

impl Drop for Restored {
    fn drop(&mut self) {
        CURRENT.set(self.0);
    }
}

thread_local! {
    static CURRENT: Cell<Gathering> = const { Cell::new(Gathering { bridge: 0, deadline: None }) };
}
