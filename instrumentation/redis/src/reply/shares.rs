//! Of which caches the entries are that a reply only gives the number of.

use redis::Cmd;

use super::{arguments::Arguments, tally::Tally};
use crate::caches::Caches;

/// Tells for each key how many of the entries at `arguments` are meant, and how many are not, if
/// `number` of them are; not at all, if that is not known.
///
/// It is, if all are of one cache, or if none or all of them are meant.
pub(super) fn share(
    caches: &Caches,
    cmd: &Cmd,
    arguments: Arguments,
    number: i64,
    tell: impl Fn(&mut Tally<'_>, &[u8], u64, u64),
) {
    let total = arguments.total();
    let Some(number) = u64::try_from(number).ok().filter(|number| *number <= total) else { return };
    let Some(first) = arguments.keys(cmd).next() else { return };
    let cache = caches.of(first);
    let mut tally = Tally::new(caches);
    if arguments.keys(cmd).all(|key| caches.of(key) == cache) {
        tell(&mut tally, first, number, total - number);
    } else if number == 0 {
        arguments.keys(cmd).for_each(|key| tell(&mut tally, key, 0, arguments.each()));
    } else if number == total {
        arguments.keys(cmd).for_each(|key| tell(&mut tally, key, arguments.each(), 0));
    }
}
