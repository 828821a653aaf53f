//! The cost that a layer adds to one request through an axum router.

mod axum_otel_metrics;
mod axum_prometheus;
pub mod client;
mod hand_written;
mod otel_tower;
mod provider;
mod tower_otel;

use paths::callgrind::{self, Cost};
use paths::http::{
    FLOOR, FLOOR_OF_TWO, KYMO, KYMO_OF_TWO, KYMO_UNBILLED, Measured, NULL, Record, Variant,
    Workload, exchange,
};
use paths::{BoxError, Subject};

use crate::clock::{self, Rounds};
use crate::promise::Promise;
use crate::table;

/// Those who record the sizes too, beside those who record the duration and the active requests alone: an empty
/// layer, from which the cost is counted, comes first, and kymo last.
const BY_FOUR: [&Variant; 8] = [
    &NULL,
    &otel_tower::VARIANT,
    &tower_otel::VARIANT,
    &axum_otel_metrics::VARIANT,
    &axum_prometheus::VARIANT,
    &FLOOR,
    &KYMO_UNBILLED,
    &KYMO,
];
const BY_TWO: [&Variant; 4] = [&NULL, &hand_written::VARIANT, &FLOOR_OF_TWO, &KYMO_OF_TWO];

/// The layers of others.
pub const PEERS: [&Variant; 5] = [
    &otel_tower::VARIANT,
    &tower_otel::VARIANT,
    &axum_otel_metrics::VARIANT,
    &axum_prometheus::VARIANT,
    &hand_written::VARIANT,
];

const ROUNDS: usize = 61;
const REQUESTS_PER_ROUND: u64 = 2_000;
const REQUESTS_UNDER_CALLGRIND: u64 = 2_000;

/// Prints the tables and returns what they promise.
pub fn table() -> Result<Vec<Promise>, BoxError> {
    let mut blocks = Vec::new();
    for workload in Workload::ALL {
        blocks.push(Block::measure(workload, &BY_FOUR)?);
        if workload == Workload::Get {
            blocks.push(Block::measure(workload, &BY_TWO)?);
        }
    }
    table::print(
        "HTTP: one request, over an empty layer",
        3,
        &["request", "layer", "measures", "instructions", "allocations", "ns", "times kymo"],
        &blocks.iter().flat_map(Block::rows).collect::<Vec<_>>(),
    );
    for block in &blocks {
        let (Cost { instructions, allocations, .. }, nanos) =
            (block.costs[0], block.rounds.median(0));
        let request = block.workload.title();
        println!(
            "The empty layer itself, {request}: {instructions:.0} instructions, {allocations:.0} allocations, \
             {nanos:.0} ns.\n"
        );
    }
    let mut promises: Vec<_> = blocks.iter().flat_map(Block::promises).collect();
    promises.extend(client::table()?);
    Ok(promises)
}

/// The subject called `http/WORKLOAD/NAME`.
pub fn subject(workload: &str, name: &str) -> Result<Box<dyn Subject>, BoxError> {
    let Some(variant) = BY_FOUR.iter().chain(&BY_TWO).find(|variant| variant.name == name) else {
        return paths::http::subject(workload, name);
    };
    let workload = Workload::from_name(workload)
        .ok_or_else(|| format!("there is no workload of HTTP {workload:?}"))?;
    exchange(variant, workload)
}

/// One workload through several layers.
struct Block {
    workload: Workload,
    variants: &'static [&'static Variant],
    costs: Vec<Cost>,
    rounds: Rounds,
}

impl Block {
    fn measure(
        workload: Workload,
        variants: &'static [&'static Variant],
    ) -> Result<Self, BoxError> {
        let cost = |variant: &&Variant| {
            let subject = format!("http/{}/{}", workload.name(), variant.name);
            callgrind::cost(&subject, REQUESTS_UNDER_CALLGRIND)
        };
        let costs = variants.iter().map(cost).collect::<Result<_, _>>()?;
        let subjects = variants.iter().map(|variant| exchange(variant, workload));
        let mut subjects = subjects.collect::<Result<Vec<_>, _>>()?;
        let rounds = clock::interleaved(&mut subjects, ROUNDS, REQUESTS_PER_ROUND);
        subjects.iter().try_for_each(|subject| subject.verify())?;
        Ok(Self { workload, variants, costs, rounds })
    }

    fn rows(&self) -> impl Iterator<Item = Vec<String>> {
        let kymo = self.kymo().instructions;
        let row = move |(index, variant): (usize, &&Variant)| {
            let Cost { instructions, allocations, .. } = self.costs[index].over(self.costs[0]);
            vec![
                self.workload.title().to_owned(),
                variant.title.to_owned(),
                variant.measures.to_owned(),
                format!("{instructions:.0}"),
                format!("{allocations:.1}"),
                format!("{:.0}", self.rounds.median_over(0, index)),
                format!("{:.2}", instructions / kymo),
            ]
        };
        self.variants.iter().enumerate().skip(1).map(row)
    }

    fn promises(&self) -> [Promise; 2] {
        let what = |figure| {
            let metrics = self.variants.last().map_or("", |kymo| kymo.measures);
            format!("HTTP: {figure} over an empty layer, {}: {metrics}", self.workload.title())
        };
        let Cost { instructions, allocations, .. } = self.kymo();
        [
            Promise::at_most(3_400.0, what("instructions"), instructions),
            Promise::at_most(4.0, what("allocations"), allocations),
        ]
    }

    fn kymo(&self) -> Cost {
        self.costs[self.variants.len() - 1].over(self.costs[0])
    }
}
