//! Where a future is polled and dropped: in units of work, outside of them, and on another thread.

use std::{
    future::Future,
    panic::{AssertUnwindSafe, catch_unwind},
    task::{Context, Waker},
    thread,
};

use kymo_core::{Bill, OperationKind};
use kymo_testing::{Points, UnitOfWork};
use proptest::prelude::*;

/// A place to poll or to drop in.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Place {
    One,
    Other,
    Outside,
    Thread,
}

/// Places to poll in, of which the last is to drop in.
pub(crate) fn places() -> impl Strategy<Value = Vec<Place>> {
    let place = prop_oneof![
        3 => Just(Place::One),
        1 => Just(Place::Other),
        1 => Just(Place::Outside),
        1 => Just(Place::Thread),
    ];
    proptest::collection::vec(place, 1..5)
}

/// Two units of work.
#[derive(Default)]
pub(crate) struct Works([UnitOfWork; 2]);

impl Works {
    /// Runs a piece in that place.
    pub(crate) fn at<T: Send>(&mut self, place: Place, piece: impl FnOnce() -> T + Send) -> T {
        let [one, other] = &mut self.0;
        match place {
            Place::One => one.run(piece),
            Place::Other => other.run(piece),
            Place::Outside => piece(),
            Place::Thread => thread::scope(|scope| scope.spawn(piece).join().unwrap()),
        }
    }

    /// Polls `future` in all of the places but the last, and drops it there; whatever it unwinds with is caught.
    pub(crate) fn scatter(&mut self, future: impl Future<Output = ()> + Send, places: &[Place]) {
        let (last, polls) = places.split_last().unwrap();
        let mut future = Box::pin(future);
        let mut is_over = false;
        for place in polls {
            let poll = || future.as_mut().poll(&mut Context::from_waker(Waker::noop())).is_ready();
            if !is_over {
                is_over = self.at(*place, || catch_unwind(AssertUnwindSafe(poll))).unwrap_or(true);
            }
        }
        self.at(*last, || drop(catch_unwind(AssertUnwindSafe(|| drop(future)))));
    }

    /// The bills of both.
    pub(crate) fn end(self) -> [Bill; 2] {
        self.0.map(UnitOfWork::end)
    }
}

/// How many operations are on the bills, and outside of any by the counter.
pub(crate) fn entered(bills: &[Bill], points: &Points, kind: OperationKind) -> i64 {
    let on_bills: u32 = bills.iter().map(|bill| bill.operations(kind)).sum();
    let name = kymo_core::metrics::OUTSIDE.name;
    let outside = points.count(name, &[(kymo_core::key::OPERATION_KIND.name, kind.name())]);
    i64::from(on_bills) + outside
}
