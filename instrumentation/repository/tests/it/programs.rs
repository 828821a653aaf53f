//! Any program of calls, against a count made by hand.

use std::{
    future::poll_fn,
    task::{Context, Poll, Waker},
};

use proptest::{collection::vec, prelude::*, sample::select};

use crate::repository_meters::{Counts, RepositoryMeters, panics};

/// The fate of a call.
#[derive(Debug, Clone, Copy)]
enum Fate {
    Succeeds,
    Fails(Option<&'static str>),
    Panics,
    /// Only a future can be.
    IsDropped,
    IsNeverPolled,
}

#[derive(Debug, Clone, Copy)]
struct Act {
    repository: &'static str,
    method: &'static str,
    blocks: bool,
    /// How often a future is not ready yet.
    pauses: u8,
    fate: Fate,
}

fn act() -> impl Strategy<Value = Act> {
    let fate = select(vec![
        Fate::Succeeds,
        Fate::Fails(None),
        Fate::Fails(Some("gone")),
        Fate::Fails(Some("sold_out")),
        Fate::Panics,
        Fate::IsDropped,
        Fate::IsNeverPolled,
    ]);
    let names = (select(vec!["books", "orders"]), select(vec!["find", "insert"]));
    (names, any::<bool>(), 0..3_u8, fate).prop_map(
        |((repository, method), blocks, pauses, fate)| Act {
            repository,
            method,
            blocks,
            pauses,
            fate,
        },
    )
}

/// Under which `error.type` it is to be counted; `None` if it is not.
fn expected(act: Act) -> Option<&'static str> {
    match act.fate {
        Fate::Fails(name) => Some(name.unwrap_or("_OTHER")),
        Fate::Panics => Some("panic"),
        Fate::IsDropped if !act.blocks && act.pauses > 0 => Some("cancelled"),
        Fate::IsNeverPolled if !act.blocks => None,
        // What blocks, or is ready at once, is over before it can be dropped.
        Fate::Succeeds | Fate::IsDropped | Fate::IsNeverPolled => Some(""),
    }
}

type Answer = Result<u8, Option<&'static str>>;

fn error_type(answer: &Answer) -> Option<&'static str> {
    answer.as_ref().err().map(|name| name.unwrap_or("_OTHER"))
}

fn end(fate: Fate) -> Answer {
    match fate {
        Fate::Fails(name) => Err(name),
        Fate::Panics => panic!("the call"),
        _ => Ok(7),
    }
}

fn play(meters: &RepositoryMeters, act: Act) {
    let repository = meters.metrics.repository(act.repository);
    if act.blocks {
        let call = || repository.observe_sync_with(act.method, || end(act.fate), error_type);
        if matches!(act.fate, Fate::Panics) {
            panics(call);
        } else {
            let _ = call();
        }
        return;
    }
    let mut pauses = act.pauses;
    let operation = poll_fn(move |_| {
        if pauses == 0 {
            return Poll::Ready(end(act.fate));
        }
        pauses -= 1;
        Poll::Pending
    });
    let mut call = Box::pin(repository.observe_with(act.method, operation, error_type));
    let mut poll = || call.as_mut().poll(&mut Context::from_waker(Waker::noop()));
    match act.fate {
        Fate::IsNeverPolled => {}
        Fate::IsDropped => drop(poll()),
        fate => {
            for _ in 0..act.pauses {
                assert!(poll().is_pending());
            }
            match fate {
                Fate::Panics => panics(poll),
                fate => assert_eq!(poll(), Poll::Ready(end(fate))),
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    #[test]
    fn each_call_that_began_is_counted_once(acts in vec(act(), 0..24)) {
        let meters = RepositoryMeters::new();
        let mut counted = Counts::new();
        for act in acts {
            play(&meters, act);
            if let Some(error) = expected(act) {
                let name = format!("{} {} {error}", act.repository, act.method);
                *counted.entry(name.trim_end().to_owned()).or_default() += 1;
            }
        }
        prop_assert_eq!(meters.operations(), counted);
    }
}
