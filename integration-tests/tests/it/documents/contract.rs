//! A renamed or removed metric, or attribute, of this repository is a change that somebody accepted.

use kymo::testing::{Lock, contract};

#[test]
fn every_declared_metric_is_in_the_contract_of_the_release() {
    contract("kymo.lock").assert_kept(&Lock::of_declared(kymo::declared_metrics()));
}
