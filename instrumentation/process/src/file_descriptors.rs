//! How many files the process has open.

use std::{
    fs,
    path::Path,
    sync::{Mutex, PoisonError},
    time::{Duration, Instant},
};

/// How many files are open, by their directory in `/proc`.
///
/// Linux tells since 6.2. Before that they must be listed, which takes a microsecond or two for
/// each; a number that took long to find is kept for a while.
pub(crate) fn count(directory: &Path) -> Option<u64> {
    static LISTING: Listing = Listing(Mutex::new(None));

    counted_by_kernel(directory).or_else(|| LISTING.count(|| listed(directory)))
}

/// The size of the directory, which is the number of its entries since Linux 6.2, and 0 before.
fn counted_by_kernel(directory: &Path) -> Option<u64> {
    fs::metadata(directory).ok().map(|directory| directory.len()).filter(|count| *count > 0)
}

/// The number of entries, without the one that listing them takes.
fn listed(directory: &Path) -> Option<u64> {
    let entries = fs::read_dir(directory).ok()?.count();
    u64::try_from(entries).ok()?.checked_sub(1)
}

/// Lists for at most a hundredth of the time.
struct Listing(Mutex<Option<Listed>>);

struct Listed {
    count: u64,
    at: Instant,
    took: Duration,
}

impl Listing {
    fn count(&self, list: impl FnOnce() -> Option<u64>) -> Option<u64> {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(last) = &*kept
            && last.at.elapsed() < last.took.saturating_mul(100)
        {
            return Some(last.count);
        }
        let begin = Instant::now();
        let count = list()?;
        *kept = Some(Listed { count, at: Instant::now(), took: begin.elapsed() });
        Some(count)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_counts_what_the_kernel_counts() {
        let directory = Path::new("/proc/self/fd");
        // Other tests of this process open files too.
        let same = |()| {
            let before = listed(directory);
            let counted = counted_by_kernel(directory);
            before.is_some()
                && (counted.is_none() || counted == before && counted == listed(directory))
        };
        assert!([(); 100].into_iter().any(same));
    }

    #[test]
    fn what_took_long_to_find_is_kept_for_a_while() {
        let listing =
            |took| Listing(Mutex::new(Some(Listed { count: 7, at: Instant::now(), took })));
        assert_eq!(listing(Duration::from_secs(1)).count(|| Some(8)), Some(7));
        assert_eq!(listing(Duration::ZERO).count(|| Some(8)), Some(8));
        assert_eq!(Listing(Mutex::new(None)).count(|| Some(8)), Some(8));
    }

    #[test]
    fn what_cannot_be_listed_is_absent() {
        assert_eq!(count(Path::new("/proc/self/nothing")), None);
    }
}
