//! Whatever becomes of a call, it is on the bill of one unit of work, or outside, once.

use std::{future::pending, thread, time::Duration};

use kymo_core::{OperationKind, Part};
use kymo_repository::Repository;
use kymo_testing::UnitOfWork;
use proptest::prelude::*;
use tokio::task::yield_now;

use crate::{
    places::{Works, entered, places},
    repository_meters::{DURATION, RepositoryMeters},
};

struct Books {
    repository: Repository,
}

#[kymo_repository::repository("books", crate = kymo_repository)]
impl Books {
    async fn find(&self, fate: Fate) -> Result<u64, String> {
        yield_now().await;
        match fate {
            Fate::Found => Ok(7),
            Fate::Failed => Err("down".to_owned()),
            Fate::Never => pending().await,
            Fate::Panic => panic!("the repository unwinds"),
            // One of one that is within another.
            Fate::Within => Ok(self.count(false)),
            Fate::WithinThatUnwinds => Ok(self.count(true)),
        }
    }

    fn count(&self, unwinds: bool) -> u64 {
        assert!(!unwinds, "the repository unwinds");
        7
    }
}

#[derive(Debug, Clone, Copy)]
enum Fate {
    Found,
    Failed,
    Never,
    Panic,
    Within,
    WithinThatUnwinds,
}

fn fates() -> impl Strategy<Value = Fate> {
    prop_oneof![
        Just(Fate::Found),
        Just(Fate::Failed),
        Just(Fate::Never),
        Just(Fate::Panic),
        Just(Fate::Within),
        Just(Fate::WithinThatUnwinds),
    ]
}

proptest! {
    #[test]
    fn all_bills_and_what_is_outside_are_what_is_recorded(
        calls in proptest::collection::vec((fates(), places()), 1..12),
    ) {
        let meters = RepositoryMeters::new();
        let books = Books { repository: meters.metrics.described::<Books>() };
        let mut works = Works::default();
        for (fate, places) in calls {
            works.scatter(async { drop(books.find(fate).await) }, &places);
        }
        let bills = works.end();
        let points = meters.points();
        prop_assert_eq!(
            entered(&bills, &points, OperationKind::Repository),
            points.count(DURATION, &[])
        );
    }
}

#[test]
fn a_method_is_counted_and_its_time_is_that_of_the_handler() {
    let (meters, books) = RepositoryMeters::books();
    let pause = Duration::from_millis(20);
    let mut work = UnitOfWork::new();
    let find = || {
        thread::sleep(pause);
        Err::<u64, _>("down")
    };
    work.run(|| books.observe_sync("find", find).unwrap_err());
    let bill = work.end();
    assert_eq!(bill.operations(OperationKind::Repository), 1);
    assert!(bill.time(Part::Handler) >= pause, "{bill:?}");
    books.observe_sync("find", || Ok::<_, ()>(())).unwrap();
    assert_eq!(entered(&[], &meters.points(), OperationKind::Repository), 1);
}
