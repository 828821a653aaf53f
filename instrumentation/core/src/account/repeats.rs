//! The queries that one request repeats.

use std::sync::Arc;

use crate::Bounded;

/// Counts the queries of one request by their summary.
///
/// It has room for [`ROOM`] summaries; one more takes the place of the one that came least. So one that comes in a
/// row, or more often than all others together, is found whatever else there is, and none is taken for one that came
/// oftener than it did.
#[derive(Debug)]
pub(super) struct Repeats {
    seen: [Seen; ROOM],
    /// How often makes one a repeated one.
    limit: u16,
    /// Those that came so often.
    texts: Vec<Arc<str>>,
}

/// How many different summaries of one request are looked at.
const ROOM: usize = 16;

#[derive(Debug, Clone, Copy)]
struct Seen {
    summary: Summary,
    times: u16,
}

/// A summary, as whoever bounds it calls it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Summary {
    pub(super) source: u16,
    pub(super) value: Bounded,
}

impl Repeats {
    pub(super) fn new(limit: u16) -> Self {
        let nothing = Seen { summary: Summary { source: 0, value: Bounded::OTHER }, times: 0 };
        Self { seen: [nothing; ROOM], limit, texts: Vec::new() }
    }

    /// One more query has this summary.
    #[inline]
    pub(super) fn see(&mut self, summary: Summary, text: impl FnOnce() -> Arc<str>) {
        let times = match self.seen.iter_mut().find(|it| it.times == 0 || it.summary == summary) {
            Some(seen) => {
                seen.summary = summary;
                seen.times = seen.times.saturating_add(1);
                seen.times
            }
            None => self.take_a_place(summary),
        };
        if times == self.limit {
            self.repeated(text());
        }
    }

    #[cold]
    fn take_a_place(&mut self, summary: Summary) -> u16 {
        if let Some(least) = self.seen.iter_mut().min_by_key(|it| it.times) {
            *least = Seen { summary, times: 1 };
        }
        1
    }

    #[cold]
    fn repeated(&mut self, text: Arc<str>) {
        // One that lost its place and came again is no further one.
        if self.texts.len() < ROOM && !self.texts.contains(&text) {
            self.texts.push(text);
        }
    }

    pub(super) fn take(&mut self) -> Vec<Arc<str>> {
        std::mem::take(&mut self.texts)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn repeated(summaries: impl IntoIterator<Item = usize>, limit: u16) -> Vec<String> {
        let mut repeats = Repeats::new(limit);
        for number in summaries {
            let summary = Summary { source: 1, value: Bounded::at(number) };
            repeats.see(summary, || Arc::from(number.to_string()));
        }
        repeats.take().iter().map(ToString::to_string).collect()
    }

    #[test]
    fn one_that_comes_in_a_row_is_found_after_any_others() {
        let others = (0..500).flat_map(|number| [number, number]);
        assert_eq!(repeated(others.chain([7; 10]), 10), ["7"]);
        assert_eq!(repeated([3; 9], 10), [""; 0]);
        assert_eq!(repeated([3; 30], 10), ["3"], "once");
    }

    proptest! {
        #[test]
        fn of_a_few_all_that_come_so_often_are_found_and_no_others(
            summaries in proptest::collection::vec(0_usize..16, 0..200),
        ) {
            let mut found = repeated(summaries.clone(), 10);
            let often = |number: &usize| summaries.iter().filter(|it| *it == number).count() >= 10;
            let mut expected: Vec<_> =
                (0..16).filter(often).map(|number| number.to_string()).collect();
            found.sort();
            expected.sort();
            prop_assert_eq!(found, expected);
        }

        #[test]
        fn of_many_none_is_found_that_does_not_come_so_often(
            summaries in proptest::collection::vec(0_usize..40, 0..400),
        ) {
            for number in repeated(summaries.clone(), 10) {
                let number: usize = number.parse().unwrap();
                prop_assert!(summaries.iter().filter(|it| **it == number).count() >= 10);
            }
        }
    }
}
