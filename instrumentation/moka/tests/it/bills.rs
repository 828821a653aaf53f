//! Whatever becomes of what a cache is asked, it is on the bill of one unit of work, or outside, once.

use std::{future::pending, thread, time::Duration};

use kymo_core::{OperationKind, Part};
use kymo_moka::{MeasureMoka as _, future, sync};
use kymo_testing::UnitOfWork;
use proptest::prelude::*;
use tokio::task::yield_now;

use crate::{
    cache_meters::{CacheMeters, REQUESTS},
    places::{Works, entered, places},
};

/// What a cache is asked.
#[derive(Debug, Clone, Copy)]
enum Asked {
    Get,
    Load,
    LoadThatFails,
    LoadThatIsNever,
    LoadThatUnwinds,
    Insert,
    Remove,
    /// A blocking cache.
    Blocking,
    BlockingThatUnwinds,
}

fn asked() -> impl Strategy<Value = Asked> {
    prop_oneof![
        Just(Asked::Get),
        Just(Asked::Load),
        Just(Asked::LoadThatFails),
        Just(Asked::LoadThatIsNever),
        Just(Asked::LoadThatUnwinds),
        Just(Asked::Insert),
        Just(Asked::Remove),
        Just(Asked::Blocking),
        Just(Asked::BlockingThatUnwinds),
    ]
}

type Caches = (future::MeasuredCache<u8, u32>, sync::MeasuredCache<u8, u32>);

async fn ask((books, blocking): &Caches, key: u8, asked: Asked) {
    match asked {
        Asked::Get => drop(books.get(&key).await),
        Asked::Load => {
            let load = async {
                yield_now().await;
                7
            };
            books.get_with(key, load).await;
        }
        Asked::LoadThatFails => {
            let load = async {
                yield_now().await;
                Err::<u32, _>("down")
            };
            drop(books.try_get_with(key, load).await);
        }
        Asked::LoadThatIsNever => drop(books.get_with(key, pending()).await),
        Asked::LoadThatUnwinds => {
            books.get_with(key, async { panic!("the load unwinds") }).await;
        }
        Asked::Insert => books.insert(key, 7).await,
        Asked::Remove => drop(books.remove(&key).await),
        Asked::Blocking => drop(blocking.get_with(key, || 7)),
        Asked::BlockingThatUnwinds => {
            blocking.get_with(key, || panic!("the load unwinds"));
        }
    }
}

proptest! {
    #[test]
    fn all_bills_and_what_is_outside_are_what_is_recorded(
        all in proptest::collection::vec((0_u8..3, asked(), places()), 1..16),
    ) {
        let (meters, books) = CacheMeters::books();
        let caches: Caches =
            (books.moka(moka::future::Cache::new(9)), books.moka(moka::sync::Cache::new(9)));
        let mut works = Works::default();
        for (key, asked, places) in all {
            works.scatter(ask(&caches, key, asked), &places);
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
async fn who_loads_is_charged_for_the_load_and_who_waits_for_it_is_not() {
    let (meters, books) = CacheMeters::books();
    let cache = books.moka(moka::future::Cache::<u8, u32>::new(9));
    let pause = Duration::from_millis(30);
    let (mut loads, mut waits) = (UnitOfWork::new(), UnitOfWork::new());
    let load = async {
        tokio::time::sleep(pause).await;
        7
    };
    let loaded = loads.around(cache.get_with(1, load));
    let waited = waits.around(cache.get_with(1, pending()));
    assert_eq!(futures_util::join!(loaded, waited), (7, 7));
    let bills = [loads.end(), waits.end()];
    assert!(bills[0].time(Part::CacheLoad) >= pause, "{bills:?}");
    assert_eq!(bills[1].time(Part::CacheLoad), Duration::ZERO);
    assert!(bills[1].time(Part::Waiting) >= pause / 2, "{bills:?}");
    assert_eq!(bills.each_ref().map(|bill| bill.operations(OperationKind::Cache)), [1, 1]);
    assert_eq!(entered(&[], &meters.points(), OperationKind::Cache), 0);
}

#[test]
fn a_load_that_blocks_is_time_of_its_part() {
    let (_meters, books) = CacheMeters::books();
    let cache = books.moka(moka::sync::Cache::<u8, u32>::new(9));
    let pause = Duration::from_millis(20);
    let mut work = UnitOfWork::new();
    work.run(|| {
        cache.get_with(1, || {
            thread::sleep(pause);
            7
        })
    });
    assert!(work.end().time(Part::CacheLoad) >= pause);
}
