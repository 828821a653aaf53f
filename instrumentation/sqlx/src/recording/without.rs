//! The measurements that a program leaves out.

/// Measurements that a pool goes without.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Without {
    pub(crate) returned_rows: bool,
    pub(crate) rows_changed: bool,
    pub(crate) summaries: bool,
}
