//! The instruments of a client, and how it reads requests and errors.

use std::sync::Arc;

use crate::{instruments::Instruments, reading::Reading};

/// The instruments of a client, and how it reads requests and errors: cloned with it.
#[derive(Debug, Clone)]
pub(crate) struct Measure {
    pub(crate) instruments: Arc<Instruments>,
    pub(crate) reading: Arc<Reading>,
}
