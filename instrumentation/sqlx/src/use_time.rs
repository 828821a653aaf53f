//! The time for which a connection was handed out.

use std::{sync::Arc, time::Instant};

use crate::measures::Measures;

/// Records, when it is dropped, how long a connection was in use.
#[derive(Debug)]
pub(crate) struct UseTime {
    /// `None` once it is not to be recorded.
    measures: Option<Arc<Measures>>,
    since: Instant,
}

impl UseTime {
    pub(crate) fn since(measures: Arc<Measures>, since: Instant) -> Self {
        Self { measures: Some(measures), since }
    }

    /// Records nothing: its end will not be seen.
    pub(crate) fn forget(mut self) {
        self.measures = None;
    }
}

impl Drop for UseTime {
    fn drop(&mut self) {
        if let Some(measures) = &self.measures {
            measures.pool().record_use(self.since.elapsed());
        }
    }
}
