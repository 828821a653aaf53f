//! Series.

use std::time::SystemTime;

use crate::{Label, Value};

/// One time series of the family that was announced last, with its current value.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Series<'a> {
    /// The labels in any order, without those that a value brings itself (`le`, `quantile`).
    pub labels: &'a [Label<'a>],
    /// When counting began, for counters, histograms and summaries; `None` when nobody knows.
    pub start_time: Option<SystemTime>,
    /// When the value was true, in milliseconds since the beginning of 1970, where its maker said so.
    ///
    /// `None` is now. A timestamp switches off the staleness handling of the server, so that only what
    /// was read elsewhere should have one.
    pub timestamp: Option<i64>,
    /// The value, of the form that the family's [`Kind`](crate::Kind) asks for.
    pub value: Value<'a>,
}
