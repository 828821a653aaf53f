//! Counts the entries that a command put in or took out.

use redis::{Cmd, Value};

use super::{
    arguments::{Arguments, argument},
    plain, set,
    shares::share,
    tally::Tally,
};
use crate::{
    caches::Caches,
    command::{Done, Entries},
};

/// Counts the entries of `cmd` that were written, as far as `reply` tells in the way of `done`.
pub(super) fn count(caches: &Caches, cmd: &Cmd, entries: Entries, done: Done, reply: &Value) {
    let number = match (done, reply) {
        (Done::Number, Value::Int(number)) => Some(*number),
        _ if wrote_all(cmd, done, reply) => None,
        _ => return,
    };
    if let (Entries::Key, None) = (entries, number) {
        // The short way for the most common of all.
        let cache = argument(cmd, 1).and_then(|key| caches.of(key));
        return cache.into_iter().for_each(|cache| cache.count_writes(1));
    }
    let Some(arguments) = Arguments::of(entries, cmd) else { return };
    if let Some(number) = number {
        let tell = |tally: &mut Tally<'_>, key: &[u8], written, _| tally.count_writes(key, written);
        return share(caches, cmd, arguments, number, tell);
    }
    let mut tally = Tally::new(caches);
    for key in arguments.keys(cmd) {
        tally.count_writes(key, arguments.each());
    }
}

fn wrote_all(cmd: &Cmd, done: Done, reply: &Value) -> bool {
    match (done, reply) {
        (Done::Okay, Value::Okay)
        | (Done::One, Value::Int(1))
        | (Done::Before, Value::Nil | Value::BulkString(_))
        | (Done::After, Value::Int(_) | Value::Double(_) | Value::BulkString(_)) => true,
        (Done::Positive, Value::Int(number)) => *number > 0,
        (Done::Set, reply) => set::wrote(cmd, reply),
        // Nothing put anywhere makes no entry, and changes none.
        (Done::Range, Value::Int(_)) => argument(cmd, 3).is_some_and(|value| !value.is_empty()),
        (Done::Increment, Value::Array(numbers)) => {
            matches!(&numbers[..], [_, by] if is_number_but_zero(plain(by)))
        }
        _ => false,
    }
}

fn is_number_but_zero(reply: &Value) -> bool {
    match reply {
        Value::Int(number) => *number != 0,
        Value::Double(number) => *number != 0.0,
        Value::BulkString(text) => {
            let number = str::from_utf8(text).ok().and_then(|text| text.parse::<f64>().ok());
            number.is_some_and(|number| number != 0.0)
        }
        _ => false,
    }
}
