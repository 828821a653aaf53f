//! The cost that measuring adds to one operation on a database.

mod events;
mod sqlite;
mod sqlx_otel;

use std::time::Duration;

use paths::callgrind::{self, Cost};
use paths::sqlx::{Bare, Kymo, ON_NOTHING, Variant, Workload, queries};
use paths::{BoxError, Subject};
use sqlx::Sqlite;

use crate::clock::{self, Rounds};
use crate::promise::Promise;
use crate::table;
use sqlx_otel::SqlxOtel;

/// A database that the pools are opened on.
struct Database {
    /// As in `bench run sqlx/DATABASE/WORKLOAD/PEER`.
    name: &'static str,
    title: &'static str,
    /// The first is sqlx's own pool, which the others are compared with; the second is kymo's.
    variants: &'static [Variant],
    /// How long it takes to answer, where another thread does it: under callgrind, and else.
    patience: Option<[Duration; 2]>,
    times_under_callgrind: u64,
    /// How often callgrind measures.
    measurements: usize,
    times_per_round: u64,
}

const BARE: usize = 0;
const KYMO: usize = 1;
const SQLX_OTEL: usize = 2;
const ROUNDS: usize = 41;

/// It leaves the cost of the pool and of the code around it, without a thread that answers.
const NULL: Database = Database {
    name: "null",
    title: "nothing",
    variants: &ON_NOTHING,
    patience: None,
    times_under_callgrind: 2_000,
    measurements: 3,
    times_per_round: 2_000,
};

const SQLITE: Database = Database {
    name: "sqlite",
    title: "SQLite",
    variants: &[
        Variant {
            name: "bare",
            title: "sqlx 0.9",
            open: || Box::pin(async { Ok(Box::new(Bare(sqlite::pool().await?)) as _) }),
        },
        Variant {
            name: "kymo",
            title: "kymo",
            open: || {
                Box::pin(async { Ok(Box::new(Kymo::<Sqlite>::new(sqlite::pool().await?)?) as _) })
            },
        },
        Variant {
            name: "sqlx-otel",
            title: "sqlx-otel 0.5",
            open: || Box::pin(async { Ok(Box::new(SqlxOtel::new(sqlite::pool().await?)?) as _) }),
        },
    ],
    patience: Some([Duration::from_millis(1), Duration::from_micros(50)]),
    times_under_callgrind: 200,
    measurements: 3,
    times_per_round: 100,
};

/// Prints the table and returns what it promises.
pub fn table() -> Result<Vec<Promise>, BoxError> {
    let blocks = |database| Workload::ALL.map(|workload| Block::measure(database, workload));
    let on_null = blocks(&NULL).into_iter().collect::<Result<Vec<_>, _>>()?;
    let of_many = Block::measure(&NULL, Workload::Statements)?;
    let on_sqlite = blocks(&SQLITE).into_iter().collect::<Result<Vec<_>, _>>()?;
    let all = on_null.iter().chain([&of_many]).chain(&on_sqlite);
    let rows: Vec<_> = all.flat_map(Block::rows).collect();
    table::print("SQL: one operation, over sqlx's own pool", 3, &COLUMNS, &rows);
    let by_events = events::table()?;
    let promises = on_null.iter().flat_map(Block::bounds).chain(beside_sqlx_otel(&on_sqlite));
    Ok(promises.chain(by_events).collect())
}

/// The promises about the operations in which kymo and sqlx-otel measure the same.
fn beside_sqlx_otel(blocks: &[Block]) -> [Promise; 2] {
    let same = [Workload::OneRow, Workload::Insert, Workload::Held];
    let sum = |index, figure: fn(Cost) -> f64| -> f64 {
        let blocks = blocks.iter().filter(|block| same.contains(&block.workload));
        blocks.map(|block| figure(block.over_bare(index))).sum()
    };
    let instructions = |index| sum(index, |cost| cost.instructions);
    // One that saves an allocation does not make up for another.
    let allocations = |index| sum(index, |cost| cost.allocations.max(0.0));
    [
        Promise::at_least(
            2.0,
            "SQL: times fewer instructions than sqlx-otel, one statement on SQLite",
            instructions(SQLX_OTEL) / instructions(KYMO),
        ),
        Promise::at_least(
            5.0,
            "SQL: times fewer allocations than sqlx-otel, one statement on SQLite",
            allocations(SQLX_OTEL) / allocations(KYMO),
        ),
    ]
}

