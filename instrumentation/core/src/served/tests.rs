use std::{
    future::{Future, poll_fn},
    panic::{AssertUnwindSafe, catch_unwind},
    pin::pin,
    task::{self, Poll, Waker},
};

use opentelemetry::{
    Context,
    metrics::{MeterProvider, noop::NoopMeterProvider},
    trace::{SpanContext, SpanId, TraceContextExt, TraceFlags, TraceId, TraceState},
};
use proptest::prelude::*;

use super::*;
use crate::{OperationKind, Operations, Serving, carry};

fn account() -> Account {
    Account::new(Instant::now(), 10, Duration::from_millis(10))
}

fn queries() -> Operations {
    Operations::new(&NoopMeterProvider::new().meter("test"), OperationKind::Sql)
}

fn trace(number: u8) -> Option<Trace> {
    Trace::new([number; 16], [number; 8])
}

fn span(number: u8, flags: TraceFlags) -> Context {
    let (trace_id, span_id) = (TraceId::from_bytes([number; 16]), SpanId::from_bytes([number; 8]));
    let span = SpanContext::new(trace_id, span_id, flags, false, TraceState::NONE);
    Context::new().with_remote_span_context(span)
}

/// Queries that were entered into the account of a request; `None` without one.
fn entered(served: &mut Served) -> Option<u32> {
    let bill = served.account()?.close(Duration::ZERO);
    Some(bill.operations(OperationKind::Sql))
}

/// What is done within one turn, and what those do that are within it.
#[derive(Debug, Clone)]
enum Act {
    Query,
    /// Something looks for a trace in a span of this number, which may be sampled.
    Look(u8, bool),
    /// It is done while something of this trace is recorded.
    Record(u8, Vec<Act>),
    /// It is done by a future that carries the account.
    Carry(Vec<Act>),
    /// It is done inside a layer of the other kind.
    Handle(Vec<Act>),
    /// Another request is served, by its number; it may unwind.
    Turn(usize, Vec<Act>, bool),
}

fn acts() -> impl Strategy<Value = Vec<Act>> {
    let leaf =
        prop_oneof![Just(Act::Query), (1_u8..4, any::<bool>()).prop_map(|(n, s)| Act::Look(n, s))];
    let act = leaf.prop_recursive(4, 24, 5, |act| {
        let within = proptest::collection::vec(act, 0..5);
        prop_oneof![
            3 => (0_usize..REQUESTS, within.clone(), any::<bool>())
                .prop_map(|(n, acts, unwinds)| Act::Turn(n, acts, unwinds)),
            1 => (0_u8..4, within.clone()).prop_map(|(n, acts)| Act::Record(n, acts)),
            1 => within.clone().prop_map(Act::Carry),
            1 => within.prop_map(Act::Handle),
        ]
    });
    proptest::collection::vec(act, 0..8)
}

const REQUESTS: usize = 4;

/// An independent statement of what requests find out: each has a trace or none, whether it was sent, and its queries
/// if it has an account.
#[derive(Debug, Clone, PartialEq)]
struct Expected {
    trace: Option<Trace>,
    is_sent: bool,
    queries: Option<u32>,
    /// It is no request, but the record of an attempt.
    is_record: bool,
}

/// Does it with requests, and with what is expected of them; `around` is the request that is served.
fn act(
    requests: &[std::cell::RefCell<Served>],
    expected: &mut [Expected],
    stack: &mut Vec<Expected>,
    acts: &[Act],
    queries: &Operations,
) {
    for one in acts {
        match one {
            Act::Query => {
                queries.enter();
                if let Some(around) = stack.iter_mut().rev().find(|it| it.queries.is_some()) {
                    around.queries = around.queries.map(|it| it + 1);
                }
            }
            Act::Look(number, is_sampled) => {
                let flags = if *is_sampled { TraceFlags::SAMPLED } else { TraceFlags::default() };
                let _attached = span(*number, flags).attach();
                let found = trace(*number).filter(|_| *is_sampled);
                if let Some(top) = stack.last().filter(|top| top.is_record) {
                    assert_eq!(here::trace(), top.trace);
                    continue;
                }
                assert_eq!(here::trace(), found);
                if let Some(top) = stack.last_mut()
                    && (top.is_sent || top.trace.is_none())
                {
                    (top.trace, top.is_sent) = (found, false);
                }
            }
            Act::Record(number, within) => {
                let trace = trace(*number);
                let _recording = Serving::record(trace);
                stack.push(Expected { trace, is_sent: false, queries: None, is_record: true });
                act(requests, expected, stack, within, queries);
                stack.pop();
            }
            Act::Carry(within) => {
                let carried = carry(poll_fn(|_| {
                    act(requests, expected, stack, within, queries);
                    Poll::Ready(())
                }));
                let polled = pin!(carried).poll(&mut task::Context::from_waker(Waker::noop()));
                assert!(polled.is_ready());
            }
            Act::Handle(within) => {
                let inside = Layer::Handler.enter();
                act(requests, expected, stack, within, queries);
                assert!(Layer::Handler.is_around());
                drop(inside);
            }
            Act::Turn(number, within, unwinds) => {
                // One request is polled once at a time.
                let Ok(mut served) = requests[*number].try_borrow_mut() else { continue };
                let around = stack.last().cloned();
                let mut inner = expected[*number].clone();
                if inner.trace.is_none()
                    && let Some(around) = &around
                {
                    (inner.trace, inner.is_sent) = (around.trace, around.is_sent);
                }
                stack.push(inner);
                let caught = catch_unwind(AssertUnwindSafe(|| {
                    let turn = served.turn(Layer::Server);
                    assert_eq!(here::trace(), stack.last().unwrap().trace);
                    act(requests, expected, stack, within, queries);
                    if *unwinds {
                        std::panic::resume_unwind(Box::new(()));
                    }
                    turn.end();
                }));
                assert_eq!(caught.is_err(), *unwinds);
                expected[*number] = stack.pop().unwrap();
            }
        }
    }
}

