//! Who looks for traces.

use kymo_core::{ExemplarFilter, ExemplarSlots, Exemplars, Trace};
use opentelemetry::InstrumentationScope;

/// It is alone in this program with exemplars, or others would want traces meanwhile.
#[test]
fn traces_are_wanted_while_anybody_keeps_them_and_not_afterwards() {
    assert!(!Trace::is_wanted());
    assert!(Exemplars::new(ExemplarFilter::AlwaysOff).is_none() && !Trace::is_wanted());
    let [one, other] = [ExemplarFilter::TraceBased, ExemplarFilter::AlwaysOn].map(Exemplars::new);
    let (one, other) = (one.unwrap(), other.unwrap());
    drop(one);
    assert!(Trace::is_wanted());
    let scope = InstrumentationScope::default();
    let bound = other.metric(&scope, "sold", "", ExemplarSlots::One).bind(&[], || []);
    drop(other);
    assert!(Trace::is_wanted(), "an instrument may outlive its telemetry");
    drop(bound);
    assert!(!Trace::is_wanted());
}
