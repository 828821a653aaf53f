//! The way out of a bridge, for its own families and for those of other collectors.

use std::collections::HashSet;

use kymo_exposition::{Family, Series, Sink};

use crate::series_key::SeriesKey;

/// Gives families to a sink, and knows the series of one that two collectors share.
pub(crate) struct Outlet<'a> {
    sink: &'a mut dyn Sink,
    is_shared: bool,
    given: HashSet<Box<[u8]>>,
    key: SeriesKey,
}

impl<'a> Outlet<'a> {
    pub(crate) fn new(sink: &'a mut dyn Sink) -> Self {
        Outlet { sink, is_shared: false, given: HashSet::new(), key: SeriesKey::default() }
    }

    /// Begins a family, of which another collector has series too if it `is_shared`.
    pub(crate) fn family(&mut self, family: &Family<'_>, is_shared: bool) {
        self.is_shared = is_shared;
        self.given.clear();
        self.sink.family(family);
    }

    /// Gives a series, of which its collector gives no second one.
    pub(crate) fn give(&mut self, series: &Series<'_>) {
        if self.is_shared {
            self.given.insert(self.key.of(series.labels).into());
        }
        self.sink.series(series);
    }

    /// As [`Outlet::give`], and says how many labels have the values that they have in the series before, whose labels
    /// have the same names; `None` where they have not.
    pub(crate) fn give_next(&mut self, series: &Series<'_>, same: Option<usize>) {
        if let Some(same) = same {
            self.sink.repeat_labels(same);
        }
        self.give(series);
    }

    /// Gives a series, or refuses it and says `false`: another collector gave one with the same labels.
    pub(crate) fn give_once(&mut self, series: &Series<'_>) -> bool {
        let is_new = !self.is_shared || self.given.insert(self.key.of(series.labels).into());
        if is_new {
            self.sink.series(series);
        }
        is_new
    }
}

#[cfg(test)]
mod tests {
    use kymo_exposition::{Kind, Label, Number, Value};

    use super::*;

    /// Counts series.
    #[derive(Default)]
    struct Count(usize);

    impl Sink for Count {
        fn family(&mut self, _: &Family<'_>) {}

        fn series(&mut self, _: &Series<'_>) {
            self.0 += 1;
        }
    }

    const FAMILY: Family<'_> = Family { name: "a", help: "", unit: "", kind: Kind::Gauge };

    fn series<'a>(labels: &'a [Label<'a>]) -> Series<'a> {
        let value = Value::Number(Number::U64(1), None);
        Series { labels, start_time: None, timestamp: None, value }
    }

    #[test]
    fn a_series_of_a_shared_family_is_given_once_until_the_next_family() {
        let (a, b) = (Label::new("a", "1"), Label::new("b", "2"));
        let mut count = Count::default();
        let mut outlet = Outlet::new(&mut count);
        outlet.family(&FAMILY, true);
        outlet.give(&series(&[a, b]));
        assert!(outlet.give_once(&series(&[a])));
        assert!(!outlet.give_once(&series(&[b, a])) && !outlet.give_once(&series(&[a])));
        outlet.family(&FAMILY, true);
        assert!(outlet.give_once(&series(&[b, a])));
        assert_eq!(count.0, 3);
    }

    #[test]
    fn nothing_is_compared_in_a_family_of_one_collector() {
        let mut count = Count::default();
        let mut outlet = Outlet::new(&mut count);
        outlet.family(&FAMILY, false);
        assert!(outlet.give_once(&series(&[])) && outlet.give_once(&series(&[])));
        assert_eq!(count.0, 2);
    }
}
