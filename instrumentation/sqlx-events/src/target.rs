//! The targets of the events that sqlx writes.

use tracing::Metadata;

/// What an event of sqlx is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Target {
    /// A statement that has ended: `sqlx::query`.
    Statement,
    /// A connection that a pool has handed out: `sqlx::pool::acquire`.
    Wait,
}

impl Target {
    /// What an event, or the question whether anybody wants it, is about; `None` of all others.
    pub(crate) fn of(metadata: &Metadata<'_>) -> Option<Self> {
        match metadata.target() {
            _ if metadata.is_span() => None,
            "sqlx::query" => Some(Self::Statement),
            "sqlx::pool::acquire" => Some(Self::Wait),
            _ => None,
        }
    }
}
