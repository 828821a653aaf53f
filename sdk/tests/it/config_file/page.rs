//! The look of the page.

use kymo::{TelemetryBuilder, configuration::Origin, prometheus::Registry};
use prometheus::proto::MetricFamily;

use super::{Config, mistake};

fn page(options: &str) -> Config {
    let yaml = format!("readers:\n- pull: {{exporter: {{prometheus/development: {options}}}}}\n");
    Config::new(&format!(
        "file_format: \"1.1\"\nresource: {{attributes: [{{name: region, value: eu}}, {{name: zone, value: a}}]}}\n\
         meter_provider:\n  {}",
        yaml.replace('\n', "\n  ")
    ))
}

/// The families of a counter of bytes, and the labels of its series.
fn scraped(builder: TelemetryBuilder) -> (Vec<String>, Vec<String>) {
    let telemetry = builder.build().unwrap();
    let sold = telemetry.meter("shop").u64_counter("sold").with_unit("By").build();
    sold.add(1, &[]);
    let families: Vec<MetricFamily> = telemetry.bridge().unwrap().registry().gather();
    let names = crate::names_of(&families);
    let sold = families.iter().find(|family| family.name().contains("sold")).unwrap();
    let labels = sold.get_metric()[0].get_label().iter().map(|label| label.name().to_owned());
    (names, labels.collect())
}

#[test]
fn each_option_of_the_page_has_its_effect_in_the_words_of_both_versions() {
    let (all, scope) = (["sold_bytes_total", "target_info"], ["otel_scope_name"]);
    let none: [&str; 0] = [];
    for (options, names, labels) in [
        ("", &all[..], &scope[..]),
        ("{scope_info_enabled: false}", &all, &none),
        ("{without_scope_info: true}", &all, &none),
        ("{scope_info_enabled: true}", &all, &scope),
        ("{target_info_enabled/development: false}", &all[..1], &scope),
        ("{without_target_info/development: true}", &all[..1], &scope),
        ("{translation_strategy: underscore_escaping_with_suffixes}", &all, &scope),
        (
            "{translation_strategy: underscore_escaping_without_suffixes/development}",
            &["sold", "target_info"],
            &scope,
        ),
        // A registry has no other names than those with underscores.
        ("{translation_strategy: no_utf8_escaping_with_suffixes/development}", &all, &scope),
        ("{translation_strategy: no_translation/development}", &["sold", "target_info"], &scope),
        (
            "{resource_constant_labels: {included: [region, z*]}}",
            &all,
            &["otel_scope_name", "region", "zone"],
        ),
        (
            "{with_resource_constant_labels: {included: [\"*\"], excluded: [service.*, telemetry.*, zone]}}",
            &all,
            &["otel_scope_name", "region"],
        ),
    ] {
        let config = page(options);
        let (seen_names, seen_labels) = scraped(config.deployed(&[]));
        assert_eq!(
            (&*seen_names, &*seen_labels),
            (&strings(names)[..], &strings(labels)[..]),
            "{options}"
        );
        assert_eq!(config.reported(), [""; 0], "{options}");
    }
}

#[test]
fn the_page_of_a_program_is_shaped_by_the_file_too() {
    let bare = page("{target_info_enabled/development: false}");
    let (names, _) = scraped(bare.deployed(&[]).registry(Registry::new()).namespace("x"));
    assert_eq!(names, ["x_sold_bytes_total"]);
    // What the program leaves out stays out.
    let whole = page("{target_info_enabled/development: true}");
    let (names, _) = scraped(whole.deployed(&[]).without_target_info());
    assert_eq!(names, ["sold_bytes_total"]);
}

const KEY: &str = "meter_provider.readers[].pull.exporter.prometheus/development";

#[test]
fn what_the_file_says_of_the_page_is_described() {
    for (option, value, name, shown) in [
        ("scope_info_enabled", "false", "scope_info", "off"),
        ("without_scope_info", "true", "scope_info", "off"),
        ("target_info_enabled/development", "false", "target_info", "off"),
        ("without_target_info", "true", "target_info", "off"),
        (
            "translation_strategy",
            "underscore_escaping_without_suffixes",
            "translation",
            "UnderscoreEscapingWithoutSuffixes",
        ),
        ("translation_strategy", "no_translation/development", "translation", "NoTranslation"),
        ("resource_constant_labels", "{included: [z*]}", "resource_labels", "only z*"),
        ("with_resource_constant_labels", "{excluded: [a]}", "resource_labels", "without a"),
    ] {
        let config = page(&format!("{{{option}: {value}}}"));
        let key: &'static str = format!("{KEY}.{option}").leak();
        config.says(&format!("prometheus.{name}"), shown, key);
    }
    let config = page("{scope_info_enabled: true}");
    let telemetry = config.deployed(&[]).build().unwrap();
    for name in ["prometheus.scope_info", "prometheus.translation"] {
        assert_eq!(telemetry.describe().get(name), None);
    }
    // Of two who say so, the program comes first.
    let config = page("{without_scope_info: true}");
    let both = config.deployed(&[]).without_scope_info().build().unwrap();
    let lines = both.describe().settings().iter();
    let lines: Vec<_> = lines.filter(|it| it.name == "prometheus.scope_info").collect();
    assert!(matches!(lines[..], [line] if line.origin == Origin::Code), "{lines:?}");
}

#[test]
fn where_to_listen_for_scrapes_is_in_the_file() {
    let config = page("{host: 127.0.0.1, port: 9}");
    let key = KEY;
    config.says("prometheus.host", "127.0.0.1", format!("{key}.host").leak());
    config.says("prometheus.port", "9", format!("{key}.port").leak());
    config.says("prometheus", "on", "meter_provider.readers[]");
}

#[test]
fn a_strategy_that_nobody_knows_is_an_error_that_lists_them() {
    for unknown in [
        "dashes",
        "underscore_escaping_with_suffixes/development",
        "no_translation/development/development",
    ] {
        let text = mistake(&page(&format!("{{translation_strategy: {unknown}}}")));
        assert!(text.contains("translation_strategy") && text.contains("no_translation"), "{text}");
    }
}

fn strings(texts: &[&str]) -> Vec<String> {
    texts.iter().map(|text| (*text).to_owned()).collect()
}

#[test]
fn options_of_the_page_beside_a_bridge_of_the_program_are_reported() {
    for (options, expected) in [("{scope_info_enabled: false}", 1), ("", 0)] {
        let config = page(options);
        let bridge = kymo::prometheus::Bridge::builder().build().unwrap();
        let telemetry = config.deployed(&[]).bridge(bridge).build().unwrap();
        let ignored = telemetry.describe().ignored();
        let about = ignored.iter().filter(|line| line.contains("a bridge of its own"));
        assert_eq!(about.count(), expected, "{ignored:?}");
    }
}
