//! Each operation is counted once, whatever a program does and wherever it stops.

use std::collections::BTreeMap;

use kymo_sqlx::MeasuredPool;
use proptest::prelude::*;
use sqlx::Sqlite;

use crate::{
    act::Act,
    database_meters::{DatabaseMeters, TRANSACTION, USE_TIME, WAIT_TIME},
};

/// One part of a program, which does them one after another.
#[derive(Debug, Clone)]
pub(crate) enum Part {
    OnPool(Act),
    OnConnection(Vec<Act>),
    InTransaction { nested: bool, acts: Vec<Act>, end: End },
    InTransactionOfConnection { nested: bool, acts: Vec<Act>, end: End },
}

#[derive(Debug, Clone, Copy)]
pub(crate) enum End {
    Commit,
    Rollback,
    Drop,
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 32, ..ProptestConfig::default() })]

    #[test]
    fn every_operation_is_counted_once_and_every_connection_is_given_back(
        parts in proptest::collection::vec(part(), 0..12),
    ) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let meters = DatabaseMeters::new();
            let pool = meters.pool(1).await;
            let mut expected = Expected::default();
            for part in &parts {
                run(&pool, part, &mut expected).await;
            }
            meters.assert_at_rest().await;
            prop_assert_eq!(meters.operations(), expected.operations);
            prop_assert_eq!(meters.by(TRANSACTION, "kymo.db.transaction.outcome"), expected.transactions);
            prop_assert_eq!(meters.count(USE_TIME, &[]), meters.count(WAIT_TIME, &[]));
            let obtained = expected.obtained..=expected.obtained + expected.perhaps_obtained;
            prop_assert!(obtained.contains(&meters.count(USE_TIME, &[])), "{:?}", obtained);
            Ok(())
        })?;
    }
}

/// The counts that there must be.
#[derive(Debug, Default)]
pub(crate) struct Expected {
    operations: BTreeMap<String, i64>,
    transactions: BTreeMap<String, i64>,
    obtained: i64,
    /// Connections of operations that were dropped before anybody could know.
    perhaps_obtained: i64,
}

pub(crate) async fn run(pool: &MeasuredPool<Sqlite>, part: &Part, expected: &mut Expected) {
    match part {
        Part::OnPool(act) => {
            act.run(pool).await;
            expected.count(&[*act]);
            match act {
                Act::DroppedFuture | Act::DroppedFetchOne => expected.perhaps_obtained += 1,
                Act::Unpolled | Act::UnpolledFuture => {}
                _ => expected.obtained += 1,
            }
        }
        Part::OnConnection(acts) => {
            let mut connection = pool.acquire().await.unwrap();
            for act in acts {
                act.run(&mut *connection).await;
            }
            expected.count(acts);
            expected.obtained += 1;
        }
        Part::InTransaction { nested, acts, end } => {
            transact(pool.begin().await.unwrap(), *nested, acts, *end).await;
            expected.transact(acts, *end);
        }
        Part::InTransactionOfConnection { nested, acts, end } => {
            let mut connection = pool.acquire().await.unwrap();
            transact(connection.begin().await.unwrap(), *nested, acts, *end).await;
            // At once after what was perhaps a drop, whose rollback is still to come.
            transact(connection.begin().await.unwrap(), *nested, acts, *end).await;
            drop(connection);
            expected.transact(acts, *end);
            expected.transact(acts, *end);
            expected.obtained -= 1;
        }
    }
}

async fn transact(
    mut transaction: kymo_sqlx::MeasuredTransaction<'_, Sqlite>,
    nested: bool,
    acts: &[Act],
    end: End,
) {
    if nested {
        let mut savepoint = transaction.begin().await.unwrap();
        for act in acts {
            act.run(&mut *savepoint).await;
        }
        finish(savepoint, end).await;
    } else {
        for act in acts {
            act.run(&mut *transaction).await;
        }
    }
    finish(transaction, end).await;
}

async fn finish(transaction: kymo_sqlx::MeasuredTransaction<'_, Sqlite>, end: End) {
    match end {
        End::Commit => transaction.commit().await.unwrap(),
        End::Rollback => transaction.rollback().await.unwrap(),
        End::Drop => drop(transaction),
    }
}

impl Expected {
    fn count(&mut self, acts: &[Act]) {
        for error in acts.iter().filter_map(|act| act.counted_as()) {
            *self.operations.entry(error.to_owned()).or_default() += 1;
        }
    }

    fn transact(&mut self, acts: &[Act], end: End) {
        self.count(acts);
        self.obtained += 1;
        let outcome = match end {
            End::Commit => "commit",
            End::Rollback => "rollback",
            End::Drop => "dropped",
        };
        *self.transactions.entry(outcome.to_owned()).or_default() += 1;
    }
}

pub(crate) fn part() -> impl Strategy<Value = Part> {
    let act = || proptest::sample::select(Act::ALL);
    let acts = || proptest::collection::vec(act(), 0..6);
    let end = || proptest::sample::select(&[End::Commit, End::Rollback, End::Drop][..]);
    let transaction = || (any::<bool>(), acts(), end());
    prop_oneof![
        act().prop_map(Part::OnPool),
        acts().prop_map(Part::OnConnection),
        transaction().prop_map(|(nested, acts, end)| Part::InTransaction { nested, acts, end }),
        transaction().prop_map(|(nested, acts, end)| {
            Part::InTransactionOfConnection { nested, acts, end }
        }),
    ]
}
