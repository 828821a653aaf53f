//! What a scrape costs, from the recorded values to the text.

mod opentelemetry_prometheus;
mod otel;
mod prometheus;
mod prometheus_client;
mod scraper;
mod text_exporter;
mod workload;

use crate::callgrind::{self, Cost};
use crate::clock::{self, Rounds};
use crate::promise::Promise;
use crate::subject::{BoxError, Subject};
use crate::table;
use scraper::{Expose, Scraper};
use workload::{Series, Workload};

/// One row of each block of the table.
struct Peer {
    /// As in `bench run scrape/SERIES/LINES/NAME`.
    name: &'static str,
    title: &'static str,
    /// Records the workload and returns what writes it out.
    record: fn(&Workload) -> Result<Box<Expose>, BoxError>,
}

/// The one that the others are compared with.
const FIRST: usize = 0;
const PEERS: [Peer; 4] = [
    opentelemetry_prometheus::PEER,
    text_exporter::PEER,
    prometheus::PEER,
    prometheus_client::PEER,
];

/// Lines, scrapes under callgrind, scrapes in a round, rounds.
const SIZES: [(usize, u64, u64, usize); 2] = [(10_000, 2, 1, 41), (100_000, 1, 1, 15)];

/// Prints the table and returns what it promises.
pub fn table() -> Result<Vec<Promise>, BoxError> {
    let mut rows = Vec::new();
    for series in [Series::Counters, Series::Histograms] {
        for (lines, under_callgrind, scrapes, rounds) in SIZES {
            let workload = Workload::new(series, lines);
            let costs = PEERS
                .iter()
                .map(|peer| callgrind::cost(&name(series, lines, peer), under_callgrind))
                .collect::<Result<Vec<_>, _>>()?;
            let mut subjects = PEERS
                .iter()
                .map(|peer| scraper(peer, workload))
                .collect::<Result<Vec<_>, _>>()?;
            let rounds = clock::interleaved(&mut subjects, rounds, scrapes);
            subjects.iter().try_for_each(|subject| subject.verify())?;
            let block = Block {
                workload,
                costs,
                rounds,
            };
            rows.extend(
                PEERS
                    .iter()
                    .enumerate()
                    .map(|(index, peer)| block.row(index, peer)),
            );
        }
    }
    table::print(
        "Scrape: from recorded values to text",
        &[
            "exporter",
            "series",
            "lines",
            "ms",
            "instructions/line",
            "allocations/line",
            "speed-up by time",
            "by instructions",
        ],
        &rows,
    );
    Ok(Vec::new())
}

/// The subject called `scrape/SERIES/LINES/PEER`.
pub fn subject(series: &str, lines: usize, name: &str) -> Result<Box<dyn Subject>, BoxError> {
    let series =
        Series::from_name(series).ok_or_else(|| format!("there are no series {series:?}"))?;
    let peer = PEERS.iter().find(|peer| peer.name == name);
    let peer = peer.ok_or_else(|| format!("there is no exporter {name:?}"))?;
    scraper(peer, Workload::new(series, lines))
}

fn name(series: Series, lines: usize, peer: &Peer) -> String {
    format!("scrape/{}/{lines}/{}", series.name(), peer.name)
}

fn scraper(peer: &Peer, workload: Workload) -> Result<Box<dyn Subject>, BoxError> {
    Ok(Box::new(Scraper::new(
        peer.name,
        workload,
        (peer.record)(&workload)?,
    )))
}

/// All exporters on one workload.
struct Block {
    workload: Workload,
    costs: Vec<Cost>,
    rounds: Rounds,
}

impl Block {
    fn row(&self, index: usize, peer: &Peer) -> Vec<String> {
        let lines = self.workload.lines();
        let per_line = |cost: f64| cost / lines as f64;
        vec![
            peer.title.to_owned(),
            self.workload.series.name().to_owned(),
            lines.to_string(),
            format!("{:.2}", self.rounds.median(index) / 1e6),
            format!("{:.0}", per_line(self.costs[index].instructions)),
            format!("{:.2}", per_line(self.costs[index].allocations)),
            format!("{:.1}", self.speedup_by_time(index)),
            format!("{:.1}", self.speedup_by_instructions(index)),
        ]
    }

    fn speedup_by_time(&self, index: usize) -> f64 {
        self.rounds.median_speedup(FIRST, index)
    }

    fn speedup_by_instructions(&self, index: usize) -> f64 {
        self.costs[FIRST].instructions / self.costs[index].instructions
    }
}
