//! A transcript of what a program sees of its database, to be compared with that of another.

use std::fmt::{Debug, Display};

use sqlx::Error;

/// Everything that was noted, in order, one line each.
#[derive(Debug, Default, PartialEq)]
pub(crate) struct Transcript(pub(crate) Vec<String>);

impl Transcript {
    /// Something that was seen.
    pub(crate) fn note(&mut self, what: &str, seen: impl Debug) {
        self.0.push(format!("{what}: {seen:?}"));
    }

    /// How something ended. Of an error: all that its type tells, and what a log would.
    pub(crate) fn tried<T: Debug, E: Debug + Display>(&mut self, what: &str, end: Result<T, E>) {
        match end {
            Ok(value) => self.note(what, value),
            Err(error) => self.0.push(format!("{what}: error {error:?}: {error}")),
        }
    }

    /// How something ended, where the texts of errors differ from time to time.
    pub(crate) fn told(&mut self, what: &str, end: &sqlx::Result<()>) {
        let how = match end {
            Ok(()) => "ok".to_owned(),
            Err(Error::Database(error)) => {
                format!("{:?} {}", error.kind(), error.code().unwrap_or_default())
            }
            Err(error) => {
                let variant = format!("{error:?}");
                variant.split(['(', ' ', '{']).next().unwrap_or_default().to_owned()
            }
        };
        self.0.push(format!("{what}: {how}"));
    }
}
