//! The time for which a connection was handed out.

use std::{ops::Deref, sync::Arc, time::Instant};

use crate::measures::Measures;

/// Records, when it is dropped, how long a connection was in use.
#[derive(Debug)]
pub(crate) struct UseTime<M: Deref<Target = Measures> = Arc<Measures>> {
    /// `None` once it is not to be recorded.
    measures: Option<M>,
    since: Instant,
}

impl<M: Deref<Target = Measures>> UseTime<M> {
    pub(crate) fn since(measures: M, since: Instant) -> Self {
        Self { measures: Some(measures), since }
    }

    /// Records nothing: its end will not be seen.
    pub(crate) fn forget(mut self) {
        self.measures = None;
    }
}

impl<M: Deref<Target = Measures>> Drop for UseTime<M> {
    fn drop(&mut self) {
        if let Some(measures) = &self.measures {
            measures.pool().record_use(self.since.elapsed());
        }
    }
}
