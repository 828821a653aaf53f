//! Dashboards of Grafana.

use serde_json::{Value, json};

use crate::{Kept, LATENCY, SHELVES, SOLD, kept, objection};

fn objections(kept: &Kept, dashboard: &Value) -> String {
    let file = kept.file("dashboards/shop.json", &dashboard.to_string());
    objection(kept, |contract| contract.check_dashboards(file.parent().unwrap()))
}

fn panel(title: &str, expression: &str) -> Value {
    let source = json!({"type": "prometheus", "uid": "$datasource"});
    json!({"title": title, "type": "timeseries", "datasource": source, "targets": [{"refId": "A", "expr": expression}]})
}

#[test]
fn panels_variables_and_annotations_that_would_go_dead_are_named() {
    let kept = kept(&[SOLD, LATENCY, SHELVES]);
    let dashboard = json!({
        "title": "Shop",
        "panels": [
            panel("Sold", "sum(rate(books_sold_total{job=~\"$job\"}[$__rate_interval])) by ($by)"),
            panel("Bought", "rate(books_bought_total[$__rate_interval])"),
            {"title": "Latency", "type": "row", "panels": [
                panel("Quantiles", "histogram_quantile(0.99, rate(books_latency_seconds_bucket{route=\"x\"}[5m]))"),
            ]},
        ],
        "templating": {"list": [
            {"name": "datasource", "type": "datasource", "query": "prometheus"},
            {"name": "job", "query": {"query": "label_values(shelves, job)", "refId": "x"}},
            {"name": "scheme", "query": "label_values(books_sold_total{error_type=\"\"}, url_scheme)"},
            {"name": "shelf", "query": "label_values(shelves{job=\"$job\"}, shelf)"},
            {"name": "magazine", "query": "query_result(magazines)"},
            {"name": "all", "query": "label_values(job)"},
        ]},
        "annotations": {"list": [{"name": "Sales", "expr": "changes(sales[5m])", "datasource": {"type": "prometheus"}}]},
    });
    let message = objections(&kept, &dashboard);
    let expected = "\
these dashboards ask for what kymo.lock does not have:
  dashboards/shop.json, annotation \"Sales\": there is no `sales`
  dashboards/shop.json, panel \"Bought\": there is no `books_bought_total`; did you mean `books_sold_total`?
  dashboards/shop.json, panel \"Quantiles\": `books_latency_seconds_bucket` has no label `route`
  dashboards/shop.json, variable \"magazine\": there is no `magazines`
  dashboards/shop.json, variable \"shelf\": nothing in it has a label `shelf`";
    assert_eq!(message, expected);
}

#[test]
fn variables_of_grafana_stand_for_anything() {
    let kept = kept(&[SOLD, LATENCY]);
    for expression in [
        "rate(books_sold_total[${__interval}])",
        "sum by ($label, error_type) (books_sold_total)",
        "topk($n, rate($metric{job=\"$job\"}[$__range]))",
        "rate(books_${what}_total[5m]) > $threshold",
        "{__name__=~\"$metric\", job=\"a\"}",
        "histogram_quantile($q, sum by (le) (rate(books_latency_seconds_bucket{$label=\"x\"}[5m])))",
    ] {
        assert_eq!(
            objections(&kept, &json!({"panels": [panel("A", expression)]})),
            "",
            "{expression}"
        );
    }
}

#[test]
fn queries_of_other_sources_are_none_of_ours() {
    let kept = kept(&[SOLD]);
    let mut logs = panel("Logs", "{app=\"shop\"} |= \"error\"");
    logs["datasource"]["type"] = "loki".into();
    let mut mixed = panel("Both", "books_sold_total");
    mixed["datasource"] = json!({"type": "datasource", "uid": "-- Mixed --"});
    let one = json!({"datasource": {"type": "loki"}, "expr": "{app=\"shop\"} |= \"error\""});
    mixed["targets"].as_array_mut().unwrap().push(one);
    let dashboard = json!({"panels": [logs, mixed, panel("Sold", "books_sold_total")]});
    assert_eq!(objections(&kept, &dashboard), "");
}

#[test]
fn dashboards_may_ask_for_what_rules_record() {
    let mut kept = kept(&[SOLD]);
    let dashboard = json!({"panels": [panel("Sold", "sum by (job) (job:sold:rate5m)")]});
    assert!(objections(&kept, &dashboard).contains("there is no `job:sold:rate5m`"));
    let rules = "groups: [{name: a, rules: [{record: 'job:sold:rate5m', expr: 'sum by (job) (rate(books_sold_total[5m]))'}]}]";
    let rules = kept.file("rules.yml", rules);
    kept.contract = kept.contract.with_rules(rules);
    assert_eq!(objections(&kept, &dashboard), "");
}

#[test]
fn the_schema_of_grafana_s_next_dashboards_is_read_as_well() {
    let kept = kept(&[SOLD]);
    let query = json!({"kind": "PanelQuery", "spec": {"query": {"kind": "prometheus", "spec": {"expr": "sold"}}}});
    let spec =
        json!({"title": "Sold", "data": {"kind": "QueryGroup", "spec": {"queries": [query]}}});
    let dashboard = json!({"spec": {"elements": {"panel-1": {"kind": "Panel", "spec": spec}}}});
    let message = objections(&kept, &dashboard);
    assert!(message.contains("panel \"Sold\": there is no `sold`"), "{message}");
}

#[test]
fn a_dashboard_that_cannot_be_read_is_no_pass() {
    let kept = kept(&[SOLD]);
    let file = kept.file("dashboards/a.json", "{");
    let message = objection(&kept, |contract| contract.check_dashboards(&file));
    assert!(message.starts_with("dashboards/a.json is no JSON"), "{message}");
    let file = kept.file("dashboards/a.json", "{}");
    let message = objection(&kept, |contract| contract.check_dashboards(&file));
    assert_eq!(message, "there is no query in dashboards/a.json");
}
