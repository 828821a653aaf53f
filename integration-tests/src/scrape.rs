//! A scraped page, read strictly.

mod family;
mod histogram;
mod line;
mod parse;
#[cfg(test)]
mod tests;

use std::collections::BTreeSet;

use http_body_util::BodyExt;
use kymo::Telemetry;
use tower::ServiceExt;

pub use self::{
    family::{Family, Kind, Sample},
    parse::Malformed,
};

/// One answer of a `/metrics` endpoint in the text format 0.0.4.
///
/// The reader is stricter than Prometheus: what it accepts is grouped by family, without a
/// duplicate, and every histogram is whole.
#[derive(Clone, Debug, Default)]
pub struct Scrape {
    families: Vec<Family>,
}

impl Scrape {
    /// Reads the page that a Prometheus server would get of `telemetry` now.
    ///
    /// # Panics
    ///
    /// When the page is malformed.
    pub async fn of(telemetry: &Telemetry) -> Self {
        let answer = telemetry.endpoint().oneshot(http::Request::new(())).await;
        let body = answer.unwrap_or_else(|never| match never {}).into_body().collect().await;
        let page = body.expect("a page is complete").to_bytes();
        Self::parse(std::str::from_utf8(&page).expect("a page is UTF-8")).expect("a page is valid")
    }

    /// The families of a whole document.
    ///
    /// # Errors
    ///
    /// The first line that breaks the format, and how. Checked are names, escapes and numbers; one
    /// group per family, headed by at most one `HELP` and one `TYPE`; sample names that fit the
    /// type; no series twice; cumulative buckets that end in `+Inf` and agree with `_count`.
    pub fn parse(text: &str) -> Result<Self, Malformed> {
        parse::document(text).map(|families| Self { families })
    }

    /// All families in the order of the document.
    pub fn families(&self) -> &[Family] {
        &self.families
    }

    /// The family of that name, such as `http_server_request_duration_seconds`.
    pub fn family(&self, name: &str) -> Option<&Family> {
        self.families.iter().find(|family| family.name == name)
    }

    /// The names of all families, sorted.
    pub fn names(&self) -> BTreeSet<&str> {
        self.families.iter().map(|family| family.name.as_str()).collect()
    }

    /// Every label key that any sample carries, `le` and `quantile` included.
    pub fn label_keys(&self) -> BTreeSet<&str> {
        let samples = self.families.iter().flat_map(|family| &family.samples);
        samples.flat_map(|sample| sample.labels.keys()).map(String::as_str).collect()
    }

    /// The samples of that name (with `_count` and the like) that carry at least these labels.
    pub fn samples<'a>(
        &'a self,
        name: &'a str,
        labels: &'a [(&'a str, &'a str)],
    ) -> impl Iterator<Item = &'a Sample> {
        self.families
            .iter()
            .flat_map(|family| &family.samples)
            .filter(move |sample| sample.name == name && sample.has(labels))
    }

    /// The value of the only sample of that name which carries at least these labels.
    ///
    /// # Panics
    ///
    /// When there is none, or more than one; the message lists what there is under the name.
    #[track_caller]
    pub fn value(&self, name: &str, labels: &[(&str, &str)]) -> f64 {
        let mut matching = self.samples(name, labels);
        match (matching.next(), matching.next()) {
            (Some(only), None) => only.value,
            (None, _) => panic!("no {name} with {labels:?}; there are{}", self.listing(name)),
            (Some(_), Some(_)) => {
                panic!("more than one {name} with {labels:?}:{}", self.listing(name))
            }
        }
    }

    /// The sum over all samples of that name which carry at least these labels; 0 without any.
    pub fn sum(&self, name: &str, labels: &[(&str, &str)]) -> f64 {
        // Not `sum()`: nothing at all would give -0.
        self.samples(name, labels).fold(0.0, |sum, sample| sum + sample.value)
    }

    fn listing(&self, name: &str) -> String {
        let lines = self.samples(name, &[]).map(|sample| format!("\n  {sample}"));
        let lines: String = lines.collect();
        if lines.is_empty() { format!(" only {:?}", self.names()) } else { lines }
    }
}
