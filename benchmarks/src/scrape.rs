//! The cost of a scrape, from the recorded values to the text.

pub mod curve;
pub mod formats;
mod messages;
mod opentelemetry_prometheus;
mod prometheus;
mod prometheus_client;
mod text_exporter;
mod writer;

use paths::callgrind::{self, Cost};
use paths::scrape::{COLLECTION, KYMO as OURS, Peer, Series, Workload, scraper};
use paths::{BoxError, Subject};

use crate::clock::{self, Rounds};
use crate::promise::Promise;
use crate::table;

/// The one that the others are compared with.
const FIRST: usize = 0;
/// The last one.
const KYMO: usize = PEERS.len() - 1;
const PEERS: [Peer; 6] = [
    opentelemetry_prometheus::PEER,
    text_exporter::PEER,
    prometheus::PEER,
    prometheus_client::PEER,
    COLLECTION,
    OURS,
];

/// How large a scrape is, and how often it is done.
struct Size {
    lines: usize,
    scrapes_under_callgrind: u64,
    rounds: usize,
}

const SIZES: [Size; 2] = [
    Size { lines: 10_000, scrapes_under_callgrind: 2, rounds: 41 },
    Size { lines: 100_000, scrapes_under_callgrind: 1, rounds: 15 },
];

/// Prints the table and returns what it promises.
pub fn table() -> Result<Vec<Promise>, BoxError> {
    let mut rows = Vec::new();
    let mut promises = Vec::new();
    for series in [Series::Counters, Series::Histograms] {
        for size in &SIZES {
            let block = Block::measure(series, size)?;
            rows.extend(PEERS.iter().enumerate().map(|(index, peer)| block.row(index, peer)));
            promises.extend(block.promises());
        }
    }
    table::print("Scrape: from recorded values to text", 2, &COLUMNS, &rows);
    promises.extend(writer::summary()?);
    promises.extend(formats::table()?);
    promises.extend(curve::table()?);
    Ok(promises)
}

/// The subject called `scrape/SERIES/LINES/PEER`.
pub fn subject(series: &str, lines: usize, name: &str) -> Result<Box<dyn Subject>, BoxError> {
    let series =
        Series::from_name(series).ok_or_else(|| format!("there are no series {series:?}"))?;
    if let Some(writer) = writer::PEERS.iter().find(|peer| peer.name == name) {
        return writer::subject(writer, Workload::of_one_instrument(series, lines));
    }
    let peer = PEERS.iter().find(|peer| peer.name == name);
    let peer = peer.ok_or_else(|| format!("there is no exporter {name:?}"))?;
    scraper(peer, Workload::new(series, lines))
}

fn name(series: Series, lines: usize, peer: &Peer) -> String {
    format!("scrape/{}/{lines}/{}", series.name(), peer.name)
}

const COLUMNS: [&str; 9] = [
    "exporter",
    "series",
    "lines",
    "ms",
    "instructions/line",
    "allocations/line",
    "times faster",
    "times fewer instructions",
    "times kymo",
];

/// All exporters on one workload.
struct Block {
    workload: Workload,
    costs: Vec<Cost>,
    rounds: Rounds,
}

impl Block {
    fn measure(series: Series, size: &Size) -> Result<Self, BoxError> {
        let workload = Workload::new(series, size.lines);
        let cost =
            |peer| callgrind::cost(&name(series, size.lines, peer), size.scrapes_under_callgrind);
        let costs = PEERS.iter().map(cost).collect::<Result<_, _>>()?;
        let mut subjects =
            PEERS.iter().map(|peer| scraper(peer, workload)).collect::<Result<Vec<_>, _>>()?;
        let rounds = clock::interleaved(&mut subjects, size.rounds, 1);
        subjects.iter().try_for_each(|subject| subject.verify())?;
        Ok(Self { workload, costs, rounds })
    }

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
            format!("{:.2}", self.costs[index].instructions / self.costs[KYMO].instructions),
        ]
    }

    fn promises(&self) -> [Promise; 2] {
        let scrape =
            format!("scrape of {} lines, {}", self.workload.lines(), self.workload.series.name());
        let than = "than opentelemetry-prometheus";
        let faster = format!("{scrape}: times faster {than}");
        let fewer = format!("{scrape}: times fewer instructions {than}");
        [
            Promise::at_least(4.0, faster, self.speedup_by_time(KYMO)),
            Promise::at_least(6.0, fewer, self.speedup_by_instructions(KYMO)),
        ]
    }

    fn speedup_by_time(&self, index: usize) -> f64 {
        self.rounds.median_speedup(FIRST, index)
    }

    fn speedup_by_instructions(&self, index: usize) -> f64 {
        self.costs[FIRST].instructions / self.costs[index].instructions
    }
}
