//! What runs inside a claim that goes along to the thread of a driver.

use std::{
    panic::{self, AssertUnwindSafe},
    thread,
};

use kymo_core::{Claim, ClaimedText};
use tracing::{
    Dispatch, Event, Metadata, Span, Subscriber,
    dispatcher::{self, with_default},
    info_span,
    span::{Attributes, Id, Record},
    subscriber::NoSubscriber,
};
use tracing_subscriber::{
    Layer, Registry,
    layer::{Context, Identity},
    prelude::*,
    reload,
};

use crate::common::{Bed, statement};

const DURATION: &str = "db.client.operation.duration";
const UNMEASURED: &str = "kymo.db.unmeasured.operations";

/// A subscriber of `layer` that has spans, too.
fn with_spans<L: Layer<Registry> + Send + Sync>(layer: L) -> Dispatch {
    Dispatch::new(Registry::default().with(layer).with(Identity::new()))
}

/// Has the span that is current here entered on another thread, as SQLite's driver does, and says there whether
/// `claim` is made.
fn is_made_by_a_driver(claim: Claim) -> bool {
    let span = Span::current();
    thread::scope(|scope| scope.spawn(|| span.in_scope(|| claim.is_made())).join()).unwrap()
}

#[test]
fn a_span_of_the_program_may_name_the_current_one_as_its_parent_where_none_is() {
    let bed = Bed::new();
    let subscriber = Registry::default().with(bed.layer()).with(Identity::new());
    let metrics = bed.recorded_by(subscriber, || {
        Claim::Statement.run_carried(|| {
            let hook = info_span!(parent: &Span::current(), "hook");
            hook.in_scope(|| statement("SELECT 1", 1, 0.1));
            hook.follows_from(Span::current());
            // And where there is one.
            let inner =
                info_span!("outer").in_scope(|| info_span!(parent: Span::current(), "inner"));
            inner.in_scope(|| statement("SELECT 1", 1, 0.1));
        });
        statement("SELECT 2", 1, 0.1);
    });
    assert_eq!(metrics.points().count(DURATION, &[]), 1);
}

#[test]
fn a_claim_inside_of_another_goes_along_as_well() {
    let bed = Bed::new();
    with_default(&with_spans(bed.layer()), || {
        Claim::Migration.run_carried(|| {
            assert!(is_made_by_a_driver(Claim::Migration));
            assert!(!is_made_by_a_driver(Claim::Statement));
            Claim::Statement.run_carried(|| {
                assert!(is_made_by_a_driver(Claim::Statement));
                Claim::Statement.run_carried(|| assert!(is_made_by_a_driver(Claim::Statement)));
            });
            assert!(is_made_by_a_driver(Claim::Migration));
        });
        assert!(!is_made_by_a_driver(Claim::Migration));
    });
}

/// A layer around another that does not tell of it, as one that is written by hand.
struct Closed<L>(L);

impl<L: Layer<S>, S: Subscriber> Layer<S> for Closed<L> {
    fn on_layer(&mut self, subscriber: &mut S) {
        self.0.on_layer(subscriber);
    }

    fn on_event(&self, event: &Event<'_>, context: Context<'_, S>) {
        self.0.on_event(event, context);
    }
}

/// A subscriber that is written by hand, and keeps its spans nowhere.
struct ByHand;

impl Subscriber for ByHand {
    fn enabled(&self, _metadata: &Metadata<'_>) -> bool {
        true
    }

    fn new_span(&self, _span: &Attributes<'_>) -> Id {
        Id::from_u64(7)
    }

