//! The layer that the events of sqlx come to.

use std::sync::Arc;

use kymo_core::{Claim, PlaceKey};
use tracing::{Dispatch, Event, Subscriber};
use tracing_subscriber::{
    filter::Filtered,
    layer::{Context, Layer},
};

use crate::{
    announcement::Announcement,
    couriers,
    filter::EventFilter,
    origin::Origin,
    recorder::{Recorder, duration},
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
    announcement: Arc<Announcement>,
}

impl EventLayer {
    pub(crate) fn new(recorder: &Arc<Recorder>, settings: &EventSettings) -> Self {
        Claim::listen(Some(couriers::CARRY));
        Self {
            texts: recorder.texts(settings.spoken().dialect()),
            place: recorder.places.bound(settings.place()),
            has_summaries: !settings.without_summaries,
            has_returned_rows: !settings.without_returned_rows,
            recorder: Arc::clone(recorder),
            announcement: Arc::default(),
        }
    }

    pub(crate) fn announcement(&self) -> &Announcement {
        &self.announcement
    }

    fn record_statement(&self, event: &Event<'_>) {
        let reading = StatementReading::of(event, &self.texts);
        if reading.is_claimed {
            return self.recorder.note_claim();
        }
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
        let is_opening = said.is_some_and(|said| said.origin == Origin::Opening);
        let is_unmeasured = is_unmeasured && !is_opening && !Claim::Migration.is_made();
        let returned = returned.filter(|_| self.has_returned_rows);
        if reading.sighted.is_none_or(|it| it.is_first(duration(seconds))) {
            self.recorder.record(key, seconds, returned);
        }
        if is_unmeasured {
            self.recorder.count_unmeasured(key);
        }
    }
}

impl<S: Subscriber> Layer<S> for EventLayer {
    fn on_layer(&mut self, _subscriber: &mut S) {
        self.announcement.expect();
    }

    fn on_register_dispatch(&self, subscriber: &Dispatch) {
        self.announcement.make(subscriber);
    }

    fn event_enabled(&self, _event: &Event<'_>, _context: Context<'_, S>) -> bool {
        taken::begin();
        true
    }

    fn on_event(&self, event: &Event<'_>, _context: Context<'_, S>) {
        if !taken::take(event, self, &self.recorder) {
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
