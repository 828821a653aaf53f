//! The cost that measuring adds to one command of Redis.

mod loopback;

use paths::BoxError;
use paths::callgrind::{self, Cost};
use paths::redis::{Workload, commands, subject};
use rustix::time::ClockId;
use tokio::runtime::Builder;

use crate::clock::{self, Rounds};
use crate::promise::Promise;
use crate::table;
use loopback::Server;

const BARE: usize = 0;
const KYMO: usize = 1;
const FLOOR: usize = 2;
const PEERS: [&str; 3] = ["bare", "kymo", "floor"];

const TIMES_UNDER_CALLGRIND: u64 = 2_000;
const MEASUREMENTS: usize = 3;
const ROUNDS: usize = 61;
const TIMES_PER_ROUND: u64 = 5_000;

/// Many short ones: whatever else the machine does falls on few of them, and not on the median.
const LOOPBACK_ROUNDS: usize = 3_001;
const TIMES_PER_LOOPBACK_ROUND: u64 = 20;

/// Prints the tables and returns what they promise.
pub fn table() -> Result<Vec<Promise>, BoxError> {
    let blocks = Workload::ALL.map(Block::measure).into_iter().collect::<Result<Vec<_>, _>>()?;
    let rows: Vec<_> = blocks.iter().flat_map(Block::rows).collect();
    table::print(
        "Redis: one command or pipeline, over a connection that has every answer ready",
        2,
        &["command", "measured by", "instructions", "allocations", "ns", "bare ns", "times kymo"],
        &rows,
    );
    let bounds = blocks.iter().flat_map(Block::bounds).collect::<Vec<_>>();
    Ok(bounds.into_iter().chain([on_loopback()?]).collect())
}

/// One workload on a connection that has every answer ready, by both.
struct Block {
    workload: Workload,
    costs: Vec<Cost>,
    rounds: Rounds,
}

impl Block {
    fn measure(workload: Workload) -> Result<Self, BoxError> {
        let cost = |peer| {
            let subject = format!("redis/{}/{peer}", workload.name());
            callgrind::median_cost(&subject, TIMES_UNDER_CALLGRIND, MEASUREMENTS)
        };
        let costs = PEERS.map(cost).into_iter().collect::<Result<_, _>>()?;
        let subjects = PEERS.map(|peer| subject(&workload.name(), peer));
        let mut subjects = subjects.into_iter().collect::<Result<Vec<_>, _>>()?;
        let rounds = clock::interleaved(&mut subjects, ROUNDS, TIMES_PER_ROUND);
        subjects.iter().try_for_each(|subject| subject.verify())?;
        Ok(Self { workload, costs, rounds })
    }

    fn rows(&self) -> [Vec<String>; 2] {
        let kymo = self.costs[KYMO].over(self.costs[BARE]).instructions;
        [(KYMO, "kymo"), (FLOOR, "floor: by hand on bound instruments")].map(|(index, title)| {
            let Cost { instructions, allocations, .. } = self.costs[index].over(self.costs[BARE]);
            vec![
                self.workload.title(),
                title.to_owned(),
                format!("{instructions:.0}"),
                format!("{allocations:.1}"),
                format!("{:.0}", self.rounds.median_over(BARE, index)),
                format!("{:.0}", self.rounds.median(BARE)),
                format!("{:.2}", instructions / kymo),
            ]
        })
    }

    /// The promises about a command, alone or in a pipeline.
    fn bounds(&self) -> [Promise; 2] {
        let what = |figure| format!("Redis: {figure}, {}", self.workload.title());
        let Cost { allocations, .. } = self.costs[KYMO].over(self.costs[BARE]);
        let nanos = self.rounds.median_over(BARE, KYMO) / self.workload.commands() as f64;
        [
            Promise::at_most(1.0, what("allocations over the connection"), allocations),
            Promise::at_most(300.0, what("nanoseconds a command over the connection"), nanos),
        ]
    }
}

/// One `GET` after the other from a server on this machine, by the clock and by the time of this
/// thread; the bare connection a second time, to show what is noise.
fn on_loopback() -> Result<Promise, BoxError> {
    let server = Server::start()?;
    let open = |peer| {
        let runtime = Builder::new_current_thread().enable_io().enable_time().build()?;
        let connection = runtime.block_on(server.connect())?;
        commands(runtime, connection, Workload::Get, peer)
    };
    let mut subjects = [open("bare")?, open("kymo")?, open("bare")?];
    let mut rounds = |clock| {
        clock::interleaved_by(clock, &mut subjects, LOOPBACK_ROUNDS, TIMES_PER_LOOPBACK_ROUND)
    };
    let (wall, thread) = (rounds(ClockId::Monotonic), rounds(ClockId::ThreadCPUTime));
    subjects.iter().try_for_each(|subject| subject.verify())?;
    let row = |(index, title): (usize, &str)| {
        let ns = |rounds: &Rounds| format!("{:.0}", rounds.median(index));
        let more = |rounds: &Rounds| format!("{:+.1}", percent_over_bare(rounds, index));
        vec![title.to_owned(), ns(&wall), more(&wall), ns(&thread), more(&thread)]
    };
    table::print(
        "Redis: one `GET` from a server on loopback",
        1,
        &["connection", "ns", "% more", "CPU ns", "% more CPU"],
        &["bare", "kymo", "bare, once more"].into_iter().enumerate().map(row).collect::<Vec<_>>(),
    );
    let what = "Redis: per cent more time, `GET` on loopback".to_owned();
    Ok(Promise::at_most(2.0, what, percent_over_bare(&wall, KYMO)))
}

/// By the medians: two turns that follow each other have little in common.
fn percent_over_bare(rounds: &Rounds, subject: usize) -> f64 {
    (rounds.median(subject) / rounds.median(BARE) - 1.0) * 100.0
}
