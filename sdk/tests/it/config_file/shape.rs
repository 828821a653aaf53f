//! Views and limits.

use kymo::{
    Telemetry, View,
    configuration::Origin,
    opentelemetry::KeyValue,
    testing::{TestTelemetry, laws::Traced},
};
use prometheus::proto::{LabelPair, Metric, MetricFamily};

use super::{Config, is, mistake};

fn views(yaml: &str) -> Config {
    Config::of_meters(&format!(
        "readers:\n- pull: {{exporter: {{prometheus/development: }}}}\nviews:\n{yaml}\n"
    ))
}

/// The series of the family `name` after both metrics were recorded with two attributes.
fn series(telemetry: &Telemetry, name: &str) -> Vec<Metric> {
    let meter = telemetry.meter("shop");
    for n in 0..30 {
        let attributes = [KeyValue::new("user.id", n), KeyValue::new("user.name", "ada")];
        meter.u64_counter("sold").build().add(1, &attributes);
        meter.f64_histogram("price").build().record(1.5, &attributes[1..]);
    }
    let families: Vec<MetricFamily> = telemetry.bridge().unwrap().registry().gather();
    let family = families.iter().find(|family| family.name() == name);
    family.map(|family| family.get_metric().to_vec()).unwrap_or_default()
}

fn labels(series: &Metric) -> Vec<&str> {
    series
        .get_label()
        .iter()
        .map(LabelPair::name)
        .filter(|name| !name.starts_with("otel_"))
        .collect()
}

#[test]
fn a_view_drops_metrics_by_a_pattern() {
    let config = views("- {selector: {instrument_name: so*}, stream: {aggregation: {drop: }}}");
    let telemetry = config.deployed(&[]).build().unwrap();
    assert_eq!(series(&telemetry, "sold_total").len(), 0);
    assert_eq!(series(&telemetry, "price").len(), 1);
    config.says("view.so*", "off", "meter_provider.views[]");
    assert_eq!(config.reported(), [""; 0]);
}

#[test]
fn a_view_gives_histograms_their_buckets() {
    for (aggregation, buckets) in [
        ("{explicit_bucket_histogram: {boundaries: [1, 2.5]}}", 2),
        ("{explicit_bucket_histogram: }", 15),
        ("{default: }", 15),
    ] {
        // Without a name, a view is about every metric.
        let config =
            views(&format!("- {{selector: {{}}, stream: {{aggregation: {aggregation}}}}}"));
        let telemetry = config.deployed(&[]).build().unwrap();
        let price = series(&telemetry, "price");
        assert_eq!(price[0].get_histogram().get_bucket().len(), buckets, "{aggregation}");
        assert_eq!(config.reported(), [""; 0]);
    }
}

#[test]
fn a_view_makes_histograms_exponential() {
    let config =
        views("- {selector: {}, stream: {aggregation: {base2_exponential_bucket_histogram: }}}");
    config.says("view.*", "exponential buckets", "meter_provider.views[]");
    assert_eq!(config.reported(), [""; 0]);
}

#[test]
fn a_view_makes_a_counter_of_the_sum_of_a_histogram() {
    for name in ["price", "\"*\""] {
        let config = views(&format!(
            "- {{selector: {{instrument_name: {name}}}, stream: {{aggregation: {{sum: }}}}}}"
        ));
        let telemetry = config.deployed(&[]).build().unwrap();
        assert_eq!(series(&telemetry, "price").len(), 0);
        let price = series(&telemetry, "price_total");
        assert!(
            (price[0].get_counter().get_value() - 90.0).abs() < 1e-9,
            "two rounds of 30: {price:?}"
        );
        // What is a sum already stays what it is.
        assert_eq!(series(&telemetry, "sold_total").len(), 30);
        assert_eq!(config.reported(), [""; 0]);
    }
    // It has the exemplar of a counter.
    let config = views("- {selector: {instrument_name: price}, stream: {aggregation: {sum: }}}");
    config.says("view.price", "sum", "meter_provider.views[]");
    let telemetry = TestTelemetry::of(config.deployed(&[]));
    let price = telemetry.meter("shop").f64_histogram("price").build();
    Traced::new(1).run(|| [7.0, 3.0].into_iter().for_each(|value| price.record(value, &[])));
    let exemplars = telemetry.exemplars("price");
    assert_eq!((exemplars.len(), exemplars[0].value.to_bits()), (1, 3.0_f64.to_bits()));
}

