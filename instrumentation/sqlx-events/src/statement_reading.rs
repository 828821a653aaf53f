//! The reading of an event about a statement.

use std::fmt::Debug;

use kymo_core::{ClaimedText, Recalled, Sighted, Sighting};
use tracing::{
    Event,
    field::{Field, Visit},
};

use crate::{
    origin::Origin,
    text::{Said, StatementTexts},
};

/// As much of a statement as its event tells.
///
/// sqlx writes the text of the statement into `db.statement`, or, where `summary` is the whole of it, there
/// alone. A text is never copied: events lend it, and some have a megabyte.
#[derive(Debug)]
pub(crate) struct StatementReading<'t> {
    texts: &'t StatementTexts,
    pub(crate) said: Option<Recalled<'t, Said>>,
    /// The statement, where another source may see it as well.
    pub(crate) sighted: Option<Sighted>,
    /// It is the one that is measured on this thread now, or part of that.
    pub(crate) is_claimed: bool,
    pub(crate) seconds: Option<f64>,
    pub(crate) returned: Option<u64>,
    /// The field that the text is read from now.
    text_field: &'static str,
    /// There is no other field that may hold it.
    is_last: bool,
}

impl<'t> StatementReading<'t> {
    /// Reads `event`, whose text may be among `texts`.
    pub(crate) fn of(event: &Event<'_>, texts: &'t StatementTexts) -> Self {
        let (said, sighted, seconds, returned) = (None, None, None, None);
        let (text_field, is_last) = ("db.statement", false);
        let is_claimed = false;
        let mut reading =
            Self { texts, said, sighted, is_claimed, seconds, returned, text_field, is_last };
        event.record(&mut reading);
        if reading.said.is_none() {
            (reading.text_field, reading.is_last) = ("summary", true);
            event.record(&mut reading);
        }
        reading
    }

    /// Whether everything is there that sqlx writes.
    pub(crate) fn is_whole(&self) -> bool {
        self.said.is_some() && self.seconds.is_some() && self.returned.is_some()
    }
}

impl Visit for StatementReading<'_> {
    fn record_str(&mut self, field: &Field, value: &str) {
        // An empty statement is one as well: it stands in the summary alone.
        if field.name() == self.text_field && (self.is_last || !value.is_empty()) {
            // Between line breaks of its own.
            let text = value.strip_prefix("\n\n").and_then(|text| text.strip_suffix('\n'));
            let text = text.unwrap_or(value);
            let said = self.texts.find(text);
            self.is_claimed = ClaimedText::now().is_some_and(|claimed| {
                said.origin == Origin::Question || claimed.is(text, said.is_of_transaction)
            });
            self.sighted = Sighting::Event.of(text);
            self.said = Some(said);
        }
    }

    fn record_f64(&mut self, field: &Field, value: f64) {
        if field.name() == "elapsed_secs" && value.is_finite() && value >= 0.0 {
            self.seconds = Some(value);
        }
    }

    fn record_u64(&mut self, field: &Field, value: u64) {
        if field.name() == "rows_returned" {
            self.returned = Some(value);
        }
    }

    /// A value of any other type is none of sqlx's.
    fn record_debug(&mut self, _field: &Field, _value: &dyn Debug) {}
}
