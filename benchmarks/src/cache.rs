//! The cost that measuring adds to one entry that a cache in process had.

mod hits;
mod workload;

use kymo::Telemetry;
use paths::callgrind::{self, Cost};
use paths::{BoxError, Subject};

use crate::clock;
use crate::promise::Promise;
use crate::table;
use workload::WORKLOADS;

const ROUNDS: usize = 61;
const TIMES_PER_ROUND: u64 = 20_000;
const TIMES_UNDER_CALLGRIND: u64 = 20_000;
/// Hash maps are seeded at random, and moka puts off some of its work.
const MEASUREMENTS: usize = 3;
const BARE: usize = 0;
const KYMO: usize = 1;
const PEERS: [&str; 2] = ["bare", "kymo"];

/// Prints the table and returns what it promises.
pub fn table() -> Result<Vec<Promise>, BoxError> {
    let mut rows = Vec::new();
    let mut promises = Vec::new();
    for workload in &WORKLOADS {
        let costs = PEERS
            .map(|peer| {
                let subject = format!("cache/{}/{peer}", workload.name);
                callgrind::median_cost(&subject, TIMES_UNDER_CALLGRIND, MEASUREMENTS)
            })
            .into_iter()
            .collect::<Result<Vec<_>, _>>()?;
        let subjects = PEERS.map(|peer| subject(workload.name, peer));
        let mut subjects = subjects.into_iter().collect::<Result<Vec<_>, _>>()?;
        let rounds = clock::interleaved(&mut subjects, ROUNDS, TIMES_PER_ROUND);
        subjects.iter().try_for_each(|subject| subject.verify())?;

        let Cost { instructions, allocations, .. } = costs[KYMO].over(costs[BARE]);
        let nanos = rounds.median_over(BARE, KYMO);
        rows.push(vec![
            workload.title.to_owned(),
            workload.measures.to_owned(),
            format!("{:.0}", costs[BARE].instructions),
            format!("{:.0}", rounds.median(BARE)),
            format!("{instructions:.0}"),
            format!("{allocations:.1}"),
            format!("{nanos:.0}"),
        ]);
        let what =
            |figure| format!("caches: {figure} a hit, {} of {}", workload.title, workload.measures);
        promises.extend([
            Promise::at_most(70.0, what("nanoseconds"), nanos),
            Promise::at_most(600.0, what("instructions"), instructions),
            Promise::at_most(0.0, what("allocations"), allocations),
        ]);
    }
    table::print("Caches: one hit, over the cache itself", 2, &COLUMNS, &rows);
    Ok(promises)
}

const COLUMNS: [&str; 7] = [
    "operation",
    "cache",
    "itself: instructions",
    "ns",
    "added: instructions",
    "allocations",
    "ns",
];

/// The subject called `cache/NAME/PEER`.
pub fn subject(name: &str, peer: &str) -> Result<Box<dyn Subject>, BoxError> {
    let workload = WORKLOADS.iter().find(|workload| workload.name == name);
    let workload = workload.ok_or_else(|| format!("there is no workload {name:?}"))?;
    let telemetry = match peer {
        "bare" => None,
        "kymo" => Some(Telemetry::for_service("bench").prometheus().build()?),
        _ => return Err(format!("nobody called {peer:?} measures it").into()),
    };
    (workload.subject)(telemetry)
}
