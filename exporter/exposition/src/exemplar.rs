//! Exemplars.

use std::time::SystemTime;

use crate::Label;

/// One observation out of many, kept to lead from a number to the trace behind it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Exemplar<'a> {
    /// Identifies the observation: `trace_id` and `span_id` first, then its own attributes.
    pub labels: &'a [Label<'a>],
    /// The observed value.
    pub value: f64,
    /// When it was observed. Native histograms only take exemplars that know.
    pub timestamp: Option<SystemTime>,
}
