//! The spellings of the labels of one family.

use std::{
    borrow::Cow,
    collections::{BTreeSet, HashMap},
};

use crate::{held::Held, label::OwnedLabel, spelling::escaped_label};

/// The names of labels of one family that had two spellings so far, as they are without UTF-8: what they are
/// called once, they remain.
#[derive(Debug, Default)]
pub(crate) struct Spellings {
    twins: BTreeSet<String>,
}

impl Spellings {
    /// Whether a label had two spellings.
    pub(crate) fn has_twins(&self) -> bool {
        !self.twins.is_empty()
    }

    /// Gives labels that are one without UTF-8 one name in all series: the one that they have, or that without
    /// UTF-8 if they have several, or had.
    pub(crate) fn spell_alike(&mut self, held: &mut [Held]) {
        let is_plain = |label: &OwnedLabel| matches!(escaped_label(&label.name), Cow::Borrowed(_));
        if held.iter().all(|series| series.labels.iter().all(is_plain)) {
            return;
        }
        let mut names: HashMap<Cow<'_, str>, &str> = HashMap::new();
        let mut twins = BTreeSet::new();
        for label in held.iter().flat_map(|series| &series.labels) {
            let escaped = escaped_label(&label.name);
            if *names.entry(escaped.clone()).or_insert(&label.name) != label.name {
                twins.insert(escaped.into_owned());
            }
        }
        for label in held.iter_mut().flat_map(|series| &mut series.labels) {
            let escaped = escaped_label(&label.name);
            if twins.contains(&*escaped) || self.twins.contains(&*escaped) {
                label.name = escaped.into_owned();
            }
        }
        let room = MOST.saturating_sub(self.twins.len());
        self.twins.extend(twins.into_iter().take(room));
    }
}

/// So many names of one family are kept; of others, only what is there at once has one name.
const MOST: usize = 256;
