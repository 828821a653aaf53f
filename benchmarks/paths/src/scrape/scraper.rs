//! One scrape after another into the same buffer.

use super::Workload;
use crate::{BoxError, Subject, exposition};

/// Appends an exposition to a buffer.
pub type Expose = dyn FnMut(&mut Vec<u8>) -> Result<(), BoxError>;

/// Reads an exposition back: an error unless every series is there, and every value.
pub type Verify = fn(&Workload, &[u8]) -> Result<(), BoxError>;

/// An exporter that has recorded a workload.
pub struct Scraper {
    peer: &'static str,
    workload: Workload,
    expose: Box<Expose>,
    verify: Verify,
    text: Vec<u8>,
    failure: Option<BoxError>,
}

impl Scraper {
    /// Scrapes what `expose` writes of `workload`.
    pub fn new(
        peer: &'static str,
        workload: Workload,
        expose: Box<Expose>,
        verify: Verify,
    ) -> Self {
        Self { peer, workload, expose, verify, text: Vec::new(), failure: None }
    }
}

impl Subject for Scraper {
    fn run(&mut self, times: u64) {
        for _ in 0..times {
            self.text.clear();
            self.failure = (self.expose)(&mut self.text).err();
        }
    }

    fn verify(&self) -> Result<(), BoxError> {
        let Self { peer, workload, verify, text, failure, .. } = self;
        if let Some(failure) = failure {
            return Err(format!("{peer}: {failure}").into());
        }
        verify(workload, text).map_err(|error| format!("{peer}: {error}").into())
    }
}

/// Judges a page as text.
///
/// # Errors
///
/// When a line is missing, or a value is another.
pub fn verify_text(workload: &Workload, text: &[u8]) -> Result<(), BoxError> {
    let text = &exposition::in_samples(str::from_utf8(text)?);
    let lines = text.lines().filter(|line| line.starts_with("bench_")).count();
    if lines != workload.lines() {
        let start: String = text.lines().take(30).collect::<Vec<_>>().join("\n");
        let expected = workload.lines();
        return Err(format!("{lines} of {expected} lines, starting\n{start}").into());
    }
    for instrument in [0, workload.instruments - 1] {
        let name = workload.counting_sample(instrument);
        let counted: f64 = exposition::values(text, &name, "http_route=").sum();
        if counted != workload.counted() as f64 {
            return Err(format!("{name} adds up to {counted}").into());
        }
    }
    Ok(())
}
