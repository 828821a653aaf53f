//! A transcript of what a program sees of its Redis, to be compared with that of another.

use std::fmt::Debug;

use redis::{ErrorKind, RedisError, RedisResult};

/// Everything that was noted, in order, one line each.
#[derive(Debug, Default, PartialEq)]
pub(crate) struct Transcript(pub(crate) Vec<String>);

impl Transcript {
    /// Something that was seen.
    pub(crate) fn note(&mut self, what: &str, seen: impl Debug) {
        self.0.push(format!("{what}: {seen:?}"));
    }

    /// How something ended, and whether well.
    pub(crate) fn tried<T: Debug>(&mut self, what: &str, end: &RedisResult<T>) -> bool {
        match end {
            Ok(value) => self.note(what, value),
            Err(error) => self.0.push(format!("{what}: {}", told(error))),
        }
        end.is_ok()
    }
}

/// All that an error tells a program, and what a log would. Which of two ends of a lost connection
/// is seen first differs from time to time, and so does its text.
pub(crate) fn told(error: &RedisError) -> String {
    let is = [
        ("timeout", error.is_timeout()),
        ("refused", error.is_connection_refusal()),
        ("dropped", error.is_connection_dropped()),
        ("unrecoverable", error.is_unrecoverable_error()),
    ];
    let is = is.into_iter().filter_map(|(word, is)| is.then_some(word)).collect::<Vec<_>>();
    let (kind, code, detail) = (error.kind(), error.code(), error.detail());
    let text = if kind == ErrorKind::Io { String::new() } else { error.to_string() };
    format!("{kind:?} {code:?} {detail:?} {is:?} {text}")
}
