//! How many series each family has.

use kymo_exposition::{Family, Kind};

/// How many series each family has.
#[derive(Debug, Default)]
pub(crate) struct Census {
    largest: Vec<Count>,
    current: Option<Count>,
    pub(crate) families: u64,
    pub(crate) series: u64,
}

/// A family, and how many series it has.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Count {
    pub(crate) name: String,
    pub(crate) kind: Kind,
    pub(crate) series: u64,
}

/// Families that are shown at most.
pub(crate) const SHOWN: usize = 12;

impl Census {
    /// Begins a family.
    pub(crate) fn family(&mut self, family: &Family<'_>) {
        self.finish();
        let name = family.name.chars().take(120).collect();
        self.current = Some(Count { name, kind: family.kind, series: 0 });
    }

    /// Counts a series of it.
    pub(crate) fn series(&mut self) {
        if let Some(count) = &mut self.current {
            count.series += 1;
        }
    }

    /// Ends the last family. Those without series are none.
    pub(crate) fn finish(&mut self) {
        let Some(count) = self.current.take().filter(|count| count.series > 0) else { return };
        self.families += 1;
        self.series += count.series;
        let place = self.largest.partition_point(|other| other.series >= count.series);
        if place < SHOWN {
            self.largest.truncate(SHOWN - 1);
            self.largest.insert(place, count);
        }
    }

    /// The largest families, the very largest first.
    pub(crate) fn largest(&self) -> &[Count] {
        &self.largest
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_largest_families_are_known_and_all_are_counted() {
        let mut census = Census::default();
        for series in (0..40_u64).chain([20, 20]) {
            let name = format!("family_{series}");
            census.family(&Family { name: &name, help: "", unit: "", kind: Kind::Gauge });
            (0..series).for_each(|_| census.series());
        }
        census.finish();
        assert_eq!((census.families, census.series), (41, 780 + 40));
        let series: Vec<_> = census.largest().iter().map(|count| count.series).collect();
        assert_eq!(series, (28..40).rev().collect::<Vec<_>>());
    }
}