/// By the specification of the SDK a view that asks for more than that is as if it were not there.
#[test]
fn an_aggregation_that_a_kind_cannot_have_leaves_it_as_it_is() {
    for (kind, aggregation, is_said) in [
        ("counter", "last_value", true),
        ("gauge", "last_value", false),
        ("gauge", "sum", true),
        ("counter", "sum", false),
    ] {
        let config = views(&format!(
            "- selector: {{instrument_type: {kind}}}\n  stream: {{aggregation: {{{aggregation}: }}}}"
        ));
        let telemetry = config.deployed(&[]).build().unwrap();
        assert_eq!(series(&telemetry, "sold_total").len(), 30, "{kind}, {aggregation}");
        assert_eq!(series(&telemetry, "price").len(), 1, "{kind}, {aggregation}");
        let reports = config.reported();
        let of_it = reports.iter().filter(|report| report.contains(aggregation)).count();
        assert_eq!(
            (reports.len(), of_it),
            (usize::from(is_said), usize::from(is_said)),
            "{reports:?}"
        );
    }
    let config = views("- {selector: {}, stream: {aggregation: {last_value: }}}");
    assert_eq!(series(&config.deployed(&[]).build().unwrap(), "sold_total").len(), 30);
    assert_eq!(config.reported(), [""; 0]);
    for (aggregation, key) in
        [("average", "aggregation.average"), ("sum: {window: 1}, x", "aggregation")]
    {
        let selector = "selector: {}";
        let config =
            views(&format!("- {{{selector}, stream: {{aggregation: {{{aggregation}: }}}}}}"));
        let message = mistake(&config);
        assert!(message.contains(key), "{message}");
    }
}

#[test]
fn a_view_keeps_attributes_by_patterns() {
    for (keys, expected) in [
        ("{included: [user.*]}", &["user_id", "user_name"][..]),
        ("{included: [user.*], excluded: [user.id]}", &["user_name"]),
        ("{excluded: [\"*.?d\"]}", &["user_name"]),
        ("{included: [user.id, region]}", &["user_id"]),
        ("{excluded: [\"*\"]}", &[]),
        ("", &["user_id", "user_name"]),
    ] {
        let config = views(&format!(
            "- selector: {{instrument_name: sold}}\n  stream: {{attribute_keys: {keys}}}"
        ));
        let telemetry = config.deployed(&[]).build().unwrap();
        let sold = series(&telemetry, "sold_total");
        assert_eq!(labels(&sold[0]), expected, "{keys}");
        let sum: f64 = sold.iter().map(|series| series.get_counter().get_value()).sum();
        assert!((sum - 30.0).abs() < f64::EPSILON, "{keys}: {sum}");
    }
}

