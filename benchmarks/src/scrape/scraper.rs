//! One scrape after another into the same buffer.

use super::{workload::Workload, writer};
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

    /// Every line is there, and every value; a document without lines is one if its writer says so.
    fn verify(&self) -> Result<(), BoxError> {
        let Self { peer, workload, text, failure, .. } = self;
        if let Some(failure) = failure {
            return Err(format!("{peer}: {failure}").into());
        }
        if *peer == writer::PROTOBUF {
            return Ok(());
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
