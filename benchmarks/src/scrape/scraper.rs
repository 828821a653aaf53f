//! One scrape after another into the same buffer.

use prometheus::proto::MetricFamily;
use protobuf::CodedInputStream;

use super::{
    workload::{Series, Workload},
    writer,
};
use crate::exposition;
use crate::subject::{BoxError, Subject};

/// Appends an exposition to a buffer.
pub type Expose = dyn FnMut(&mut Vec<u8>) -> Result<(), BoxError>;

/// An exporter that has recorded a workload.
pub struct Scraper {
    peer: &'static str,
    workload: Workload,
    expose: Box<Expose>,
    text: Vec<u8>,
    failure: Option<BoxError>,
}

impl Scraper {
    pub fn new(peer: &'static str, workload: Workload, expose: Box<Expose>) -> Self {
        Self { peer, workload, expose, text: Vec::new(), failure: None }
    }
}

impl Subject for Scraper {
    fn run(&mut self, times: u64) {
        for _ in 0..times {
            self.text.clear();
            self.failure = (self.expose)(&mut self.text).err();
        }
    }

    /// Every line is there, and every value.
    fn verify(&self) -> Result<(), BoxError> {
        let Self { peer, workload, text, failure, .. } = self;
        if let Some(failure) = failure {
            return Err(format!("{peer}: {failure}").into());
        }
        if peer.ends_with(writer::PROTOBUF) {
            return verify_messages(workload, text);
        }
        let text = str::from_utf8(text)?;
        let lines = text.lines().filter(|line| line.starts_with("bench_")).count();
        if lines != workload.lines() {
            let start: String = text.lines().take(30).collect::<Vec<_>>().join("\n");
            let expected = workload.lines();
            return Err(format!("{peer}: {lines} of {expected} lines, starting\n{start}").into());
        }
        for instrument in [0, workload.instruments - 1] {
            let name = workload.counting_sample(instrument);
            let counted: f64 = exposition::values(text, &name, "http_route=").sum();
            if counted != workload.counted() as f64 {
                return Err(format!("{peer}: {name} adds up to {counted}").into());
            }
        }
        Ok(())
    }
}

/// Every series is there, and every value.
fn verify_messages(workload: &Workload, document: &[u8]) -> Result<(), BoxError> {
    let mut input = CodedInputStream::from_bytes(document);
    let mut families = Vec::new();
    while !input.eof()? {
        families.push(input.read_message::<MetricFamily>()?);
    }
    families.retain(|family| family.name().starts_with("bench_"));
    let series: usize = families.iter().map(|family| family.get_metric().len()).sum();
    if families.len() != workload.instruments || series != workload.series_at_all() {
        return Err(format!("{series} series in {} families", families.len()).into());
    }
    for family in families {
        let counts = family.get_metric().iter().map(|metric| match workload.series {
            Series::Counters => metric.get_counter().value(),
            Series::Histograms => metric.get_histogram().sample_count() as f64,
        });
        let counted: f64 = counts.sum();
        if counted != workload.counted() as f64 {
            return Err(format!("{} adds up to {counted}", family.name()).into());
        }
    }
    Ok(())
}
