use std::time::SystemTime;

use crate::{Label, Value};

/// One time series of the family that was announced last, with its current value.
///
/// A series has no timestamp: a scrape is about now, and an explicit timestamp would switch off the
/// staleness handling of the server.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Series<'a> {
    /// The labels in any order, without those that a value brings itself (`le`, `quantile`).
    pub labels: &'a [Label<'a>],
    /// When counting began, for counters, histograms and summaries; `None` when nobody knows.
    pub start_time: Option<SystemTime>,
    /// The value, of the form that the family's [`Kind`](crate::Kind) asks for.
    pub value: Value<'a>,
}
