//! The meters that a configuration file switches off.

use super::wildcard;

/// Which meters measure, by their names; all of them unless a configuration file says otherwise.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Meters {
    /// Patterns of names, in which case counts, and whether such meters measure. The first that matches
    /// counts.
    pub(crate) named: Vec<(String, bool)>,
    /// Whether all others measure.
    pub(crate) others: bool,
}

impl Default for Meters {
    fn default() -> Self {
        Meters { named: Vec::new(), others: true }
    }
}

impl Meters {
    /// Whether the meter called `name` measures.
    pub(crate) fn measures(&self, name: &str) -> bool {
        let is_it =
            |(pattern, _): &&(String, bool)| wildcard::matches(pattern, name, |a, b| a == b);
        self.named.iter().find(is_it).map_or(self.others, |(_, measures)| *measures)
    }

    /// Whether all of them do.
    pub(crate) fn is_all(&self) -> bool {
        self.others && self.named.iter().all(|(_, measures)| *measures)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_pattern_that_matches_counts() {
        let named = [("io.a.b", true), ("io.a.*", false), ("io.?", false)];
        let named = named.map(|(name, measures)| (name.to_owned(), measures)).to_vec();
        let meters = |others| Meters { named: named.clone(), others };
        for (name, with, without) in [
            ("io.a.b", true, true),
            ("io.a.c", false, false),
            ("io.x", false, false),
            ("IO.x", true, false),
            ("shop", true, false),
        ] {
            assert_eq!(meters(true).measures(name), with, "{name}");
            assert_eq!(meters(false).measures(name), without, "{name}");
        }
        assert!(Meters::default().is_all() && !meters(true).is_all() && !meters(false).is_all());
    }
}
