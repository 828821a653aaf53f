//! What a query asks for, as a vocabulary knows it.

use kymo_bridge::Translation;

use crate::{LATENCY, SHELVES, SOLD, kept, kept_as, named_by, objection};

/// The objections to a rule with this expression, one a line.
fn objections(kept: &crate::Kept, expression: &str) -> Vec<String> {
    let quoted = serde_json::Value::from(expression);
    let text = format!("groups: [{{name: a, rules: [{{alert: A, expr: {quoted}}}]}}]");
    let file = kept.file("rules.yml", &text);
    let message = objection(kept, |contract| contract.check_rules(&file));
    let lines = message
        .lines()
        .skip(1)
        .filter_map(|line| line.trim().strip_prefix("rules.yml, alert \"A\": "));
    let lines: Vec<_> = lines.map(str::to_owned).collect();
    assert_eq!(lines.is_empty(), message.is_empty(), "{message}");
    lines
}

#[test]
fn a_query_of_what_is_emitted_is_alive() {
    let kept = kept(&[SOLD, LATENCY, SHELVES]);
    for expression in [
        "books_sold_total",
        "sum(rate(books_sold_total[5m]))",
        "sum by (error_type) (rate(books_sold_total{url_scheme=~\"http|\",error_type!=\"\"}[5m] offset -1h))",
        "sum(rate(books_sold_total[5m])) by (error_type, job) / on (job) group_left () sum by (job) (shelves)",
        "histogram_quantile(0.99, sum by (le, http_request_method) (rate(books_latency_seconds_bucket{le!=\"+Inf\"}[5m])))",
        "rate(books_latency_seconds_sum[5m]) / rate(books_latency_seconds_count[5m])",
        "topk by (job) (3, books_sold_total{otel_scope_name=\"x\",otel_scope_kymo_layer=\"y\"}) > bool 1e-3",
        "(shelves or vector(0)) and on () up == 1",
        "sum without (error_type) (books_sold_total) unless ignoring (url_scheme) (shelves)",
        "label_replace(shelves, \"room\", \"$1\", \"instance\", \"(.*)\") == 2 and sum by (room) (label_replace(shelves, \"room\", \"\", \"\", \"\"))",
        "count by (__name__) ({__name__=~\"books_.*\"})",
        "{__name__=\"books_sold_total\",error_type=\"x\"}",
        "{\"books_sold_total\", \"error_type\"=\"x\"}",
        "max_over_time(sum by (job) (shelves)[1h:5m] @ end()) + time() - -Inf # why",
        "count_values(\"rows\", shelves) and sum by (rows) (count_values(\"rows\", shelves))",
        "absent(scrape_samples_scraped{job=\"shop\"}) or ALERTS{alertname=\"x\",whatever=\"y\"}",
        "shelves * on (job, instance) group_left (service_version) target_info{service_name=\"shop\"}",
    ] {
        assert_eq!(objections(&kept, expression), [""; 0], "{expression}");
    }
}

#[test]
fn a_query_of_what_is_not_emitted_is_dead_and_the_name_is_said() {
    let kept = kept(&[SOLD, LATENCY, SHELVES]);
    for (expression, expected) in [
        ("books_sold", &["there is no `books_sold`; did you mean `books_sold_total`?"][..]),
        (
            "sum(rate(boks_sold_total[5m]))",
            &["there is no `boks_sold_total`; did you mean `books_sold_total`?"],
        ),
        (
            "books_latency_seconds",
            &["there is no `books_latency_seconds`; did you mean `books_latency_seconds_sum`?"],
        ),
        ("node_load1 / shelves", &["there is no `node_load1`"]),
        ("{__name__=~\"magazines_.*\"}", &["there is no `magazines_.*`"]),
        ("shelves{error_type=\"x\"}", &["`shelves` has no label `error_type`"]),
        ("shelves{le=\"1\"}", &["`shelves` has no label `le`"]),
        ("sum by (route) (books_sold_total)", &["nothing in it has a label `route`"]),
        ("sum(books_sold_total) by (route)", &["nothing in it has a label `route`"]),
        (
            "sum by (error_type) (sum by (url_scheme) (books_sold_total))",
            &["nothing in it has a label `error_type`"],
        ),
        (
            "sum by (url_scheme) (sum without (url_scheme) (books_sold_total))",
            &["nothing in it has a label `url_scheme`"],
        ),
        ("shelves * on (shelf) books_sold_total", &["nothing in it has a label `shelf`"]),
        (
            "label_replace(shelves, \"room\", \"$1\", \"shelf\", \"(.*)\")",
            &["nothing in it has a label `shelf`"],
        ),
        ("a + a + b", &["there is no `a`", "there is no `b`"]),
        ("sum(", &["it cannot be read: something is missing"]),
        ("sum(shelves", &["it cannot be read: a bracket is not closed"]),
        ("(shelves", &["it cannot be read: a `)` is missing"]),
        ("shelves)", &["it cannot be read: a bracket is closed that was not opened"]),
        ("shelves{job=}", &["it cannot be read: the value of a label is missing"]),
        (
            "shelves{job=\"a\" instance=\"b\"}",
            &["it cannot be read: a `,` or `}` is missing between labels"],
        ),
        ("shelves[5m", &["it cannot be read: a range does not end"]),
        ("{}", &["it cannot be read: a selector selects nothing"]),
        ("{__name__=~\"(\"}", &["it cannot be read: `(` is no pattern"]),
        ("", &["it cannot be read: something is missing"]),
    ] {
        assert_eq!(objections(&kept, expression), expected, "{expression}");
    }
    let deep = format!("{}1{}", "(".repeat(100_000), ")".repeat(100_000));
    assert_eq!(objections(&kept, &deep), ["it cannot be read: it has too many brackets"]);
}

#[test]
fn what_others_emit_and_add_can_be_said() {
    let mut kept = kept(&[SHELVES]);
    let expressions = ["node_load1", "sum by (pod) (shelves)", "shelves{cluster=\"a\"}"];
    for expression in expressions {
        assert_eq!(objections(&kept, expression).len(), 1, "{expression}");
    }
    kept.contract = kept.contract.foreign(["node_*"]).labels(["pod", "cluster"]);
    for expression in expressions {
        assert_eq!(objections(&kept, expression), [""; 0], "{expression}");
    }
}

#[test]
fn histograms_can_be_native_ones_too() {
    let mut kept = kept(&[LATENCY]);
    let expression = "histogram_quantile(0.9, rate(books_latency_seconds[5m]))";
    assert_eq!(objections(&kept, expression).len(), 1);
    kept.contract = kept.contract.native_histograms();
    assert_eq!(objections(&kept, expression), [""; 0]);
}

#[test]
fn names_are_those_of_the_page() {
    let kept = kept_as(&named_by(Translation::NoTranslation, &[SOLD, LATENCY]));
    for expression in [
        "{\"books.sold\",\"error.type\"!=\"\"}",
        "{__name__=\"books.latency_bucket\"}",
        "sum by (\"http.request.method\") (rate({\"books.latency_count\"}[5m]))",
    ] {
        assert_eq!(objections(&kept, expression), [""; 0], "{expression}");
    }
    let underscores = objections(&kept, "books_sold_total");
    assert_eq!(underscores, ["there is no `books_sold_total`"]);
    let label = objections(&kept, "{\"books.sold\",error_type=\"x\"}");
    assert_eq!(label, ["`books.sold` has no label `error_type`"]);
}
