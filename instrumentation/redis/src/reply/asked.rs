//! Counts the entries that a command asked for, by whether they were there.

use std::slice;

use kymo_cache::CacheResult;
use redis::{Cmd, Value};

use super::{arguments::Arguments, plain, shares::share, tally::Tally};
use crate::{caches::Caches, command::Found};

/// Counts the entries at `arguments` by what `reply` tells, in the way `told`, and if the command
/// `takes` them out, those that were there as written.
pub(super) fn for_entries(
    caches: &Caches,
    cmd: &Cmd,
    arguments: Arguments,
    told: Found,
    reply: &Value,
    takes: bool,
) {
    let found = match (told, reply) {
        (Found::Whether, reply) => {
            return for_each(caches, cmd, arguments, slice::from_ref(reply), takes);
        }
        (Found::Each, Value::Array(replies)) => {
            return for_each(caches, cmd, arguments, replies, takes);
        }
        (Found::Parts, Value::Array(parts)) => i64::from(!parts.is_empty()),
        (Found::Parts, Value::Map(parts)) => i64::from(!parts.is_empty()),
        (Found::Number, Value::Int(number)) => *number,
        _ => return,
    };
    share(caches, cmd, arguments, found, |tally, key, found, missing| {
        tally.count(key, CacheResult::Hit, found);
        tally.count(key, CacheResult::Miss, missing);
    });
}

/// Counts one reply for each entry.
fn for_each(caches: &Caches, cmd: &Cmd, arguments: Arguments, replies: &[Value], takes: bool) {
    // So many replies are not to this command.
    if replies.len() as u64 != arguments.total() {
        return;
    }
    let mut tally = Tally::new(caches);
    let mut replies = replies.iter();
    for key in arguments.keys(cmd) {
        for reply in replies.by_ref().take(arguments.fields()) {
            let Some(result) = result(plain(reply)) else { continue };
            tally.count(key, result, 1);
            if takes && result == CacheResult::Hit {
                tally.count_writes(key, 1);
            }
        }
    }
}

/// The answer that an entry is, or a nil in its place.
fn result(reply: &Value) -> Option<CacheResult> {
    match reply {
        Value::BulkString(_) => Some(CacheResult::Hit),
        Value::Nil => Some(CacheResult::Miss),
        Value::ServerError(_) => Some(CacheResult::Error),
        _ => None,
    }
}
