//! A query of a dashboard or a rule.

use std::path::PathBuf;

/// A query of a dashboard or a rule.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Query {
    pub(crate) file: PathBuf,
    /// The panel, the alert or the like, in words.
    pub(crate) place: String,
    pub(crate) text: String,
    /// The label that is asked for, beside the series.
    pub(crate) label: Option<String>,
    /// The name of the series that a rule records, and the labels that it adds.
    pub(crate) recorded: Option<(String, Vec<String>)>,
}
