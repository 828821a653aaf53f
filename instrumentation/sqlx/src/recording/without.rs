//! What a program leaves out.

/// What is not measured of a pool.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Without {
    pub(crate) returned_rows: bool,
    pub(crate) rows_changed: bool,
    pub(crate) summaries: bool,
}
