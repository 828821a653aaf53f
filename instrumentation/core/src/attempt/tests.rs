use std::{
    cell::RefCell,
    future::{pending, ready},
    panic::{AssertUnwindSafe, catch_unwind},
    pin::{Pin, pin},
    task::{Context, Poll, Waker},
};

use proptest::prelude::*;

use super::*;

type Log = RefCell<Vec<Outcome>>;

struct Push<'a>(&'a Log);

impl Record for Push<'_> {
    fn record(&mut self, _elapsed: Duration, outcome: Outcome) {
        self.0.borrow_mut().push(outcome);
    }
}

/// The outcomes that an attempt recorded which `program` was given, whether it unwound or not.
fn recorded(program: impl FnOnce(Attempt<Push<'_>>)) -> Vec<Outcome> {
    let log = Log::default();
    let _ = catch_unwind(AssertUnwindSafe(|| program(Attempt::started(Push(&log)))));
    log.into_inner()
}

fn poll_once<F: Future>(future: Pin<&mut F>) -> Poll<F::Output> {
    future.poll(&mut Context::from_waker(Waker::noop()))
}

/// Panics when it is dropped.
struct Trap;

impl Drop for Trap {
    fn drop(&mut self) {
        panic!("while it is dropped");
    }
}

#[test]
fn a_piece_that_is_entered_and_never_left_is_a_panic() {
    let left = recorded(|mut attempt| {
        let outer = attempt.enter();
        let inner = attempt.enter();
        attempt.leave(inner);
        attempt.leave(outer);
        attempt.decide(Outcome::Success);
    });
    assert_eq!(left, [Outcome::Success]);
    for entered in [1, 2] {
        let unwound = recorded(|mut attempt| {
            let outer = attempt.enter();
            attempt.decide(Outcome::Success);
            if entered == 2 {
                attempt.leave(outer);
                let _inner = attempt.enter();
                attempt.run(|| {});
            }
            panic!("in the piece that is entered");
        });
        assert_eq!(unwound, [Outcome::Panic], "{entered}");
    }
}

/// One thing that can be done to an attempt.
#[derive(Debug, Clone, Copy)]
enum Act {
    Run,
    RunThatUnwinds,
    /// Whoever runs it catches the panic, and goes on.
    RunThatIsCaught,
    Decide(Outcome),
    Finish(Outcome),
    Forget,
}

fn acts() -> impl Strategy<Value = Vec<Act>> {
    let outcome =
        || prop_oneof![Just(Outcome::Success), Just(Outcome::Timeout), Just(Outcome::Cancelled)];
    let act = prop_oneof![
        4 => Just(Act::Run),
        1 => Just(Act::RunThatUnwinds),
        1 => Just(Act::RunThatIsCaught),
        2 => outcome().prop_map(Act::Decide),
        2 => outcome().prop_map(Act::Finish),
        1 => Just(Act::Forget),
    ];
    proptest::collection::vec(act, 0..8)
}

/// An independent statement of what is to be recorded.
fn expected(acts: &[Act]) -> Option<Outcome> {
    let (mut outcome, mut has_unwound) = (Outcome::Cancelled, false);
    let or_panic = |outcome, has_unwound| if has_unwound { Outcome::Panic } else { outcome };
    for act in acts {
        match *act {
            Act::Run => {}
            Act::RunThatIsCaught => has_unwound = true,
            Act::RunThatUnwinds => return Some(Outcome::Panic),
            Act::Decide(decided) => outcome = decided,
            Act::Finish(finished) => return Some(or_panic(finished, has_unwound)),
            Act::Forget => return None,
        }
    }
    Some(or_panic(outcome, has_unwound))
}

proptest! {
    #[test]
    fn whatever_is_done_to_an_attempt_it_is_recorded_once_or_forgotten(acts in acts()) {
        let outcomes = recorded(|mut attempt| {
            for act in &acts {
                match *act {
                    Act::Run => attempt.run(|| ()),
                    Act::RunThatUnwinds => attempt.run(|| panic!("the attempt")),
                    Act::RunThatIsCaught => {
                        let piece = || attempt.run(|| panic!("the attempt"));
                        assert!(catch_unwind(AssertUnwindSafe(piece)).is_err());
                    }
                    Act::Decide(outcome) => attempt.decide(outcome),
                    Act::Finish(outcome) => attempt.finish(outcome),
                    Act::Forget => attempt.forget(),
                }
            }
        });
        prop_assert_eq!(outcomes, Vec::from_iter(expected(&acts)));
    }
}

#[test]
fn what_never_starts_is_not_recorded() {
    let log = Log::default();
    drop(Attempt::new(Push(&log)));
    let mut unpolled = Attempt::new(Push(&log));
    drop(unpolled.watch(ready(())));
    drop(unpolled);
    assert!(log.into_inner().is_empty());
}

#[test]
fn the_first_poll_starts_it_and_later_ones_do_not() {
    let log = Log::default();
    let mut attempt = Attempt::new(Push(&log));
    assert!(poll_once(pin!(attempt.watch(pending::<()>()))).is_pending());
    let started = attempt.start();
    std::thread::sleep(Duration::from_millis(1));
    assert!(poll_once(pin!(attempt.watch(pending::<()>()))).is_pending());
    assert_eq!(attempt.start(), started);
}

#[test]
fn the_time_is_counted_from_the_moment_it_is_told() {
    struct Elapsed<'a>(&'a RefCell<Vec<Duration>>);
    impl Record for Elapsed<'_> {
        fn record(&mut self, elapsed: Duration, _outcome: Outcome) {
            self.0.borrow_mut().push(elapsed);
        }
    }
    let log = RefCell::default();
    let began = Instant::now();
    let second = Duration::from_secs(1);
    Attempt::started_at(began, Elapsed(&log)).finish_at(began + second, Outcome::Success);
    let mut restarted = Attempt::started(Elapsed(&log));
    restarted.restart_at(began + second);
    restarted.finish_at(began + second * 3, Outcome::Success);
    Attempt::started_at(began + second, Elapsed(&log)).finish_at(began, Outcome::Success);
    assert_eq!(*log.borrow(), [second, second * 2, Duration::ZERO]);
}

