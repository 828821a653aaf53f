//! The names, kinds and texts of all families so far.

use std::{
    collections::{HashMap, hash_map::Entry},
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
};

use kymo_exposition::{Kind, Names};

use crate::{
    loss::{Cause, Losses},
    name::FamilyName,
    spellings::Spellings,
};

/// The name, kind and texts of a family. They never change after the first scrape that has the family, but for
/// the name, which loses its UTF-8 when a metric comes that spells it in another way.
#[derive(Debug)]
pub(crate) struct Definition {
    /// The name, in the spelling of the first metric that has it.
    spelt: String,
    /// Whether another metric spells it in another way.
    is_twin: AtomicBool,
    /// Of the labels of its series.
    spellings: Mutex<Spellings>,
    /// The name without UTF-8, by which families are one or another.
    pub(crate) key: String,
    pub(crate) kind: Kind,
    pub(crate) help: String,
    pub(crate) unit: String,
}

impl Definition {
    /// The name: that of all its metrics, or that without UTF-8 if two had different ones ever.
    pub(crate) fn name(&self) -> &str {
        if self.is_twin.load(Ordering::Relaxed) { &self.key } else { &self.spelt }
    }

    /// The names of labels that had two spellings so far.
    pub(crate) fn spellings(&self) -> MutexGuard<'_, Spellings> {
        self.spellings.lock().unwrap_or_else(PoisonError::into_inner)
    }
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
                    losses.record(known.name(), cause);
                    return None;
                }
                if known.spelt != family.name {
                    known.is_twin.store(true, Ordering::Relaxed);
                }
                if known.help != help && !help.is_empty() {
                    losses.record(known.name(), Cause::HelpConflict);
                }
                if known.unit != family.unit && !family.unit.is_empty() {
                    losses.record(known.name(), Cause::UnitConflict);
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
            spelt: family.name,
            is_twin: AtomicBool::new(false),
            spellings: Mutex::default(),
            kind,
            help: help.to_owned(),
            unit: family.unit.into_owned(),
        };
        Some(Arc::clone(vacant.insert(Arc::new(definition))))
    }
}
