//! A scrape, from the recorded values to the text.

mod collection;
mod kymo;
pub mod otel;
mod scraper;
mod workload;

use crate::{BoxError, Subject};
pub use collection::COLLECTION;
pub use kymo::KYMO;
pub use scraper::{Expose, Scraper, verify_text};
pub use workload::{BOUNDS, HELP, LabelSet, OBSERVATIONS, Series, Workload};

/// An exporter.
pub struct Peer {
    /// As in `run scrape/SERIES/LINES/NAME`.
    pub name: &'static str,
    /// Its name in the table.
    pub title: &'static str,
    /// Records the workload and returns what writes it out.
    pub record: fn(&Workload) -> Result<Box<Expose>, BoxError>,
}

/// The subject called `scrape/SERIES/LINES/PEER`.
///
/// # Errors
///
/// When there are no such series or no such exporter.
pub fn subject(series: &str, lines: usize, name: &str) -> Result<Box<dyn Subject>, BoxError> {
    let series =
        Series::from_name(series).ok_or_else(|| format!("there are no series {series:?}"))?;
    let peer = [KYMO, COLLECTION].into_iter().find(|peer| peer.name == name);
    let peer = peer.ok_or_else(|| format!("there is no exporter {name:?}"))?;
    scraper(&peer, Workload::new(series, lines))
}

/// The scrapes of `workload` by `peer`.
///
/// # Errors
///
/// When the exporter cannot be made.
pub fn scraper(peer: &Peer, workload: Workload) -> Result<Box<dyn Subject>, BoxError> {
    Ok(Box::new(Scraper::new(peer.name, workload, (peer.record)(&workload)?, verify_text)))
}
