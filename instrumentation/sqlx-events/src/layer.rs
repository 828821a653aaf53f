//! The layer that the events of sqlx come to.

use std::{
    sync::{Arc, PoisonError, RwLock},
    time::Duration,
};

use kymo_core::{Claim, PlaceKey};
use tracing::{Dispatch, Event, Subscriber};
use tracing_subscriber::{
    filter::Filtered,
    layer::{Context, Layer},
};

use crate::{
    courier::{self, Courier},
    filter::EventFilter,
    recorder::Recorder,
    series::StatementKey,
    settings::EventSettings,
    statement_reading::StatementReading,
    taken,
    target::Target,
    text::StatementTexts,
    wait_reading::WaitReading,
};

/// A layer for a [`Registry`](tracing_subscriber::Registry) that measures the statements of sqlx, behind a
/// filter of its own.
pub type SqlxEvents<S> = Filtered<EventLayer, EventFilter, S>;

/// Records every event of sqlx that comes to it; made by
/// [`EventMetrics::layer`](crate::EventMetrics::layer).
///
/// Of several layers of one [`EventMetrics`](crate::EventMetrics) in one subscriber, one alone records.
#[derive(Debug)]
pub struct EventLayer {
    recorder: Arc<Recorder>,
    texts: Arc<StatementTexts>,
    place: PlaceKey,
    has_summaries: bool,
    has_returned_rows: bool,
    /// Of the subscriber that the layer is in, one for each claim that was ever carried there.
    couriers: RwLock<Vec<(Claim, Dispatch)>>,
}

impl EventLayer {
    pub(crate) fn new(recorder: &Arc<Recorder>, settings: &EventSettings) -> Self {
        Claim::listen(courier::carry);
        Self {
            texts: recorder.texts(settings.spoken().dialect()),
            place: recorder.places.bound(settings.place()),
            has_summaries: !settings.without_summaries,
            has_returned_rows: !settings.without_returned_rows,
            recorder: Arc::clone(recorder),
            couriers: RwLock::default(),
        }
    }

    /// The courier of `claim` for the layer's subscriber, or what `make` makes of it.
    pub(crate) fn courier(&self, claim: Claim, make: impl FnOnce() -> Dispatch) -> Dispatch {
        let known = self.couriers.read().unwrap_or_else(PoisonError::into_inner);
        let found = known.iter().find(|(known, _)| *known == claim).map(|(_, it)| it.clone());
        drop(known);
        let is_of_use =
            |it: &Dispatch| it.downcast_ref::<Courier>().is_some_and(Courier::is_of_use);
        found.filter(is_of_use).unwrap_or_else(|| {
            // Made while nothing is locked: it is shown to every callsite of the program.
            let new = make();
            let mut couriers = self.couriers.write().unwrap_or_else(PoisonError::into_inner);
            couriers.retain(|(known, _)| *known != claim);
            couriers.push((claim, new.clone()));
            new
        })
    }

    fn record_statement(&self, event: &Event<'_>) {
        let reading = StatementReading::of(event, &self.texts);
        if !reading.is_whole() {
            self.recorder.count_unread();
        }
        let Some(seconds) = reading.seconds else { return };
        let said = reading.said.as_deref();
        let summary = said.filter(|_| self.has_summaries);
        let returns_rows = said.is_some_and(|said| said.returns_rows);
        let returned = reading.returned.filter(|rows| *rows > 0 || returns_rows);
        let summary = summary.and_then(|said| self.recorder.summary(said));
        let key = StatementKey { place: self.place, summary };
        let is_unmeasured = Claim::is_promised();
        if is_unmeasured {
            self.recorder.note_claim();
        }
        let is_of_driver = said.is_some_and(|said| said.is_of_driver);
        let is_unmeasured = is_unmeasured && !is_of_driver && !Claim::Migration.is_made();
        let returned = returned.filter(|_| self.has_returned_rows);
        let elapsed = Duration::try_from_secs_f64(seconds).unwrap_or(Duration::MAX);
        if reading.sighted.is_none_or(|it| it.is_first(elapsed)) {
            self.recorder.record(key, seconds, returned);
        }
        if is_unmeasured {
            self.recorder.count_unmeasured(key);
        }
    }
}

impl<S: Subscriber> Layer<S> for EventLayer {
    fn on_register_dispatch(&self, subscriber: &Dispatch) {
        self.recorder.announce(subscriber);
    }

    fn event_enabled(&self, _event: &Event<'_>, _context: Context<'_, S>) -> bool {
        taken::begin();
        true
    }

    fn on_event(&self, event: &Event<'_>, _context: Context<'_, S>) {
        if !taken::take(&self.recorder) {
            return;
        }
        match Target::of(event.metadata()) {
            Some(Target::Statement) if Claim::Statement.is_made() => self.recorder.note_claim(),
            Some(Target::Statement) => self.record_statement(event),
            Some(Target::Wait) if Claim::Wait.is_made() => {}
            Some(Target::Wait) => self.recorder.record_wait(&WaitReading::of(event)),
            None => {}
        }
    }
}