#[test]
fn a_view_limits_the_series_of_a_metric_and_a_reader_those_of_all() {
    let limit =
        "- selector: {instrument_name: sold}\n  stream: {aggregation_cardinality_limit: 10}";
    let telemetry = views(limit).deployed(&[]).build().unwrap();
    // One more is for those that exceed it.
    assert_eq!(series(&telemetry, "sold_total").len(), 11);
    for (limits, expected) in [
        ("{default: 5}", 6),
        ("{default: 5, counter: 7}", 8),
        ("{counter: 7, histogram: 1}", 8),
        ("{gauge: 1}", 30),
        ("", 30),
    ] {
        let reader =
            format!("cardinality_limits: {limits}, exporter: {{prometheus/development: }}");
        let config = Config::of_meters(&format!("readers:\n- pull: {{{reader}}}\n"));
        let telemetry = config.deployed(&[]).build().unwrap();
        assert_eq!(series(&telemetry, "sold_total").len(), expected, "{limits}");
        assert_eq!(config.reported(), [""; 0]);
    }
    let yaml = "readers:\n\
                - pull: {cardinality_limits: {counter: 5}, exporter: {prometheus/development: }}\n\
                - periodic: {cardinality_limits: {counter: 9}, exporter: {console: }}\n";
    let config = Config::of_meters(yaml);
    config.says("limit.counter", "9", "meter_provider.readers[].cardinality_limits");
    let view = format!("{yaml}views:\n{limit}");
    let telemetry = Config::of_meters(&view).deployed(&[]).build().unwrap();
    assert_eq!(series(&telemetry, "sold_total").len(), 11, "a view has the last word");
}

#[test]
fn a_view_of_the_program_has_the_last_word() {
    let config = views("- {selector: {instrument_name: sold}, stream: {aggregation: {drop: }}}");
    let telemetry = config.deployed(&[]).view("sold", View::on().limit(3)).build().unwrap();
    assert_eq!(series(&telemetry, "sold_total").len(), 4);
    let keys = views("- {selector: {}, stream: {attribute_keys: {included: [user.id]}}}");
    let in_code = || keys.deployed(&[]).view("sold", View::new().only_attributes(["user.name"]));
    let sold = series(&in_code().build().unwrap(), "sold_total");
    assert_eq!(labels(&sold[0]), ["user_name"]);
    is(in_code(), "view.*", "only user.id", Origin::File("meter_provider.views[]"));
    is(in_code(), "view.sold", "only user.name", Origin::Code);
}

#[test]
fn a_view_selects_by_kind_unit_and_meter_and_all_must_be_so() {
    for (selector, is_dropped) in [
        ("instrument_type: counter", true),
        ("instrument_type: observable_counter", false),
        ("unit: \"\"", true),
        ("unit: s", false),
        ("meter_name: shop", true),
        ("meter_name: sho*", false),
        ("meter_version: 1.0.0", false),
        ("meter_schema_url: a", false),
        ("instrument_name: so*, instrument_type: counter, meter_name: shop", true),
        ("instrument_name: so*, instrument_type: histogram, meter_name: shop", false),
        ("instrument_name: , instrument_type: , unit: , meter_name: ", true),
    ] {
        let config =
            views(&format!("- {{selector: {{{selector}}}, stream: {{aggregation: {{drop: }}}}}}"));
        let telemetry = config.deployed(&[]).build().unwrap();
        let expected = if is_dropped { 0 } else { 30 };
        assert_eq!(series(&telemetry, "sold_total").len(), expected, "{selector}");
        assert_eq!(config.reported(), [""; 0], "{selector}");
    }
    let config =
        views("- {selector: {instrument_type: counter, unit: s}, stream: {aggregation: {drop: }}}");
    config.says("view.*{kind=counter, unit=s}", "off", "meter_provider.views[]");
}

#[test]
fn a_view_of_a_file_gives_a_metric_another_name_and_description() {
    let config = views(
        "- selector: {instrument_name: sold}\n  stream: {name: sold.books, description: Sold.}",
    );
    let telemetry = config.deployed(&[]).build().unwrap();
    assert_eq!(series(&telemetry, "sold_books_total").len(), 30);
    let families = telemetry.bridge().unwrap().registry().gather();
    let sold = families.iter().find(|family| family.name() == "sold_books_total").unwrap();
    assert_eq!(sold.help(), "Sold.");
    assert!(families.iter().all(|family| family.name() != "sold_total"));
    assert_eq!(config.reported(), [""; 0]);
}

