//! The fault at a place in a file.

use std::path::PathBuf;

use crate::access::AccessError;

/// The fault at a place in a file.
#[derive(Debug)]
pub(super) struct Mistake {
    pub(super) line: usize,
    pub(super) key: String,
    pub(super) remedy: String,
}

impl Mistake {
    pub(super) fn of(self, file: PathBuf) -> AccessError {
        let Self { line, key, remedy } = self;
        AccessError::Mistake { file, line, key, remedy }
    }
}
