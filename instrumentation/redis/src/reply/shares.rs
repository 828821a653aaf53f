//! Of which caches the entries are that a reply only gives the number of.

use redis::Cmd;

use super::{places::Places, tally::Tally};
use crate::caches::Caches;

/// Tells for each key how many of the entries at `places` are meant, and how many are not, if
/// `number` of them are; not at all, if that is not known.
///
/// It is, if all are of one cache, or if none or all of them are meant.
pub(super) fn share(
    caches: &Caches,
    cmd: &Cmd,
    places: Places,
    number: i64,
    tell: impl Fn(&mut Tally<'_>, &[u8], u64, u64),
) {
    let total = places.total();
    let Some(number) = u64::try_from(number).ok().filter(|number| *number <= total) else { return };
    let Some(first) = places.keys(cmd).next() else { return };
    let cache = caches.of(first);
    let mut tally = Tally::new(caches);
    if places.keys(cmd).all(|key| caches.of(key) == cache) {
        tell(&mut tally, first, number, total - number);
    } else if number == 0 {
        places.keys(cmd).for_each(|key| tell(&mut tally, key, 0, places.each()));
    } else if number == total {
        places.keys(cmd).for_each(|key| tell(&mut tally, key, places.each(), 0));
    }
}
