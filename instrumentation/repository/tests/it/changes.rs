//! The counts of changed entities.

use std::{
    collections::BTreeMap,
    future::{pending, ready},
    pin::pin,
    task::{Context, Waker},
};

use futures_util::FutureExt;
use kymo_repository::{ChangeSet, Entity};
use proptest::{collection::vec, prelude::*};

use crate::repository_meters::{Counts, RepositoryMeters, counts};

#[test]
fn an_entity_is_there_at_zero_and_counts_rows() {
    let (meters, books) = RepositoryMeters::books();
    let book = books.entity("book");
    let none = [("book delete", 0), ("book insert", 0), ("book update", 0)];
    assert_eq!(meters.changes(), counts(&none));
    book.inserted(3);
    book.updated(0);
    meters.metrics.repository("archive").entity("book").deleted(2);
    let all = [("book delete", 2), ("book insert", 3), ("book update", 0)];
    assert_eq!(meters.changes(), counts(&all));
    assert_eq!(book, books.entity("book"));
    assert_ne!(book, books.entity("order"));
}

#[test]
fn what_was_not_committed_never_happened() {
    let (meters, books) = RepositoryMeters::books();
    let book = books.entity("book");
    let noted = || {
        let mut changes = ChangeSet::default();
        changes.insert(&book, 1);
        changes
    };
    drop(noted());
    let failed = noted().commit_after(ready(Err::<(), _>("serialization"))).now_or_never();
    assert_eq!(failed, Some(Err("serialization")));
    {
        let mut given_up = pin!(noted().commit_after(pending::<Result<(), ()>>()));
        let polled = given_up.as_mut().poll(&mut Context::from_waker(Waker::noop()));
        assert!(polled.is_pending());
    }
    assert_eq!(meters.changes()["book insert"], 0);
    let committed = noted().commit_after(ready(Ok::<_, ()>(7))).now_or_never();
    assert_eq!(committed, Some(Ok(7)));
    noted().commit();
    assert_eq!(meters.changes()["book insert"], 2);
}

/// One step of a transaction with savepoints.
#[derive(Debug, Clone)]
enum Step {
    Change {
        entity: usize,
        kind: usize,
        rows: u64,
    },
    /// Whether what was done in the savepoint is kept.
    Savepoint {
        steps: Vec<Step>,
        is_released: bool,
    },
}

fn step() -> impl Strategy<Value = Step> {
    let change = (0..2_usize, 0..3_usize, 0..5_u64).prop_map(|(entity, kind, rows)| Step::Change {
        entity,
        kind,
        rows,
    });
    change.prop_recursive(3, 24, 6, |step| {
        (vec(step, 0..6), any::<bool>())
            .prop_map(|(steps, is_released)| Step::Savepoint { steps, is_released })
    })
}

const ENTITIES: [&str; 2] = ["book", "order"];
const KINDS: [&str; 3] = ["insert", "update", "delete"];

fn play(steps: &[Step], entities: &[Entity]) -> ChangeSet {
    let mut changes = ChangeSet::default();
    for step in steps {
        match step {
            Step::Change { entity, kind, rows } => {
                let note = [ChangeSet::insert, ChangeSet::update, ChangeSet::delete][*kind];
                note(&mut changes, &entities[*entity], *rows);
            }
            Step::Savepoint { steps, is_released: true } => changes.absorb(play(steps, entities)),
            Step::Savepoint { steps, is_released: false } => drop(play(steps, entities)),
        }
    }
    changes
}

/// Counts the changes of the steps that remain, row by row.
fn model(steps: &[Step], kept: &mut Counts) {
    for step in steps {
        match step {
            Step::Change { entity, kind, rows } => {
                *kept.get_mut(&format!("{} {}", ENTITIES[*entity], KINDS[*kind])).unwrap() += rows;
            }
            Step::Savepoint { steps, is_released: true } => model(steps, kept),
            Step::Savepoint { .. } => {}
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    #[test]
    fn what_was_committed_is_counted_row_by_row(
        transactions in vec((vec(step(), 0..8), any::<bool>()), 0..6),
    ) {
        let (meters, books) = RepositoryMeters::books();
        let entities = ENTITIES.map(|name| books.entity(name));
        let mut kept = BTreeMap::new();
        for name in ENTITIES.iter().flat_map(|e| KINDS.map(|k| format!("{e} {k}"))) {
            kept.insert(name, 0);
        }
        for (steps, is_committed) in &transactions {
            let changes = play(steps, &entities);
            if *is_committed {
                changes.commit();
                model(steps, &mut kept);
            }
        }
        prop_assert_eq!(meters.changes(), kept);
    }
}