const COLUMNS: [&str; 7] =
    ["operation", "database", "measured by", "instructions", "allocations", "ns", "times kymo"];

/// The subject called `sqlx/DATABASE/WORKLOAD/NAME`.
pub fn subject(database: &str, workload: &str, name: &str) -> Result<Box<dyn Subject>, BoxError> {
    let database = [NULL, SQLITE, events::LOGGED].into_iter().find(|known| known.name == database);
    let workload = Workload::from_name(workload);
    let (Some(database), Some(workload)) = (database, workload) else {
        return Err("there is no such database, or no such workload".into());
    };
    let variant = database.variants.iter().find(|variant| variant.name == name);
    let variant = variant.ok_or_else(|| format!("nobody called {name:?} measures it"))?;
    queries(variant, workload, database.patience.map(|[under_callgrind, _]| under_callgrind))
}

/// One workload on one database, by everybody.
struct Block {
    database: &'static Database,
    workload: Workload,
    costs: Vec<Cost>,
    rounds: Rounds,
}

impl Block {
    fn measure(database: &'static Database, workload: Workload) -> Result<Self, BoxError> {
        let Database { name, variants, times_under_callgrind, measurements, .. } = database;
        let cost = |variant: &Variant| {
            let subject = format!("sqlx/{name}/{}/{}", workload.name(), variant.name);
            let times = match workload {
                // So that each of them has come once before.
                Workload::Statements => 10_000,
                _ => *times_under_callgrind,
            };
            callgrind::median_cost(&subject, times, *measurements)
        };
        let costs = variants.iter().map(cost).collect::<Result<_, _>>()?;
        let patience = database.patience.map(|[_, usual]| usual);
        let subjects = variants.iter().map(|variant| queries(variant, workload, patience));
        let mut subjects = subjects.collect::<Result<Vec<_>, _>>()?;
        let rounds = clock::interleaved(&mut subjects, ROUNDS, database.times_per_round);
        subjects.iter().try_for_each(|subject| subject.verify())?;
        Ok(Self { database, workload, costs, rounds })
    }

    fn rows(&self) -> impl Iterator<Item = Vec<String>> {
        let row = |(index, variant): (usize, &Variant)| {
            let cost = self.over_bare(index);
            // Where another thread answers, a time is more of the scheduler than of the caller.
            let nanos = self.database.patience.is_none();
            let nanos = nanos.then(|| format!("{:.0}", self.rounds.median_over(BARE, index)));
            vec![
                self.workload.title().to_owned(),
                self.database.title.to_owned(),
                variant.title.to_owned(),
                format!("{:.0}", cost.instructions),
                format!("{:.1}", cost.allocations),
                nanos.unwrap_or_default(),
                format!("{:.2}", cost.instructions / self.over_bare(KYMO).instructions),
            ]
        };
        self.database.variants.iter().enumerate().skip(KYMO).map(row)
    }

    /// The promises about a statement, whatever the database.
    fn bounds(&self) -> [Promise; 3] {
        let what =
            |figure| format!("SQL: {figure} a statement over sqlx, {}", self.workload.title());
        let statements = self.workload.statements() as f64;
        let Cost { instructions, allocations, .. } = self.over_bare(KYMO);
        let nanos = self.rounds.median_over(BARE, KYMO);
        [
            Promise::at_most(2_500.0, what("instructions"), instructions / statements),
            Promise::at_most(1.0, what("allocations"), allocations / statements),
            Promise::at_most(1_000.0, what("nanoseconds"), nanos / statements),
        ]
    }

    fn over_bare(&self, index: usize) -> Cost {
        self.costs[index].over(self.costs[BARE])
    }
}
