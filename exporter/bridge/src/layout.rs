use opentelemetry::{Key, KeyValue};

use crate::label::{self, OwnedLabel};

/// How the attributes of a series become labels, worked out once for all series with the same keys.
#[derive(Debug)]
pub(crate) struct Layout {
    keys: Vec<Key>,
    scope: usize,
    reserved: &'static str,
    pub(crate) labels: Vec<Planned>,
    /// Whether each label is one attribute, in their order, and the labels of the scope follow.
    pub(crate) is_plain: bool,
}

/// A label, and where its value comes from. Several parts are joined by `;`.
#[derive(Debug)]
pub(crate) struct Planned {
    pub(crate) name: String,
    pub(crate) parts: Vec<Part>,
}

/// A part of a label's value, by its position.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Part {
    Attribute(usize),
    Scope(usize),
}

impl Layout {
    /// Works out the labels for these attributes beside the labels of their scope.
    ///
    /// Of two attributes with the same key the first one counts: the SDK identifies a series by that
    /// one, and may or may not show the other. A key that would become a `reserved` label gets the
    /// prefix that Prometheus itself uses for that purpose.
    pub(crate) fn of<'a>(
        attributes: impl Iterator<Item = &'a KeyValue>,
        scope: usize,
        scope_labels: &[OwnedLabel],
        reserved: &'static str,
    ) -> Self {
        let keys: Vec<Key> = attributes.map(|attribute| attribute.key.clone()).collect();
        let mut sources: Vec<(String, &str, Part)> = Vec::new();
        for (index, key) in keys.iter().enumerate() {
            if !keys[..index].contains(key) {
                let name = label::name(key.as_str());
                let name = if name == reserved { format!("exported_{name}") } else { name };
                sources.push((name, key.as_str(), Part::Attribute(index)));
            }
        }
        for (index, label) in scope_labels.iter().enumerate() {
            sources.push((label.name.clone(), &label.name, Part::Scope(index)));
        }

        let mut labels: Vec<(String, Vec<(&str, Part)>)> = Vec::new();
        for (name, key, part) in sources {
            match labels.iter_mut().find(|label| label.0 == name) {
                Some(label) => label.1.push((key, part)),
                None => labels.push((name, vec![(key, part)])),
            }
        }
        let is_plain = labels.len() == keys.len() + scope_labels.len();
        let labels = labels.into_iter().map(|(name, mut parts)| {
            parts.sort_by_key(|(key, _)| *key);
            Planned { name, parts: parts.into_iter().map(|(_, part)| part).collect() }
        });
        Layout { labels: labels.collect(), keys, scope, reserved, is_plain }
    }

    /// Whether this was worked out for a series with the same keys in the same order.
    pub(crate) fn fits<'a>(
        &self,
        mut attributes: impl Iterator<Item = &'a KeyValue>,
        scope: usize,
        reserved: &'static str,
    ) -> bool {
        self.scope == scope
            && self.reserved == reserved
            && self.keys.iter().all(|key| {
                attributes.next().is_some_and(|attribute| attribute.key.as_str() == key.as_str())
            })
            && attributes.next().is_none()
    }
}
