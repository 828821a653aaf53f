//! Which family is which metric.

use std::collections::HashMap;

use crate::{catalog::SECTIONS, section::Metric};

/// The families that sections are made of, by their names.
#[derive(Debug)]
pub(crate) struct Index(HashMap<String, Vec<Place>>);

/// A feed, by the places of its section and of itself there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Place {
    pub(crate) section: usize,
    pub(crate) feed: usize,
}

impl Index {
    /// Of families that `name` names.
    pub(crate) fn new(name: impl Fn(&Metric) -> String) -> Self {
        let mut places: HashMap<String, Vec<Place>> = HashMap::new();
        for (section, of) in SECTIONS.iter().enumerate() {
            for (feed, fed) in of.feeds.iter().enumerate() {
                places.entry(name(&fed.metric)).or_default().push(Place { section, feed });
            }
        }
        Self(places)
    }

    /// The feeds that a family is.
    pub(crate) fn find(&self, family: &str) -> &[Place] {
        self.0.get(family).map_or(&[], Vec::as_slice)
    }
}
