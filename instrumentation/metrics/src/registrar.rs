//! The metrics of one kind.

use std::{
    collections::HashMap,
    sync::{Arc, PoisonError, RwLock},
};

use metrics::{Key, KeyName, SharedString, Unit};

use crate::{
    descriptions::{Descriptions, Reception},
    family::Family,
    folded::Folded,
    handles::Handles,
    kind::Kind,
    labels::Labels,
    loss::Cause,
    name, names,
    shared::Shared,
};

/// The bytes of a metric's name at most, for a key to be found the quick way.
const LONGEST_NAME: usize = 1024;

/// The metrics of one kind.
pub(crate) struct Registrar<K: Kind> {
    handles: Handles<K::Handle>,
    /// By their names in small letters, as OpenTelemetry tells them apart.
    families: RwLock<HashMap<String, Arc<Family<K>>>>,
    descriptions: Descriptions,
}

impl<K: Kind> Registrar<K> {
    pub(crate) fn new() -> Self {
        Self {
            handles: Handles::new(),
            families: RwLock::default(),
            descriptions: Descriptions::default(),
        }
    }

    /// The handle for `key`.
    pub(crate) fn register(&self, key: &Key, shared: &Shared) -> K::Handle {
        self.handles.get(key).map_or_else(|| self.resolve(key, shared), K::Handle::clone)
    }

    #[cold]
    fn resolve(&self, key: &Key, shared: &Shared) -> K::Handle {
        let family = match self.family(key.name(), shared) {
            Ok(family) => family,
            Err(cause) => return K::lost(Arc::clone(shared.losses.because_of(cause))),
        };
        let labels = Labels::of(key);
        let is_whole = labels.is_whole && key.name().len() <= LONGEST_NAME;
        let found = family.find(labels);
        if !found.folds.is_empty() {
            return K::folded(Folded { series: found.series, folds: found.folds });
        }
        let handle = K::handle(found.series);
        if is_whole {
            self.handles.keep(key, handle.clone(), !found.is_new);
        }
        handle
    }

    /// The metric `name`, which is made if it is the first time.
    fn family(&self, name: &str, shared: &Shared) -> Result<Arc<Family<K>>, Cause> {
        let instrument = name::instrument(name);
        let known_as = name::known_as(name);
        if let Some(family) = self.known(&known_as) {
            return Ok(family);
        }
        if !shared.host.makes_instruments() {
            return Err(Cause::Callback);
        }
        shared.names.claim(&known_as, K::KIND).inspect_err(|cause| {
            if *cause == Cause::NameLimit {
                shared.losses.tell_of_limit(name, names::LIMIT);
            }
        })?;
        let description = self.descriptions.of(&known_as);
        // While nothing is locked: it waits for a collection that goes on, and may be logged. Of two threads
        // that make it at once, both have the same from the SDK.
        let made = K::instrument(&shared.program, instrument.clone().into_owned(), &description);
        let new = Family::new(instrument.into_owned(), made, description.unit(), shared);
        let mut families = self.families.write().unwrap_or_else(PoisonError::into_inner);
        Ok(Arc::clone(families.entry(known_as.into_owned()).or_insert_with(|| Arc::new(new))))
    }

    fn known(&self, known_as: &str) -> Option<Arc<Family<K>>> {
        let families = self.families.read().unwrap_or_else(PoisonError::into_inner);
        families.get(known_as).map(Arc::clone)
    }

    /// Takes in what describes the metric `name` from its first use on.
    pub(crate) fn describe(
        &self,
        name: &KeyName,
        unit: Option<Unit>,
        text: &SharedString,
        shared: &Shared,
    ) {
        let name = name.as_str();
        let known_as = name::known_as(name);
        let is_used = || self.known(&known_as).is_some();
        match self.descriptions.hear(&known_as, unit, text, is_used) {
            Reception::Taken => {}
            Reception::NoRoom => shared.losses.count_description(),
            Reception::Late => {
                shared.losses.count_late();
                let (name, kind) = (kymo_core::OneLine(name), K::KIND);
                tracing::warn!(
                    "the {kind} {name} of the metrics facade was used before it was described, so that its \
                     description and unit stay as they were: describe it before, or give a view its description"
                );
            }
        }
    }
}
