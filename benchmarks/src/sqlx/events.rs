//! Statements that a driver tells of by events, with and without the layer that hears them.

use ::kymo::Telemetry;
use futures_util::future::LocalBoxFuture;
use paths::BoxError;
use paths::callgrind::{self, Cost};
use paths::exposition;
use paths::sqlx::null::{self, Null};
use paths::sqlx::{Bare, Kymo, Peer, Record, Variant, Workload};
use tracing_subscriber::prelude::*;

use super::{BARE, Database};
use crate::promise::Promise;
use crate::table;

const MEASURED: usize = 1;
const HEARD: usize = 2;
const BOTH: usize = 3;

/// A subscriber is there for good: each is measured in a process of its own, and none by the clock.
pub const LOGGED: Database = Database {
    name: "logged",
    title: "nothing, which tells of its statements",
    variants: &[
        Variant {
            name: "bare",
            title: "sqlx 0.9",
            open: || Box::pin(async { Ok(Box::new(Bare(null::logged_pool())) as _) }),
        },
        Variant {
            name: "kymo",
            title: "the measured pool",
            open: || Box::pin(async { Ok(Box::new(Kymo::<Null>::new(null::logged_pool())?) as _) }),
        },
        Variant {
            name: "heard",
            title: "events",
            open: || Box::pin(async { Ok(Box::new(Heard::new()?) as _) }),
        },
        Variant {
            name: "both",
            title: "the measured pool, beside events",
            open: || {
                Box::pin(async {
                    let measured = Kymo::<Null>::new(null::logged_pool())?;
                    hear(measured.telemetry())?;
                    Ok(Box::new(measured) as _)
                })
            },
        },
    ],
    patience: None,
    times_under_callgrind: 2_000,
    measurements: 3,
    times_per_round: 0,
};

/// sqlx's own pool, whose events are heard.
struct Heard {
    pool: Bare<Null>,
    telemetry: Telemetry,
}

impl Heard {
    fn new() -> Result<Self, BoxError> {
        let telemetry = Telemetry::for_service("bench").prometheus().build()?;
        hear(&telemetry)?;
        Ok(Self { pool: Bare(null::logged_pool()), telemetry })
    }
}

fn hear(telemetry: &Telemetry) -> Result<(), BoxError> {
    Ok(tracing_subscriber::registry().with(telemetry.sqlx_events()).try_init()?)
}

impl Peer for Heard {
    fn run(&self, workload: Workload, times: u64) -> LocalBoxFuture<'_, sqlx::Result<()>> {
        self.pool.run(workload, times)
    }

    fn record(&self) -> Option<Record> {
        let text = exposition::text(self.telemetry.bridge()?);
        // A database that is nowhere tells of no `BEGIN` and no `COMMIT`.
        Some(Record { text, operations_of_a_transaction: 1 })
    }
}

/// Prints the table and returns what it promises.
pub fn table() -> Result<Vec<Promise>, BoxError> {
    let mut rows = Vec::new();
    let mut promises = Vec::new();
    for workload in [Workload::OneRow, Workload::Insert, Workload::Held] {
        let costs = costs(workload)?;
        for (index, variant) in LOGGED.variants.iter().enumerate().skip(MEASURED) {
            let Cost { instructions, allocations, .. } = costs[index].over(costs[BARE]);
            let figures = [format!("{instructions:.0}"), format!("{allocations:.1}")];
            let texts = [workload.title(), variant.title].map(str::to_owned);
            rows.push(texts.into_iter().chain(figures).collect());
        }
        let heard = costs[HEARD].over(costs[BARE]).instructions;
        let told_twice = costs[BOTH].over(costs[MEASURED]).instructions;
        let what = |figure| format!("SQL by events: {figure}, {}", workload.title());
        promises.push(Promise::at_most(6_000.0, what("instructions"), heard));
        let more = what("instructions of an event that a measured pool has counted");
        promises.push(Promise::at_most(6_000.0, more, told_twice));
    }
    let columns = ["operation", "measured by", "instructions", "allocations"];
    table::print(
        "SQL: one operation that its driver tells of, over sqlx's own pool that nobody hears",
        2,
        &columns,
        &rows,
    );
    Ok(promises)
}

fn costs(workload: Workload) -> Result<Vec<Cost>, BoxError> {
    let cost = |variant: &Variant| {
        let subject = format!("sqlx/{}/{}/{}", LOGGED.name, workload.name(), variant.name);
        callgrind::median_cost(&subject, LOGGED.times_under_callgrind, LOGGED.measurements)
    };
    LOGGED.variants.iter().map(cost).collect()
}
