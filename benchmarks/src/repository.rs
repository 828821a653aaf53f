//! The cost that observing adds to one call of a repository's method.

use paths::BoxError;
use paths::callgrind::{self, Cost};
use paths::repository::{METHODS, subject};

use crate::clock;
use crate::promise::Promise;
use crate::table;

const ROUNDS: usize = 61;
const TIMES_PER_ROUND: u64 = 20_000;
const TIMES_UNDER_CALLGRIND: u64 = 20_000;
/// Hash maps are seeded at random.
const MEASUREMENTS: usize = 3;
const BARE: usize = 0;
const BY_HAND: usize = 1;
const KYMO: usize = 2;
const FLOOR: usize = 3;
const PEERS: [&str; 4] = ["bare", "by-hand", "kymo", "floor"];

/// Prints the table and returns what it promises.
pub fn table() -> Result<Vec<Promise>, BoxError> {
    let mut rows = Vec::new();
    let mut promises = Vec::new();
    for (method, title, _) in METHODS {
        let costs = PEERS
            .map(|peer| {
                let subject = format!("repository/{method}/{peer}");
                callgrind::median_cost(&subject, TIMES_UNDER_CALLGRIND, MEASUREMENTS)
            })
            .into_iter()
            .collect::<Result<Vec<_>, _>>()?;
        let subjects = PEERS.map(|peer| subject(method, peer));
        let mut subjects = subjects.into_iter().collect::<Result<Vec<_>, _>>()?;
        let rounds = clock::interleaved(&mut subjects, ROUNDS, TIMES_PER_ROUND);
        subjects.iter().try_for_each(|subject| subject.verify())?;

        let added = costs[KYMO].over(costs[BARE]);
        let floor = "floor: by hand on bound instruments";
        for (peer, name) in [(BY_HAND, "by hand"), (FLOOR, floor), (KYMO, "kymo")] {
            let Cost { instructions, allocations, .. } = costs[peer].over(costs[BARE]);
            let nanos = rounds.median_over(BARE, peer);
            rows.push(vec![
                title.to_owned(),
                name.to_owned(),
                format!("{instructions:.0}"),
                format!("{allocations:.1}"),
                format!("{nanos:.0}"),
                format!("{:.2}", instructions / added.instructions),
            ]);
        }
        let what = |figure: &str| format!("repositories: {figure} of one {title}");
        let by_hand = costs[BY_HAND].over(costs[BARE]);
        let ratio = added.instructions / by_hand.instructions;
        promises.extend([
            Promise::at_most(0.5, what("instructions, over those by hand,"), ratio),
            Promise::at_most(0.0, what("allocations"), added.allocations),
        ]);
    }
    table::print("Repositories: one call, over the method itself", 2, &COLUMNS, &rows);
    Ok(promises)
}

const COLUMNS: [&str; 6] =
    ["method", "measured", "added: instructions", "allocations", "ns", "times kymo"];
