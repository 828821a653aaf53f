//! The cost of one line of the facade `metrics`, over a recorder that records nothing.

mod lines;

use paths::callgrind::{self, Cost};
use paths::{BoxError, Subject};

use crate::clock;
use crate::promise::Promise;
use crate::table;
use lines::{Line, Lines};

const ROUNDS: usize = 61;
const TIMES_PER_ROUND: u64 = 20_000;
const TIMES_UNDER_CALLGRIND: u64 = 20_000;
/// Hash maps are seeded at random.
const MEASUREMENTS: usize = 3;
const NOBODY: usize = 0;
const EXPORTER: usize = 1;
const KYMO: usize = 2;
const FLOOR: usize = 3;
const PEERS: [&str; 4] = ["nobody", "metrics-exporter-prometheus", "kymo", "floor"];
const LINES: [(&str, &str, Line); 4] = [
    ("counter", "`counter!(\"sold\", \"genre\" => \"crime\", \"shop\" => \"a\")`", Line::Counter),
    ("kept", "a counter that is kept", Line::Kept),
    ("gauge", "`gauge!(\"stock\", \"shelf\" => \"a\")`", Line::Gauge),
    ("histogram", "`histogram!(\"wait_seconds\")`", Line::Histogram),
];

/// Prints the table and returns what it promises.
pub fn table() -> Result<Vec<Promise>, BoxError> {
    let mut rows = Vec::new();
    let mut promises = Vec::new();
    for (line, title, kind) in LINES {
        let costs = PEERS
            .map(|peer| {
                let subject = format!("facade/{line}/{peer}");
                callgrind::median_cost(&subject, TIMES_UNDER_CALLGRIND, MEASUREMENTS)
            })
            .into_iter()
            .collect::<Result<Vec<_>, _>>()?;
        let subjects = PEERS.map(|peer| subject(line, peer));
        let mut subjects = subjects.into_iter().collect::<Result<Vec<_>, _>>()?;
        let rounds = clock::interleaved(&mut subjects, ROUNDS, TIMES_PER_ROUND);
        subjects.iter().try_for_each(|subject| subject.verify())?;

        let added = costs[KYMO].over(costs[NOBODY]);
        for peer in [EXPORTER, FLOOR, KYMO] {
            // Written by hand, a line asks for no recorder: there is nothing to take off.
            let (cost, nanos) = if peer == FLOOR {
                (costs[FLOOR], rounds.median(FLOOR))
            } else {
                (costs[peer].over(costs[NOBODY]), rounds.median_over(NOBODY, peer))
            };
            let Cost { instructions, allocations, .. } = cost;
            rows.push(vec![
                title.to_owned(),
                PEERS[peer].to_owned(),
                format!("{instructions:.0}"),
                format!("{allocations:.1}"),
                format!("{nanos:.0}"),
                format!("{:.2}", instructions / added.instructions),
            ]);
        }
        let what = |figure: &str| format!("the facade: {figure} of {title}");
        promises.push(Promise::at_most(0.0, what("allocations"), added.allocations));
        if matches!(kind, Line::Counter) {
            let ratio = added.instructions / costs[EXPORTER].over(costs[NOBODY]).instructions;
            let instructions = "instructions, over those of metrics-exporter-prometheus,";
            promises.push(Promise::at_most(1.0, what(instructions), ratio));
        }
    }
    table::print("The facade: one line, over a recorder of nothing", 2, &COLUMNS, &rows);
    Ok(promises)
}

const COLUMNS: [&str; 6] =
    ["line", "recorder", "added: instructions", "allocations", "ns", "times kymo"];

/// The subject called `facade/LINE/PEER`.
pub fn subject(line: &str, peer: &str) -> Result<Box<dyn Subject>, BoxError> {
    let found = LINES.iter().find(|(name, ..)| *name == line);
    let (.., line) = found.ok_or_else(|| format!("there is no line {line:?}"))?;
    Lines::subject(*line, peer)
}
