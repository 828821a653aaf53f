//! Every view there is.

use std::sync::Arc;

use opentelemetry::KeyValue;
use opentelemetry_sdk::metrics::{Instrument, MeterProviderBuilder};

use super::{View, pattern::Pattern, shape::Shape};

/// The views and the common attributes of a telemetry; without any, everything stays as it is but
/// for the default limits.
#[derive(Debug, Clone, Default)]
pub(crate) struct Shapes(Arc<All>);

#[derive(Debug, Default)]
struct All {
    views: Vec<(Pattern, View)>,
    common: Vec<KeyValue>,
}

impl Shapes {
    pub(super) fn new(views: Vec<(Pattern, View)>, common: Vec<KeyValue>) -> Self {
        Self(Arc::new(All { views, common }))
    }

    /// Lets the SDK do what it can do by itself: buckets and limits.
    ///
    /// One view for all: for several that match, the SDK would make several metrics of one name.
    pub(crate) fn attach(&self, provider: MeterProviderBuilder) -> MeterProviderBuilder {
        let shapes = self.clone();
        provider.with_view(move |instrument: &Instrument| {
            shapes.of(instrument.name()).stream(instrument)
        })
    }

    /// What all views together say about the metric `name`.
    pub(super) fn of(&self, name: &str) -> Shape {
        let mut shape = Shape::default();
        let views = self.0.views.iter().filter(|(pattern, _)| pattern.matches(name));
        views.for_each(|(_, view)| shape.hear(view));
        shape
    }

    /// The attributes of every measurement, in the order of their keys.
    pub(super) fn common(&self) -> &[KeyValue] {
        &self.0.common
    }
}
