//! Rules, and what they record.

use crate::{SHELVES, SOLD, kept, objection};

const RULES: &str = r#"
groups:
  - name: shop
    rules:
      - record: job:sold_by_room:rate5m
        expr: sum by (job, error_type) (job:sold:rate5m)
        labels: {room: "1"}
      - record: job:sold:rate5m
        expr: sum by (job, error_type) (rate(books_sold_total[5m]))
      - alert: NothingSold
        expr: |-
          sum by (room) (job:sold_by_room:rate5m) == 0
            and on () (shelves > 0)
"#;

#[test]
fn a_rule_may_ask_for_what_another_records_with_its_labels() {
    let kept = kept(&[SOLD, SHELVES]);
    let file = kept.file("rules/shop.yml", RULES);
    assert_eq!(objection(&kept, |contract| contract.check_rules(&file)), "");
    kept.file(
        "rules/below/more.yaml",
        "groups: [{name: a, rules: [{alert: A, expr: sum by (url_scheme) (job:sold:rate5m)}]}]",
    );
    kept.file("rules/notes.txt", "nothing of a rule");
    let message =
        objection(&kept, |contract| contract.check_rules(kept.folder.path().join("rules")));
    let expected = "these rules ask for what kymo.lock does not have:\n  \
                    rules/below/more.yaml, alert \"A\": nothing in it has a label `url_scheme`";
    assert_eq!(message, expected);
}

#[test]
fn a_metric_that_vanished_names_every_rule_that_goes_dead() {
    let kept = kept(&[SHELVES]);
    let file = kept.file("shop.yml", RULES);
    let message = objection(&kept, |contract| contract.check_rules(&file));
    let expected = "these rules ask for what kymo.lock does not have:\n  \
                    shop.yml, record \"job:sold:rate5m\": there is no `books_sold_total`";
    assert_eq!(message, expected);
}

#[test]
fn rules_of_an_operator_are_read_as_well() {
    let kept = kept(&[SOLD]);
    let custom = "kind: PrometheusRule\nspec:\n  groups:\n  - name: a\n    rules:\n    - alert: A\n      expr: sold\n";
    let file = kept.file("custom.yaml", custom);
    let message = objection(&kept, |contract| contract.check_rules(&file));
    assert!(message.contains("custom.yaml, alert \"A\": there is no `sold`"), "{message}");
}

#[test]
fn rules_that_cannot_be_read_are_no_pass() {
    let kept = kept(&[SOLD]);
    for (name, text, expected) in [
        ("a.yml", "groups: [", "a.yml: line "),
        ("b.yml", "groups: []", "there is no query in b.yml"),
        ("c.txt", "", "there is no query in c.txt"),
    ] {
        let file = kept.file(name, text);
        let message = objection(&kept, |contract| contract.check_rules(&file));
        assert!(message.starts_with(expected), "{message}");
    }
    let message = objection(&kept, |contract| contract.check_rules("nowhere"));
    assert!(message.starts_with("nowhere cannot be read"), "{message}");
}
