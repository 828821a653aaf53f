//! What runs inside a claim that goes along to the thread of a driver.

use std::thread;

use kymo_core::Claim;
use tracing::{Span, info_span, subscriber::with_default};
use tracing_subscriber::{Registry, prelude::*};

use crate::common::{Bed, statement};

/// Has the span that is current here entered on another thread, as SQLite's driver does, and says there whether
/// `claim` is made.
fn is_made_by_a_driver(claim: Claim) -> bool {
    let span = Span::current();
    thread::scope(|scope| scope.spawn(|| span.in_scope(|| claim.is_made())).join()).unwrap()
}

#[test]
fn a_span_of_the_program_may_name_the_current_one_as_its_parent_where_none_is() {
    let bed = Bed::new();
    let metrics = bed.recorded(|| {
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
    assert_eq!(metrics.points().count("db.client.operation.duration", &[]), 1);
}

#[test]
fn a_claim_inside_of_another_goes_along_as_well() {
    let bed = Bed::new();
    with_default(Registry::default().with(bed.layer()), || {
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
