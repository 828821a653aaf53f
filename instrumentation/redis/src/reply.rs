//! Reads a command and its reply for the caches whose keys it names.
//!
//! A reply that is none of those that its command can have tells nothing, and neither does `QUEUED`,
//! which a command within a hand-written `MULTI` is answered with: nothing is guessed.

mod arguments;
mod asked;

mod set;
mod shares;
mod tally;
mod written;

use kymo_cache::CacheResult;
use redis::{Cmd, Value};

use self::{
    arguments::{Arguments, argument},
    tally::Tally,
};
use crate::{
    caches::Caches,
    command::{Command, Effect, Entries, Found},
};

/// Counts what `reply` tells of the entries that `cmd`, which is a `command`, asked for or wrote.
#[inline]
pub(crate) fn answered(caches: &Caches, command: Command, cmd: &Cmd, reply: &Value) {
    // The short way for the most common of all: one key, which is there or is not.
    let result = match reply {
        Value::BulkString(_) => CacheResult::Hit,
        Value::Nil => CacheResult::Miss,
        _ => return answered_otherwise(caches, command, cmd, reply),
    };
    if command.effect() != Effect::Asks(Entries::Key, Found::Whether) || cmd.is_no_response() {
        return answered_otherwise(caches, command, cmd, reply);
    }
    if let Some(cache) = argument(cmd, 1).and_then(|key| caches.of(key)) {
        cache.count(result, 1);
    }
}

#[inline(never)]
fn answered_otherwise(caches: &Caches, command: Command, cmd: &Cmd, reply: &Value) {
    let effect = command.effect();
    if effect == Effect::Nothing || caches.is_empty() || cmd.is_no_response() {
        return;
    }
    let reply = plain(reply);
    if matches!(reply, Value::ServerError(_)) {
        return unanswered(caches, command, cmd);
    }
    match effect {
        Effect::Asks(entries, told) | Effect::Takes(entries, told) => {
            if let Some(arguments) = Arguments::of(entries, cmd) {
                let takes = matches!(effect, Effect::Takes(..));
                asked::for_entries(caches, cmd, arguments, told, reply, takes);
            }
        }
        Effect::Writes(entries, done) => written::count(caches, cmd, entries, done, reply),
        Effect::Nothing => {}
    }
}

/// Counts an error for each entry that `cmd`, which is a `command`, asked for: it failed, or nobody
/// waited for its reply. Whether it wrote any is not known then.
pub(crate) fn unanswered(caches: &Caches, command: Command, cmd: &Cmd) {
    let (Effect::Asks(entries, _) | Effect::Takes(entries, _)) = command.effect() else { return };
    if caches.is_empty() || cmd.is_no_response() {
        return;
    }
    let Some(arguments) = Arguments::of(entries, cmd) else { return };
    let mut tally = Tally::new(caches);
    for key in arguments.keys(cmd) {
        tally.count(key, CacheResult::Error, arguments.each());
    }
}

/// A reply without what it is annotated with.
fn plain(reply: &Value) -> &Value {
    let mut reply = reply;
    while let Value::Attribute { data, .. } = reply {
        reply = data;
    }
    reply
}

#[cfg(test)]
mod tests;
