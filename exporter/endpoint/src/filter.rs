//! The families that a scraper wants.

use std::{borrow::Cow, collections::BTreeSet, iter};

use kymo_exposition::{Kind, Scheme};

/// Names of one request at most.
const NAMES: usize = 100;
/// Names that are looked for in one collection at most; where more are wanted, everything is written.
const TOGETHER: usize = 1_000;

/// The families that a scraper wants, by `name[]` of its query.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) enum Filter {
    #[default]
    All,
    Named(BTreeSet<String>),
}

/// A query has more names than are looked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct TooMany;

impl Filter {
    /// What the query of a request says, such as `name[]=up&name[]=jobs_total`; everything if it names
    /// nothing. Other keys mean nothing.
    ///
    /// # Errors
    ///
    /// [`TooMany`] when there are more than a hundred names.
    pub(crate) fn of(query: Option<&str>) -> Result<Self, TooMany> {
        let pairs = form_urlencoded::parse(query.unwrap_or_default().as_bytes());
        let mut names = BTreeSet::new();
        for (_, name) in pairs.filter(|(key, _)| key == "name[]") {
            names.insert(name.into_owned());
            if names.len() > NAMES {
                return Err(TooMany);
            }
        }
        Ok(if names.is_empty() { Self::All } else { Self::Named(names) })
    }

    /// Whether the family of that name and kind is wanted, or one of its samples, such as `…_bucket`: as its source
    /// names it, or as any page does.
    pub(crate) fn takes(&self, name: &str, kind: Kind) -> bool {
        match self {
            Self::All => true,
            Self::Named(names) => spellings(name).any(|name| has(names, &name, kind)),
        }
    }

    /// Takes what `other` takes too.
    pub(crate) fn widen(&mut self, other: &Self) {
        *self = match (std::mem::take(self), other) {
            (Self::Named(mut names), Self::Named(more)) => {
                names.extend(more.iter().cloned());
                if names.len() > TOGETHER { Self::All } else { Self::Named(names) }
            }
            _ => Self::All,
        };
    }

    pub(crate) fn is_all(&self) -> bool {
        *self == Self::All
    }
}

/// The name of a family, and how it is escaped.
fn spellings(name: &str) -> impl Iterator<Item = Cow<'_, str>> {
    let escaped = Scheme::ALL.into_iter().map(move |scheme| scheme.metric_name(name));
    iter::once(Cow::Borrowed(name)).chain(escaped.filter(move |escaped| escaped.as_ref() != name))
}

/// Whether a family of that name and kind is among `names`, or one of its samples.
fn has(names: &BTreeSet<String>, name: &str, kind: Kind) -> bool {
    // OpenMetrics calls the family so.
    let bare = bare(name, kind).unwrap_or(name);
    let is_named = |suffix: &&str| names.contains(&format!("{name}{suffix}"));
    let is_created = || {
        let has_start = matches!(kind, Kind::Counter | Kind::Histogram | Kind::Summary);
        has_start && names.contains(&format!("{bare}_created"))
    };
    names.contains(name)
        || names.contains(bare)
        || kind.suffixes().iter().any(is_named)
        || is_created()
}

/// The name of a family without the suffix that its kind gives to it.
fn bare(name: &str, kind: Kind) -> Option<&str> {
    match kind {
        Kind::Counter => name.strip_suffix("_total"),
        Kind::Info => name.strip_suffix("_info"),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn named(names: &[&str]) -> Filter {
        Filter::Named(names.iter().map(|&name| name.to_owned()).collect())
    }

    #[test]
    fn a_query_names_families_and_everything_else_in_it_means_nothing() {
        for (query, expected) in [
            (None, Filter::All),
            (Some(""), Filter::All),
            (Some("name=up&collect[]=cpu"), Filter::All),
            (Some("name[]=up"), named(&["up"])),
            (Some("name%5B%5D=up&x=1&name[]=a%3Ab"), named(&["up", "a:b"])),
            (Some("name[]=up&name[]=up"), named(&["up"])),
            (Some("name[]="), named(&[""])),
            (Some("name[]=%ff"), named(&["\u{fffd}"])),
        ] {
            assert_eq!(Filter::of(query), Ok(expected), "{query:?}");
        }
    }

    #[test]
    fn a_hundred_names_are_looked_for_and_no_more() {
        let query = |count: usize| {
            let names: Vec<_> = (0..count).map(|n| format!("name[]=n{n}")).collect();
            names.join("&")
        };
        assert!(Filter::of(Some(&query(100))).is_ok());
        assert_eq!(Filter::of(Some(&query(101))), Err(TooMany));
    }

    #[test]
    fn a_family_is_found_by_its_name_and_by_those_of_its_samples() {
        let filter = named(&["a", "b_bucket", "c_sum", "e", "f_total"]);
        for (name, kind, expected) in [
            ("a", Kind::Counter, true),
            ("a", Kind::Histogram, true),
            ("b", Kind::Histogram, true),
            ("b", Kind::Gauge, false),
            ("b", Kind::Summary, false),
            ("c", Kind::Summary, true),
            ("d", Kind::Gauge, false),
            ("e_total", Kind::Counter, true),
            ("e_info", Kind::Info, true),
            ("e_total", Kind::Gauge, false),
            ("e_info", Kind::Counter, false),
            ("f_total", Kind::Counter, true),
            ("f", Kind::Counter, false),
        ] {
            assert_eq!(filter.takes(name, kind), expected, "{name} {kind:?}");
            assert!(Filter::All.takes(name, kind));
        }
    }

    #[test]
    fn a_family_is_found_by_the_name_that_a_page_has_whatever_its_source_calls_it() {
        let requests = ("http.requests_total", Kind::Counter);
        let lag = ("lag", Kind::Histogram);
        for (asked, family, expected) in [
            ("http.requests_total", requests, true),
            ("http_requests_total", requests, true),
            ("http_requests", requests, true),
            ("http_dot_requests__total", requests, true),
            ("U__http_2e_requests__total", requests, true),
            ("http_requests_created", requests, true),
            ("http.requests_created", requests, true),
            ("http_requests_total_created", requests, false),
            ("http-requests_total", requests, false),
            ("lag_created", lag, true),
            ("lag_created", ("lag", Kind::Gauge), false),
            ("a_dot_b_count", ("a.b", Kind::Histogram), true),
        ] {
            assert_eq!(named(&[asked]).takes(family.0, family.1), expected, "{asked} {family:?}");
        }
    }

    #[test]
    fn what_several_want_is_what_each_wants() {
        let mut filter = named(&["a"]);
        filter.widen(&named(&["b"]));
        assert_eq!(filter, named(&["a", "b"]));
        filter.widen(&Filter::All);
        assert!(filter.is_all());
        filter.widen(&named(&["a"]));
        assert!(filter.is_all());
        let mut filter = named(&["a"]);
        for n in 0..2 * TOGETHER {
            filter.widen(&named(&[&n.to_string()]));
        }
        assert!(filter.is_all(), "names without end are not kept");
    }
}
