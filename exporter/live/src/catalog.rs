//! All sections of the page, and what they are made of.

mod cache;
mod database;
mod http;
mod losses;
mod process;
mod program;

use std::collections::BTreeSet;

use crate::section::{Metric, Part, Section};

/// All sections, in the order of the page.
pub(crate) const SECTIONS: &[&Section] = &[
    &http::SERVER,
    &http::GRPC,
    &http::CLIENT,
    &database::SQL,
    &database::POOLS,
    &cache::CACHES,
    &database::REDIS,
    &program::REPOSITORIES,
    &program::MIGRATIONS,
    &process::PROCESS,
    &process::RUNTIMES,
    &losses::SCRAPES,
    &losses::LOSSES,
];

/// Every metric of OpenTelemetry that a section shows.
pub fn metrics() -> impl Iterator<Item = &'static Metric> {
    SECTIONS.iter().flat_map(|section| section.feeds).map(|feed| &feed.metric)
}

/// Every attribute of OpenTelemetry that a section looks at.
pub fn attributes() -> BTreeSet<&'static str> {
    let keys = SECTIONS.iter().flat_map(|section| section.key).map(|(attribute, _)| *attribute);
    let parts =
        SECTIONS.iter().flat_map(|section| section.feeds).filter_map(|feed| match feed.of {
            Part::All => None,
            Part::With(attribute, _) | Part::Without(attribute, _) => Some(attribute),
        });
    keys.chain(parts).chain([ERROR_TYPE]).filter(|attribute| !attribute.is_empty()).collect()
}

/// The attribute that a failure has.
pub(crate) const ERROR_TYPE: &str = "error.type";

#[cfg(test)]
mod tests {
    use super::*;
    use crate::section::{SLOTS, To, Value};

    #[test]
    fn every_section_has_its_own_id_and_each_of_its_columns_too() {
        let ids: BTreeSet<_> = SECTIONS.iter().map(|section| section.id).collect();
        assert_eq!(ids.len(), SECTIONS.len());
        for section in SECTIONS {
            let columns: BTreeSet<_> = section.columns.iter().map(|column| column.id).collect();
            assert_eq!(columns.len(), section.columns.len(), "{}", section.id);
            assert!(section.order < section.columns.len(), "{}", section.id);
        }
    }

    #[test]
    fn every_slot_that_a_column_reads_is_filled_by_a_metric() {
        for section in SECTIONS {
            let mut filled: BTreeSet<usize> = BTreeSet::new();
            let mut is_timed = false;
            for feed in section.feeds {
                match feed.to {
                    To::Slot(slot) | To::Total(slot) => {
                        filled.insert(slot);
                    }
                    To::Timed => {
                        filled.extend([crate::section::COUNT, crate::section::ERRORS]);
                        is_timed = true;
                    }
                }
            }
            assert!(filled.iter().all(|slot| *slot < SLOTS), "{}", section.id);
            for column in section.columns {
                let read = match column.value {
                    Value::Latest(slot) => vec![slot],
                    Value::Rate(slots) => slots.to_vec(),
                    Value::Share(slot, slots) => [&[slot], slots].concat(),
                    Value::Level(slot, other) | Value::RatePer(slot, other) => vec![slot, other],
                    Value::Quantile(_) => {
                        assert!(is_timed, "{} {}", section.id, column.id);
                        Vec::new()
                    }
                };
                assert!(
                    read.iter().all(|slot| filled.contains(slot)),
                    "{} {}",
                    section.id,
                    column.id
                );
            }
        }
    }
}