proptest! {
    #[test]
    fn turns_within_turns_find_out_what_is_theirs_and_leave_the_thread_as_it_was(acts in acts()) {
        here::want();
        // The thread has looked for a context once.
        let _ = here::trace();
        let _ = here::has_span();
        let mut expected: Vec<_> = (0..REQUESTS)
            .map(|number| Expected {
                trace: if number >= 2 { trace(9) } else { None },
                is_sent: number == 3,
                queries: (number != 1).then_some(0),
                is_record: false,
            })
            .collect();
        let requests: Vec<_> = expected
            .iter()
            .map(|it| {
                let mut served = Served::new(it.trace, it.queries.map(|_| account()));
                if it.is_sent {
                    served.be_sent(it.trace);
                }
                std::cell::RefCell::new(served)
            })
            .collect();
        let before = here::work();
        act(&requests, &mut expected, &mut Vec::new(), &acts, &queries());
        prop_assert_eq!(here::work(), before);
        prop_assert_eq!(here::trace(), None);
        for (served, expected) in requests.into_iter().zip(expected) {
            let mut served = served.into_inner();
            prop_assert_eq!(served.trace(), expected.trace);
            prop_assert_eq!(entered(&mut served), expected.queries);
        }
        here::want_no_more();
    }
}

#[test]
fn a_turn_that_unwinds_is_a_poll_and_keeps_what_was_entered() {
    let mut served = Served::new(None, Some(account()));
    let queries = queries();
    let caught = catch_unwind(AssertUnwindSafe(|| {
        let long_ago = Instant::now().checked_sub(Duration::from_secs(1)).unwrap();
        let _turn = served.turn_at(Layer::Server, long_ago);
        queries.enter();
        std::panic::resume_unwind(Box::new(()));
    }));
    assert!(caught.is_err());
    assert!(!Layer::Server.is_around(), "the thread has left it");
    let bill = served.account().unwrap().close(Duration::from_secs(2));
    assert_eq!((bill.operations(OperationKind::Sql), bill.blocked()), (1, 1));
    assert!(bill.longest_poll() >= Duration::from_secs(1), "{bill:?}");
}

#[test]
fn a_turn_within_the_work_of_another_instrumentation_leaves_that_alone() {
    here::want();
    let serving = Serving::enter(trace(1));
    let inside = Layer::Handler.enter();
    let mut served = Served::new(trace(2), Some(account()));
    let turn = served.turn(Layer::Server);
    assert_eq!((here::trace(), Layer::Handler.is_around()), (trace(2), true));
    turn.end();
    assert_eq!((here::trace(), Layer::Server.is_around()), (trace(1), false));
    assert!(Layer::Handler.is_around());
    drop(inside);
    assert_eq!(serving.leave(), trace(1));
    here::want_no_more();
}

#[test]
fn a_timed_turn_that_ends_without_a_moment_counts_until_now() {
    let mut served = Served::new(None, Some(account()));
    let long_ago = Instant::now().checked_sub(Duration::from_secs(1)).unwrap();
    served.turn_at(Layer::Server, long_ago).end();
    let bill = served.account().unwrap().close(Duration::from_secs(2));
    assert!(bill.longest_poll() >= Duration::from_secs(1), "{bill:?}");
}
