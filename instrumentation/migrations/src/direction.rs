//! Which way migrations go.

/// The value of `kymo.migration.direction`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Direction {
    Up,
    Down,
    /// Marked as applied without being run.
    Skip,
}

impl Direction {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Up => "up",
            Self::Down => "down",
            Self::Skip => "skip",
        }
    }
}
