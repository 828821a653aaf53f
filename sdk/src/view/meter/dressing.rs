//! What comes to an instrument before it is one.

use std::{mem, sync::Arc};

use kymo_core::ExemplarLimits;
use opentelemetry::KeyValue;
use opentelemetry_sdk::metrics::InstrumentKind;

use super::ShapedMeter;
use crate::view::{
    callbacks::is_running, instrument::Dress, known::Ruled, rules::Rules, selector::Subject,
    twin::Twin,
};

impl ShapedMeter {
    /// What comes to an instrument, unless it is off; a histogram brings `bounds`, if any.
    pub(super) fn dress(
        &self,
        kind: InstrumentKind,
        name: &str,
        unit: Option<&str>,
        bounds: Option<&[f64]>,
    ) -> Option<Dress> {
        let subject = Subject { name, kind, unit: unit.unwrap_or(""), scope: &self.scope };
        let shape = self.shapes.of(subject);
        if !self.shapes.measures(self.scope.name()) || shape.is_off() {
            return None;
        }
        if is_running() {
            self.refuse(name);
            return None;
        }
        self.name(shape.name().unwrap_or(name), name);
        self.double(name);
        let spread = shape.spread(kind, bounds);
        self.made.note(subject, shape.name().unwrap_or(name), spread.as_ref());
        let exemplars = self.exemplars.as_ref().zip(spread).map(|(all, spread)| {
            let limits = ExemplarLimits {
                series: self.shapes.series(subject, &shape),
                value_bytes: self.shapes.lengths().longest(),
                ..ExemplarLimits::default()
            };
            let name = shape.name().unwrap_or(name);
            all.metric_within(&self.scope, name, subject.unit, spread, limits)
        });
        let twins = self.shapes.twins().filter(|twin| self.is_ours && twin.of.name == name);
        let twins = twins.filter_map(|twin| twin.make(&self.to_meter())).collect();
        Some(Dress { rules: self.rules(subject), exemplars, twins })
    }

    /// Says that `name` cannot be made now.
    fn refuse(&self, name: &str) {
        if !mem::replace(&mut self.known().is_reported, true) {
            tracing::error!(
                "the instrument {name} is asked for in a callback of an observable one, and \
                 measures nothing: there it would wait for itself; make it before, and keep it"
            );
        }
    }

    /// Says that the metric of `instrument` has the name of another one, if it has.
    fn name(&self, name: &str, instrument: &str) {
        if let Some(other) = self.known().taken_by(name, instrument) {
            tracing::warn!(
                "a view gives the metrics {instrument} and {other} one name, {name}, and their numbers are \
                 added up; give them different names"
            );
        }
    }

    /// Says that an instrument of somebody else has the `name` of one that is recorded beside ours, if it has.
    fn double(&self, name: &str) {
        let is_twin = |twin: &Twin| twin.spec.name.eq_ignore_ascii_case(name);
        if !self.is_ours
            && self.shapes.twins().any(is_twin)
            && !mem::replace(&mut self.known().is_doubled, true)
        {
            let meter = self.scope.name();
            tracing::warn!(
                "the metric {name} is recorded by kymo, as also_named() asks for, and by the meter {meter} too, \
                 so that sums over both count everything twice: remove the layer that records it, or \
                 also_named()"
            );
        }
    }

    fn rules(&self, subject: Subject<'_>) -> Option<Arc<Rules>> {
        let (view, common) = (self.shapes.of(subject).of_attributes(), self.shapes.common());
        if view.is_none() && common.is_empty() && self.is_ours {
            return None;
        }
        let known_as = Ruled::of(subject);
        if let Some(known) = self.known().rules.get(&known_as) {
            return Some(Arc::clone(known));
        }
        // Not under the lock: the count of folds is an instrument that has rules itself.
        let (lengths, view) = (self.shapes.lengths(), view.unwrap_or_default());
        let rules = Rules::new(subject.name, lengths, common, view, &self.to_meter());
        Some(Arc::clone(self.known().rules.entry(known_as).or_insert_with(|| Arc::new(rules))))
    }

    /// The attributes of the series into which the instrument of `subject` records, where it has `attributes`.
    #[allow(dead_code, reason = "used by the feature `metrics`")]
    pub(in crate::view) fn shown(
        &self,
        subject: Subject<'_>,
        attributes: &[KeyValue],
    ) -> Vec<KeyValue> {
        let rules = self.rules(subject);
        rules.map_or_else(|| attributes.to_vec(), |rules| rules.preview(attributes))
    }
}
