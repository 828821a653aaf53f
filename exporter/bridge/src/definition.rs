//! The names, kinds and texts of all families so far.

use std::{
    collections::{HashMap, hash_map::Entry},
    sync::Arc,
};

use kymo_exposition::{Kind, Names};

use crate::{
    loss::{Cause, Losses},
    name::FamilyName,
};

/// The name, kind and texts of a family. They never change after the first scrape that has the family.
#[derive(Debug)]
pub(crate) struct Definition {
    /// The name, in the spelling of the first metric that has it.
    pub(crate) name: String,
    /// The name without UTF-8, by which families are one or another.
    pub(crate) key: String,
    pub(crate) kind: Kind,
    pub(crate) help: String,
    pub(crate) unit: String,
}

/// All families so far. The first metric of a name keeps it, so that scrapes do not contradict each other.
#[derive(Debug, Default)]
pub(crate) struct Definitions {
    by_key: HashMap<String, Arc<Definition>>,
    names: Names,
}

impl Definitions {
    /// The family of this name, or `None` after recording why a metric cannot be part of it.
    pub(crate) fn admit(
        &mut self,
        family: FamilyName,
        kind: Kind,
        help: &str,
        losses: &Losses,
    ) -> Option<Arc<Definition>> {
        let vacant = match self.by_key.entry(family.key().into_owned()) {
            Entry::Vacant(vacant) => vacant,
            Entry::Occupied(known) => {
                let known = known.get();
                if known.kind != kind {
                    let cause = Cause::TypeConflict { kept: known.kind, dropped: kind };
                    losses.record(&known.name, cause);
                    return None;
                }
                if known.help != help && !help.is_empty() {
                    losses.record(&known.name, Cause::HelpConflict);
                }
                return Some(Arc::clone(known));
            }
        };
        if let Err(clash) = self.names.claim(vacant.key(), kind) {
            let cause = Cause::NameTaken { owner: clash.owner.into() };
            losses.record(&family.name, cause);
            return None;
        }
        let definition = Definition {
            key: vacant.key().clone(),
            name: family.name,
            kind,
            help: help.to_owned(),
            unit: family.unit.into_owned(),
        };
        Some(Arc::clone(vacant.insert(Arc::new(definition))))
    }
}
