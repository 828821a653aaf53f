//! The couriers of a program, one for each subscriber and claim.

use std::{
    cell::RefCell,
    sync::{PoisonError, RwLock},
};

use kymo_core::{Carry, Claim};
use tracing::{
    Dispatch,
    dispatcher::{self, DefaultGuard},
};

use crate::{
    courier::{self, Courier},
    identity,
};

/// Has couriers stand in for whatever subscriber a thread has.
///
/// Our layer need not be found in that: it may be behind a layer that tells nothing of it, or in the subscriber of
/// the driver's thread alone.
pub(crate) const CARRY: Carry = Carry { begin, end };

/// A courier, and whom it stands for.
#[derive(Debug, Clone)]
struct Known {
    of: usize,
    claim: Claim,
    courier: Dispatch,
}

/// Couriers that are known at most: those of subscribers that come and go are made anew.
const MAX_KNOWN: usize = 64;

static KNOWN: RwLock<Vec<Known>> = RwLock::new(Vec::new());

thread_local! {
    /// The one that this thread used last.
    static LAST: RefCell<Option<Known>> = const { RefCell::new(None) };
    /// Those that stand in for the thread's subscriber now.
    static STANDING_IN: RefCell<Vec<DefaultGuard>> = const { RefCell::new(Vec::new()) };
}

fn begin(claim: Claim) -> bool {
    courier::note_own_thread();
    let found = dispatcher::get_default(|subscriber| stand_in(subscriber, claim));
    let standing_in = found.map(|courier| dispatcher::set_default(&courier));
    standing_in.is_some_and(|it| STANDING_IN.try_with(|all| all.borrow_mut().push(it)).is_ok())
}

fn end() {
    let last = STANDING_IN.try_with(|all| all.borrow_mut().pop());
    // Which sets back the subscriber: while nothing is borrowed.
    drop(last);
}

/// The courier of `claim` for `subscriber`; absent where that is one itself.
fn stand_in(subscriber: &Dispatch, claim: Claim) -> Option<Dispatch> {
    if let Some(of) = identity::of(subscriber) {
        return Some(courier(subscriber, of, claim));
    }
    match subscriber.downcast_ref::<Courier>() {
        Some(around) if around.claim() == claim => None,
        // Inside of another claim: the courier of that stands for the same subscriber.
        Some(around) => stand_in(&around.subscriber()?, claim),
        // Nothing tells it from others: it has a new one each time.
        None => Some(Dispatch::new(Courier::new(claim, subscriber))),
    }
}

fn courier(subscriber: &Dispatch, of: usize, claim: Claim) -> Dispatch {
    let is_it = |known: &Known| known.of == of && known.claim == claim && is_of_use(&known.courier);
    let last = LAST.try_with(|last| last.borrow().clone().filter(is_it));
    if let Ok(Some(last)) = last {
        return last.courier;
    }
    let known = KNOWN.read().unwrap_or_else(PoisonError::into_inner);
    let found = known.iter().find(|known| is_it(known)).cloned();
    drop(known);
    let found = found.unwrap_or_else(|| {
        // Made while nothing is locked: it is shown to every callsite of the program.
        let new = Known { of, claim, courier: Dispatch::new(Courier::new(claim, subscriber)) };
        keep(new.clone());
        new
    });
    let courier = found.courier.clone();
    let before = LAST.try_with(|last| last.replace(Some(found)));
    drop(before);
    courier
}

fn keep(new: Known) {
    let mut known = KNOWN.write().unwrap_or_else(PoisonError::into_inner);
    let (kept, gone): (Vec<_>, _) = known.drain(..).partition(|known| is_of_use(&known.courier));
    *known = kept;
    let oldest = (known.len() >= MAX_KNOWN).then(|| known.remove(0));
    known.push(new);
    drop(known);
    drop((oldest, gone));
}

fn is_of_use(courier: &Dispatch) -> bool {
    courier.downcast_ref::<Courier>().is_some_and(|it| it.subscriber().is_some())
}
