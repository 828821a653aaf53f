//! How a statement is kept from being measured twice.

use kymo_core::{Claim, ClaimedText};

/// How the pieces of one statement are claimed, where a second source is there.
#[derive(Debug, Clone, Copy)]
pub enum Claiming {
    /// All that runs on this thread meanwhile.
    Here,
    /// And what a driver does of it on a thread of its own.
    Carried,
    /// This one of what runs on this thread meanwhile.
    One(ClaimedText),
}

impl Claiming {
    /// Runs a piece of what the driver does, which nobody else is to measure.
    pub fn run<T>(self, piece: impl FnOnce() -> T) -> T {
        if !Claim::is_listened_to() {
            return piece();
        }
        match self {
            Self::Here => Claim::Statement.run(piece),
            Self::Carried => Claim::Statement.run_carried(piece),
            Self::One(text) => text.run(piece),
        }
    }
}
