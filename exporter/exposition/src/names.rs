//! The names that the families of one document own.

use std::collections::HashMap;

use crate::Kind;

/// The names that the families of a document own, so that no two can be mistaken for each other.
///
/// A histogram `a` also owns the names of its samples: `a_bucket`, `a_sum` and `a_count`. A gauge
/// `a_count` beside it would be read as one of them, and parsers refuse such a document.
///
/// OpenMetrics reserves more: [`Names::openmetrics`].
#[derive(Debug, Clone, Default)]
pub struct Names {
    owners: HashMap<Box<str>, Kind>,
    scratch: String,
    is_openmetrics: bool,
}

/// Why a family cannot have its name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Clash {
    /// The family that owns the name already.
    pub owner: Box<str>,
    /// The kind of that family.
    pub kind: Kind,
}

impl Names {
    /// The names of a document in OpenMetrics 1, in which the family `a` of a counter owns `a_total`, and that
    /// of an info `a_info`; counters, histograms and summaries own `a_created` whether it is written or not.
    pub fn openmetrics() -> Self {
        Names { is_openmetrics: true, ..Names::default() }
    }

    /// Takes a name for a family of this kind.
    ///
    /// # Errors
    ///
    /// When the name, or the name of a sample of such a family, already belongs to another one.
    pub fn claim(&mut self, name: &str, kind: Kind) -> Result<(), Clash> {
        if let Some(clash) = self.clash(name, kind) {
            return Err(clash);
        }
        self.owners.insert(name.into(), kind);
        Ok(())
    }

    /// Forgets all names and keeps the memory.
    pub fn clear(&mut self) {
        self.owners.clear();
    }

    fn clash(&mut self, name: &str, kind: Kind) -> Option<Clash> {
        self.owned(name)
            .or_else(|| self.sample_of_another(name))
            .or_else(|| self.own_sample(name, kind))
    }

    fn owned(&self, name: &str) -> Option<Clash> {
        let (owner, &kind) = self.owners.get_key_value(name)?;
        Some(Clash { owner: owner.clone(), kind })
    }

    fn sample_of_another(&self, name: &str) -> Option<Clash> {
        [Kind::Histogram, Kind::Summary, Kind::Counter, Kind::Info].into_iter().find_map(|kind| {
            self.suffixes(kind).iter().find_map(|suffix| {
                self.owned(name.strip_suffix(suffix)?).filter(|clash| clash.kind == kind)
            })
        })
    }

    fn own_sample(&mut self, name: &str, kind: Kind) -> Option<Clash> {
        self.suffixes(kind).iter().find_map(|suffix| {
            self.scratch.clear();
            self.scratch.push_str(name);
            self.scratch.push_str(suffix);
            self.owned(&self.scratch)
        })
    }

    /// The suffixes that samples of this kind add to the name of their family.
    const fn suffixes(&self, kind: Kind) -> &'static [&'static str] {
        match kind {
            _ if !self.is_openmetrics => kind.suffixes(),
            Kind::Counter => &["_total", "_created"],
            Kind::Histogram => &["_bucket", "_sum", "_count", "_created"],
            Kind::Summary => &["_sum", "_count", "_created"],
            Kind::Info => &["_info"],
            Kind::Gauge | Kind::StateSet | Kind::Unknown => &[],
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_has_one_owner() {
        let mut names = Names::default();
        assert_eq!(names.claim("a", Kind::Gauge), Ok(()));
        let clash = Clash { owner: "a".into(), kind: Kind::Gauge };
        assert_eq!(names.claim("a", Kind::Gauge), Err(clash));
        names.clear();
        assert_eq!(names.claim("a", Kind::Counter), Ok(()));
    }

    #[test]
    fn the_samples_of_a_histogram_belong_to_it() {
        for suffix in ["_bucket", "_sum", "_count"] {
            let sample = format!("a{suffix}");

            let mut names = Names::default();
            assert_eq!(names.claim("a", Kind::Histogram), Ok(()));
            let owner = names.claim(&sample, Kind::Gauge).unwrap_err().owner;
            assert_eq!(&*owner, "a");

            let mut names = Names::default();
            assert_eq!(names.claim(&sample, Kind::Gauge), Ok(()));
            let owner = names.claim("a", Kind::Histogram).unwrap_err().owner;
            assert_eq!(*owner, *sample);
        }
    }

    #[test]
    fn more_samples_belong_to_a_family_of_openmetrics() {
        let owned = [
            (Kind::Counter, &["_total", "_created"][..]),
            (Kind::Info, &["_info"]),
            (Kind::Histogram, &["_bucket", "_sum", "_count", "_created"]),
            (Kind::Summary, &["_sum", "_count", "_created"]),
        ];
        for (kind, suffixes) in owned {
            for suffix in suffixes {
                let sample = format!("a{suffix}");
                for [first, second] in [["a", &*sample], [&*sample, "a"]] {
                    let kinds =
                        if first == "a" { [kind, Kind::Gauge] } else { [Kind::Gauge, kind] };
                    let mut names = Names::openmetrics();
                    assert_eq!(names.claim(first, kinds[0]), Ok(()));
                    assert!(names.claim(second, kinds[1]).is_err(), "{second} behind {first}");
                }
            }
        }
    }

    #[test]
    fn a_gauge_reserves_nothing_but_its_name() {
        let mut names = Names::default();
        assert_eq!(names.claim("a", Kind::Gauge), Ok(()));
        assert_eq!(names.claim("a_count", Kind::Counter), Ok(()));
        assert_eq!(names.claim("a_bucket", Kind::Summary), Ok(()));
    }
}