#[test]
fn exponential_buckets_are_as_many_and_as_fine_as_the_file_says() {
    for (options, shown) in [
        ("{max_size: 80}", "80 exponential buckets of scale 20 at most"),
        ("{max_size: 2, max_scale: -10}", "2 exponential buckets of scale -10 at most"),
        ("{max_size: 160, max_scale: 20, record_min_max: true}", "exponential buckets"),
    ] {
        let config = views(&format!(
            "- {{selector: {{}}, stream: {{aggregation: {{base2_exponential_bucket_histogram: {options}}}}}}}"
        ));
        config.says("view.*", shown, "meter_provider.views[]");
        assert_eq!(config.reported(), [""; 0]);
    }
}

#[test]
fn the_file_says_which_meters_measure() {
    let meters = |configurator: &str| {
        Config::of_meters(&format!(
            "readers:\n- pull: {{exporter: {{prometheus/development: }}}}\n\
             meter_configurator/development: {configurator}\n"
        ))
    };
    for (configurator, is_there) in [
        ("{meters: [{name: sho?, config: {enabled: false}}]}", false),
        ("{meters: [{name: Shop, config: {enabled: false}}]}", true),
        ("{default_config: {enabled: false}}", false),
        ("{default_config: {enabled: false}, meters: [{name: s*, config: {enabled: true}}]}", true),
        ("{default_config: {enabled: false}, meters: [{name: s*, config: {}}]}", true),
        (
            "{meters: [{name: shop, config: {enabled: true}}, {name: \"*\", config: {enabled: false}}]}",
            true,
        ),
    ] {
        let config = meters(configurator);
        let telemetry = config.deployed(&[]).build().unwrap();
        let expected = if is_there { 30 } else { 0 };
        assert_eq!(series(&telemetry, "sold_total").len(), expected, "{configurator}");
        assert_eq!(config.reported(), [""; 0], "{configurator}");
    }
    let key = "meter_provider.meter_configurator/development";
    let config = meters("{meters: [{name: a*, config: {enabled: false}}]}");
    config.says("meter.a*", "off", key);
    meters("{default_config: {enabled: false}}").says("meter.*", "off", key);
    // A view that drops a metric is not weaker for that.
    let config = Config::of_meters(
        "readers:\n- pull: {exporter: {prometheus/development: }}\n\
         views:\n- {selector: {instrument_name: sold}, stream: {aggregation: {drop: }}}\n\
         meter_configurator/development: {meters: [{name: shop, config: {enabled: true}}]}\n",
    );
    let telemetry = config.deployed(&[]).build().unwrap();
    assert_eq!(series(&telemetry, "sold_total").len(), 0);
    for (configurator, key) in [
        ("{meters: [{config: {}}]}", "`name` is missing"),
        ("{meters: [{name: a}]}", "`config` is missing"),
        ("{meters: []}", "empty list"),
        ("{meters: [{name: a, config: {enabled: 1}}]}", "write true or false"),
        ("{enabled: true}", "no such key"),
    ] {
        let text = mistake(&meters(configurator));
        assert!(text.contains(key) && text.contains("meter_configurator/development"), "{text}");
    }
}

#[test]
fn what_a_view_cannot_do_is_said_and_the_rest_is_done() {
    for (stream, key) in [
        ("aggregation: {explicit_bucket_histogram: {record_min_max: false}}", "record_min_max"),
        (
            "aggregation: {base2_exponential_bucket_histogram: {record_min_max: false}}",
            "record_min_max",
        ),
    ] {
        let limit = "aggregation_cardinality_limit: 4";
        let config = views(&format!(
            "- {{selector: {{instrument_name: \"*\"}}, stream: {{{stream}, {limit}}}}}"
        ));
        let telemetry = config.deployed(&[]).build().unwrap();
        assert_eq!(series(&telemetry, "sold_total").len(), 5, "{stream}");
        let reports = config.reported();
        assert!(reports.len() == 1 && reports[0].contains(key), "{stream}: {reports:?}");
    }
}

