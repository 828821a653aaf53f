//! A call takes no allocation of ours, once its series is there.

use std::{future::ready, hint::black_box};

use allocation_counter::measure;
use futures_util::FutureExt;
use kymo_repository::{ChangeSet, Repository};

use crate::repository_meters::RepositoryMeters;

const CALLS: u64 = 1_000;

struct Books {
    repository: Repository,
}

#[kymo_repository::repository("books", crate = kymo_repository)]
impl Books {
    async fn find(&self, id: u64) -> Result<u64, String> {
        ready(Ok(id)).await
    }

    fn count(&self) -> u64 {
        7
    }
}

/// Allocations of so many calls, after as many that warm up.
fn allocations<T>(call: impl Fn() -> T) -> u64 {
    let calls = || {
        for _ in 0..CALLS {
            let _ = black_box(call());
        }
    };
    calls();
    measure(calls).count_total
}

#[test]
fn a_call_allocates_nothing() {
    let meters = RepositoryMeters::new();
    let books = Books { repository: meters.metrics.described::<Books>() };
    assert_eq!(allocations(|| books.find(7).now_or_never()), 0);
    assert_eq!(allocations(|| books.count()), 0);
    let failed = || books.repository.observe_sync("find", || Err::<(), _>(7));
    assert_eq!(allocations(failed), 0);
    assert_eq!(meters.operations()["books count"], 2 * CALLS);
}

#[test]
fn an_entity_allocates_nothing_and_a_change_set_one_list() {
    let (_meters, books) = RepositoryMeters::books();
    let (book, order) = (books.entity("book"), books.entity("order"));
    assert_eq!(allocations(|| book.inserted(1)), 0);
    let committed = allocations(|| {
        let mut changes = ChangeSet::default();
        changes.insert(&order, 1);
        changes.update(&book, 1);
        changes.commit();
    });
    assert_eq!(committed, CALLS);
}