#[test]
fn a_future_that_unwinds_is_a_panic() {
    let outcomes = recorded(|mut attempt| {
        let watched = pin!(attempt.watch(async { panic!("the attempt") }));
        let _: Poll<()> = poll_once(watched);
    });
    assert_eq!(outcomes, [Outcome::Panic]);
}

#[test]
fn a_future_that_unwinds_while_it_is_dropped_is_a_panic() {
    let outcomes = recorded(|mut attempt| {
        let held = async {
            let _trap = Trap;
            pending::<()>().await;
        };
        let mut watched = Box::pin(attempt.watch(held));
        assert!(poll_once(watched.as_mut()).is_pending());
        drop(watched);
    });
    assert_eq!(outcomes, [Outcome::Panic]);
}

#[test]
fn a_future_that_is_dropped_while_something_else_unwinds_is_cancelled() {
    let outcomes = recorded(|mut attempt| {
        let mut watched = Box::pin(attempt.watch(pending::<()>()));
        assert!(poll_once(watched.as_mut()).is_pending());
        panic!("not the attempt");
    });
    assert_eq!(outcomes, [Outcome::Cancelled]);
}

#[test]
fn a_future_that_has_answered_is_dropped_before_the_attempt_is_finished() {
    let outcomes = recorded(|mut attempt| {
        let trap = Trap;
        let answered = std::future::poll_fn(move |_| {
            let _ = &trap;
            Poll::Ready(7)
        });
        let mut operation = Box::pin(async {
            attempt.watch(answered).await;
            attempt.finish(Outcome::Success);
        });
        let _ = poll_once(operation.as_mut());
    });
    assert_eq!(outcomes, [Outcome::Panic]);
}

#[test]
fn what_is_not_timed_is_recorded_all_the_same() {
    let log = Log::default();
    drop(Attempt::untimed(Push(&log)));
    Attempt::untimed(Push(&log)).finish(Outcome::Success);
    assert_eq!(*log.borrow(), [Outcome::Cancelled, Outcome::Success]);
}

#[test]
fn an_attempt_that_goes_with_its_future_is_recorded_with_it() {
    let log = Log::default();
    let mut around = Box::pin(Attempt::new(Push(&log)).around(pending::<()>()));
    assert!(poll_once(around.as_mut()).is_pending());
    drop(around);
    drop(Attempt::new(Push(&log)).around(pending::<()>()));
    let mut answered = pin!(Attempt::new(Push(&log)).around(ready(7)));
    assert_eq!(poll_once(answered.as_mut()), Poll::Ready(7));
    answered.as_mut().watch_mut().finish(Outcome::Success);
    assert!(catch_unwind(AssertUnwindSafe(|| poll_once(answered))).is_err(), "as it does alone");
    assert_eq!(*log.borrow(), [Outcome::Cancelled, Outcome::Success]);
}