#[test]
fn a_view_that_cannot_be_is_an_error_with_its_key() {
    for (view, key, remedy) in [
        (
            "{selector: {instrument_name: 9}, stream: {}}",
            "views[1].selector.instrument_name",
            "quotes",
        ),
        ("{selector: {instrument_name: \"9\"}, stream: {}}", "views[1]", "begins with a letter"),
        ("{selector: {}}", "views[1]", "`stream` is missing"),
        ("{stream: {}}", "views[1]", "`selector` is missing"),
        (
            "{selector: {}, stream: {aggregation: {explicit_bucket_histogram: {boundaries: [2, 1]}}}}",
            "views[1]",
            "2",
        ),
        (
            "{selector: {}, stream: {aggregation: {explicit_bucket_histogram: {boundaries: []}}}}",
            "boundaries",
            "add one",
        ),
        (
            "{selector: {}, stream: {aggregation: {drop: , default: }}}",
            "aggregation",
            "exactly one",
        ),
        (
            "{selector: {}, stream: {aggregation_cardinality_limit: 0}}",
            "_limit",
            "from 1 to 1000000",
        ),
        ("{selector: {instrument_type: meter}, stream: {}}", "instrument_type", "counter, gauge"),
        (
            "{selector: {instrument_name: a*}, stream: {name: b}}",
            "views[1]",
            "instead of a pattern",
        ),
        ("{selector: {instrument_name: a}, stream: {name: \"\"}}", "views[1]", "empty name"),
        (
            "{selector: {}, stream: {aggregation: {base2_exponential_bucket_histogram: {max_size: 1}}}}",
            "max_size",
            "from 2 to 16384",
        ),
        ("{selector: {name: a}, stream: {}}", "views[1].selector.name", "no such key"),
        ("{selector: {}, stream: {}, streams: {}}", "views[1].streams", "no such key"),
        ("{selector: {}, stream: {attribute_keys: {included: []}}}", "included", "empty list"),
        ("{selector: {}, stream: {attribute_keys: {excluded: a}}}", "excluded", "write a list"),
    ] {
        let text = mistake(&views(&format!("- {{selector: {{}}, stream: {{}}}}\n- {view}")));
        assert!(text.contains(key) && text.contains(remedy) && text.contains("line 7"), "{text}");
    }
}

#[test]
fn the_file_says_whether_exemplars_keep_what_a_view_dropped() {
    const KEY: &str = "distribution.kymo.exemplar.dropped_attributes";
    let file = |value| {
        let distribution = format!("{{kymo: {{exemplar: {{dropped_attributes: {value}}}}}}}");
        Config::new(&format!("file_format: \"1.1\"\ndistribution: {distribution}\n"))
    };
    file("false").says("exemplar.dropped_attributes", "false", KEY);
    file("true").says("exemplar.dropped_attributes", "true", KEY);
    let message = mistake(&file("some"));
    assert!(message.contains(KEY), "{message}");
}

#[test]
fn the_file_says_which_observations_become_exemplars() {
    let file = |filter| {
        let exporter = "{prometheus/development: }";
        let readers = format!("readers: [{{pull: {{exporter: {exporter}}}}}]");
        Config::of_meters(&format!("{readers}\nexemplar_filter: {filter}\n"))
    };
    for (filter, kept) in [("always_on", 2), ("trace_based", 1), ("always_off", 0)] {
        let config = file(filter);
        config.says("exemplar.filter", filter, "meter_provider.exemplar_filter");
        let telemetry = TestTelemetry::of(config.deployed(&[]));
        let sold = telemetry.meter("shop").u64_counter("sold").build();
        sold.add(1, &[KeyValue::new("is_traced", false)]);
        Traced::new(1).run(|| sold.add(1, &[KeyValue::new("is_traced", true)]));
        assert_eq!(telemetry.exemplars("sold").len(), kept, "{filter}");
    }
    let message = mistake(&file("Always_On"));
    assert!(message.contains("always_on, always_off, trace_based"), "{message}");
}