    fn record(&self, _span: &Id, _values: &Record<'_>) {}

    fn record_follows_from(&self, _span: &Id, _follows: &Id) {}

    fn event(&self, _event: &Event<'_>) {}

    fn enter(&self, _span: &Id) {}

    fn exit(&self, _span: &Id) {}
}

#[test]
fn a_claim_goes_along_whatever_the_subscriber_of_the_thread_tells_of_the_layer() {
    let bed = Bed::new();
    let (reloaded, _handle) = reload::Layer::new(bed.layer());
    let subscribers = [
        ("reloaded", with_spans(reloaded)),
        ("closed", with_spans(Closed(bed.layer()))),
        ("another", Dispatch::new(Registry::default())),
        ("by hand", Dispatch::new(ByHand)),
        ("none", Dispatch::new(NoSubscriber::default())),
    ];
    for (name, subscriber) in subscribers {
        with_default(&subscriber, || {
            for _ in 0..3 {
                let is_made = || is_made_by_a_driver(Claim::Statement);
                assert!(Claim::Statement.run_carried(is_made), "{name}");
                let inside = || info_span!("request").in_scope(is_made);
                assert!(Claim::Statement.run_carried(inside), "{name}");
                let around =
                    info_span!("request").in_scope(|| Claim::Statement.run_carried(is_made));
                assert!(around, "{name}");
                assert!(!is_made(), "{name}");
            }
        });
    }
}

#[test]
fn two_subscribers_of_one_thread_have_each_their_own_spans() {
    let bed = Bed::new();
    let subscribers = [(); 3].map(|()| with_spans(bed.layer()));
    let named = |subscriber: &Dispatch, name: &'static str| {
        with_default(subscriber, || {
            let span = match name {
                "one" => info_span!("one"),
                "two" => info_span!("two"),
                _ => info_span!("three"),
            };
            span.in_scope(|| {
                Claim::Statement.run_carried(|| {
                    let current = Span::current();
                    assert_eq!(current.metadata().unwrap().name(), name);
                });
            });
        });
    };
    for _ in 0..2 {
        for (subscriber, name) in subscribers.iter().zip(["one", "two", "three"]) {
            named(subscriber, name);
        }
    }
}

#[test]
fn a_span_that_a_task_takes_along_claims_nothing_where_statements_are_measured() {
    let bed = Bed::new();
    let kept = with_default(&with_spans(bed.layer()), || {
        let own = || [info_span!("refresh"), Span::current()];
        let [made, none] = Claim::Statement.run_carried(own);
        let [inside, current] =
            info_span!("request").in_scope(|| Claim::Statement.run_carried(own));
        [made, none, inside, current]
    });
    let is_made = || Claim::Statement.is_made();
    // Where the thread has measured something, and where it does so meanwhile.
    for span in &kept {
        assert!(!span.in_scope(is_made), "{span:?}");
    }
    thread::scope(|scope| {
        scope.spawn(|| {
            for span in &kept {
                span.in_scope(|| Claim::Statement.run_carried(|| ()));
                assert!(!is_made());
            }
            kept[0].in_scope(|| kept[1].in_scope(|| assert!(!is_made())));
        });
    });
    thread::scope(|scope| {
        scope.spawn(|| {
            let outer = kept[0].enter();
            let inner = kept[1].enter();
            assert!(is_made(), "it may be that of a driver");
            drop(outer);
            assert!(is_made());
            Claim::Statement.run_carried(|| ());
            assert!(!is_made());
            drop(inner);
            assert!(!is_made());
        });
    });
}

#[test]
fn nothing_is_found_by_its_type_below_a_claim_that_goes_along() {
    let bed = Bed::new();
    with_default(&with_spans(bed.layer()), || {
        let is_found = || dispatcher::get_default(Dispatch::is::<Registry>);
        assert!(is_found());
        assert!(Claim::Statement.run(is_found));
        assert!(!Claim::Statement.run_carried(is_found));
    });
}

#[test]
fn what_stands_for_no_span_is_no_parent_once_its_claim_has_ended() {
    let bed = Bed::new();
    let subscriber = with_spans(bed.layer());
    let carried = || Claim::Statement.run_carried(Span::current);
    let [none, some] =
        with_default(&subscriber, || [carried(), info_span!("request").in_scope(carried)]);
    with_default(&subscriber, || {
        none.in_scope(|| some.in_scope(|| statement("SELECT 1", 1, 0.1)));
        let child_of = |parent: &Span| drop(info_span!(parent: parent, "child"));
        child_of(&some);
        // The registry has none of that name: as it is written in the documentation of kymo-sea-orm.
        panic::catch_unwind(AssertUnwindSafe(|| child_of(&none))).unwrap_err();
        Claim::Statement.run_carried(|| child_of(&none));
    });
}

#[test]
fn a_claim_goes_along_for_more_subscribers_than_are_remembered() {
    let bed = Bed::new();
    let all: Vec<_> = (0..100).map(|_| with_spans(bed.layer())).collect();
    for subscriber in all.iter().chain(&all) {
        with_default(subscriber, || {
            let is_made = || is_made_by_a_driver(Claim::Statement);
            let inside = || info_span!("request").in_scope(is_made);
            assert!(Claim::Statement.run_carried(is_made) && Claim::Statement.run_carried(inside));
        });
    }
}

#[test]
fn of_statements_of_others_beside_a_claimed_one_none_is_claimed() {
    let bed = Bed::new();
    let types = "SELECT pg_type.oid,\npg_type.oid::regtype::text pretty_name,\ntypname FROM a";
    Claim::promise();
    let metrics = bed.recorded(|| {
        ClaimedText::of("SELECT * FROM books WHERE id = 1").unwrap().run(|| {
            statement("SET search_path = shop", 0, 0.1);
            statement("SET sql_mode=(SELECT CONCAT(@@sql_mode, ',A')),NAMES utf8mb4;", 0, 0.1);
            statement("SELECT * FROM books WHERE id = 1", 1, 0.1);
            statement("SELECT * FROM books WHERE id = 2", 1, 0.1);
            statement(types, 1, 0.1);
        });
        ClaimedText::of_transaction().unwrap().run(|| {
            statement("BEGIN", 0, 0.1);
            statement("ROLLBACK TO SAVEPOINT _sqlx_savepoint_1", 0, 0.1);
            statement("SET TRANSACTION READ ONLY", 0, 0.1);
        });
        statement("SELECT * FROM books WHERE id = 1", 1, 0.1);
    });
    let by = |name| metrics.points().by(name, "db.query.summary");
    let recorded = by(DURATION);
    assert_eq!(recorded.values().sum::<i64>(), 5, "{recorded:?}");
    assert_eq!(recorded["SELECT books"], 2);
    assert_eq!(by(UNMEASURED).values().sum::<i64>(), 4, "the driver's own is left out");
}
