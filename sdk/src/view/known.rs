//! The instruments that a meter has made, as far as others depend on them.

use std::{
    any::{Any, type_name},
    borrow::Cow,
    collections::HashMap,
    mem,
    sync::Arc,
};

use opentelemetry::metrics::AsyncInstrumentBuilder;
use opentelemetry_sdk::metrics::InstrumentKind;

use super::{number::Number, observable::Observers, rules::Rules, selector::Subject};

/// The state that instruments of the same name share.
#[derive(Default)]
pub(super) struct Known {
    pub(super) rules: HashMap<Ruled, Arc<Rules>>,
    observers: HashMap<Observed, Box<dyn Any + Send>>,
    /// The instrument of each name of a metric, both in small letters, and whether somebody was told of
    /// another one.
    names: HashMap<String, (String, bool)>,
    /// Whether somebody was told that callbacks make no instruments.
    pub(super) is_reported: bool,
    /// Whether somebody was told that a metric is recorded by two.
    pub(super) is_doubled: bool,
}

/// The identity of an instrument to views, in one meter.
#[derive(PartialEq, Eq, Hash)]
pub(super) struct Ruled {
    /// In small letters.
    name: String,
    kind: InstrumentKind,
    unit: String,
}

/// The identity of an observable instrument to the SDK, beside the type of its numbers.
#[derive(PartialEq, Eq, Hash)]
pub(super) struct Observed {
    name: String,
    description: Option<Cow<'static, str>>,
    unit: Option<Cow<'static, str>>,
    instrument: &'static str,
}

impl Ruled {
    pub(super) fn of(subject: Subject<'_>) -> Self {
        let Subject { name, kind, unit, .. } = subject;
        Ruled { name: name.to_ascii_lowercase(), kind, unit: unit.to_owned() }
    }
}

impl Observed {
    pub(super) fn of<I, T>(builder: &AsyncInstrumentBuilder<'_, I, T>) -> Self {
        Observed {
            name: builder.name.to_ascii_lowercase(),
            description: builder.description.clone(),
            unit: builder.unit.clone(),
            instrument: type_name::<I>(),
        }
    }
}

impl Known {
    /// The instrument whose metric is called `name`, if it is another one than `instrument` and nobody was
    /// told of it yet.
    pub(super) fn taken_by(&mut self, name: &str, instrument: &str) -> Option<&str> {
        let instrument = instrument.to_ascii_lowercase();
        let taken = self.names.entry(name.to_ascii_lowercase());
        let (first, is_told) = taken.or_insert_with(|| (instrument.clone(), false));
        let is_news = *first != instrument && !mem::replace(is_told, true);
        is_news.then_some(first)
    }

    /// Everybody who observes `instrument`, and whether this is the first time anybody does.
    pub(super) fn observers<T: Number>(
        &mut self,
        instrument: Observed,
    ) -> (Arc<Observers<T>>, bool) {
        let observers = self.observers.get(&instrument);
        if let Some(observers) = observers.and_then(|any| any.downcast_ref::<Arc<Observers<T>>>()) {
            return (Arc::clone(observers), false);
        }
        let observers = Arc::new(Observers::new());
        self.observers.insert(instrument, Box::new(Arc::clone(&observers)));
        (observers, true)
    }
}
