//! A renamed or removed metric, or attribute, of this repository is a change that somebody accepted.

use kymo::testing::{Lock, contract};

#[test]
fn every_declared_metric_is_in_the_contract_of_the_release() {
    contract("kymo.lock").assert_kept(&Lock::of_declared(kymo::declared_metrics()));
}

#[test]
fn every_board_and_every_rule_asks_for_what_is_in_that_contract() {
    let contract = contract("kymo.lock").with_rules("../rules/recording.yml").native_histograms();
    contract.check_dashboards("../dashboards");
    for rules in ["recording", "alerts", "demo", "native/recording", "native/alerts"] {
        contract.check_rules(format!("../rules/{rules}.yml"));
    }
}
