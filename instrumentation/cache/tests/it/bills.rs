//! Whatever becomes of a look-up, it is on the bill of one unit of work, or outside, once.

use std::{future::pending, thread, time::Duration};

use kymo_cache::{Cache, CacheResult};
use kymo_core::{OperationKind, Part};
use kymo_testing::UnitOfWork;
use proptest::prelude::*;
use tokio::task::yield_now;

use crate::{
    cache_meters::{CacheMeters, REQUESTS},
    places::{Works, entered, places},
};

/// What becomes of a look-up.
#[derive(Debug, Clone, Copy)]
enum Fate {
    Answered(bool),
    Loaded,
    Failed,
    Never,
    Panic,
    Many(u64),
    /// It is begun, and dropped.
    Given,
}

fn fates() -> impl Strategy<Value = Fate> {
    prop_oneof![
        any::<bool>().prop_map(Fate::Answered),
        (0_u64..200).prop_map(Fate::Many),
        Just(Fate::Loaded),
        Just(Fate::Failed),
        Just(Fate::Never),
        Just(Fate::Panic),
        Just(Fate::Given),
    ]
}

async fn ask(books: &Cache, fate: Fate) {
    let answer = async {
        yield_now().await;
        match fate {
            Fate::Answered(is_there) => Ok(is_there.then_some(7)),
            Fate::Loaded => Ok(None),
            Fate::Never => pending().await,
            Fate::Panic => panic!("the cache unwinds"),
            Fate::Failed | Fate::Many(_) | Fate::Given => Err(()),
        }
    };
    match fate {
        Fate::Many(entries) => books.count(CacheResult::Hit, entries),
        Fate::Given => {
            let _lookup = books.start_lookup();
            yield_now().await;
        }
        _ => {
            if books.lookup_async(answer).await == Ok(None) {
                books.load(yield_now()).await;
            }
        }
    }
}

proptest! {
    #[test]
    fn all_bills_and_what_is_outside_are_what_is_recorded(
        asked in proptest::collection::vec((fates(), places()), 1..12),
    ) {
        let (meters, books) = CacheMeters::books();
        let mut works = Works::default();
        for (fate, places) in asked {
            works.scatter(ask(&books, fate), &places);
        }
        let bills = works.end();
        let points = meters.points();
        prop_assert_eq!(
            entered(&bills, &points, OperationKind::Cache),
            points.count(REQUESTS, &[])
        );
    }
}

#[tokio::test]
async fn a_load_is_time_apart_from_that_of_the_handler() {
    let (_meters, books) = CacheMeters::books();
    let pause = Duration::from_millis(20);
    let mut work = UnitOfWork::new();
    let loaded = work.around(async {
        books.load(tokio::time::sleep(pause)).await;
        books.load_now(|| thread::sleep(pause));
        let mut failed = books.start_load();
        thread::sleep(pause);
        failed.end(false);
        thread::sleep(pause * 4);
    });
    loaded.await;
    let bill = work.end();
    assert!(bill.time(Part::CacheLoad) >= pause * 3, "{bill:?}");
    assert!(bill.time(Part::Handler) >= pause * 4, "{bill:?}");
    assert_eq!(bill.operations(OperationKind::Cache), 0);
}
