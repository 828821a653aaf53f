//! The strategies by which names become those of Prometheus.

use std::{
    collections::BTreeSet,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
};

use kymo_bridge::{Bridge, Translation};
use kymo_exposition::{Family, Format, Kind, Number, Scheme, Series, Sink, Source, Value, Writer};
use opentelemetry::{InstrumentationScope, KeyValue, metrics::MeterProvider};
use opentelemetry_sdk::{
    Resource,
    metrics::{Instrument, SdkMeterProvider, Stream},
};
use proptest::prelude::*;

use super::{
    openmetrics_parser,
    parser::{self, ReadFamily},
    scrape::{Rig, families, lines, text},
};

const STRATEGIES: [Translation; 4] = Translation::ALL;

/// The example of the specification of the exporter, and what is in a registry.
#[test]
fn a_name_is_translated_by_the_strategy_and_then_escaped_by_the_format() {
    let expected = [
        ("foo_bar_bytes_total", "foo_bar_bytes_total"),
        ("foo_bar", "foo_bar"),
        ("foo.bar_bytes_total", "foo_bar_bytes_total"),
        ("foo.bar", "foo_bar"),
    ];
    for (translation, (exact, escaped)) in STRATEGIES.into_iter().zip(expected) {
        let rig = bare(translation);
        let counter = rig.meter().u64_counter("foo.bar").with_unit("By").build();
        counter.add(1, &[KeyValue::new("http.route", "/")]);
        let label = if exact.contains('.') || translation == Translation::NoTranslation {
            "http.route"
        } else {
            "http_route"
        };
        assert_eq!(seen(&rig.bridge), [format!("{exact}{{{label}=/}} 1")], "{translation:?}");
        assert_eq!(families(&rig.registry_text()).into_keys().collect::<Vec<_>>(), [escaped]);
        let registry = families(&rig.registry_text());
        assert_eq!(lines(&registry[escaped]), [format!("{escaped}{{http_route=/}} 1")]);
        assert_eq!(unit_of(&rig.bridge), "bytes", "the unit is known without a suffix, too");
    }
}

/// A counter's or a gauge's name by each strategy.
#[test]
fn usual_names_are_those_of_the_translator_of_prometheus() {
    for (name, unit, is_counter, expected) in [
        ("requests", "", true, ["requests_total", "requests", "requests_total", "requests"]),
        (
            "requests_total",
            "",
            true,
            ["requests_total", "requests_total", "requests_total", "requests_total"],
        ),
        (
            "process.cpu.seconds",
            "s",
            true,
            [
                "process_cpu_seconds_total",
                "process_cpu_seconds",
                "process.cpu.seconds_total",
                "process.cpu.seconds",
            ],
        ),
        ("usage", "By", false, ["usage_bytes", "usage", "usage_bytes", "usage"]),
        (
            "free.share",
            "1",
            false,
            ["free_share_ratio", "free_share", "free.share_ratio", "free.share"],
        ),
        (
            "throughput",
            "By/s",
            false,
            [
                "throughput_bytes_per_second",
                "throughput",
                "throughput_bytes_per_second",
                "throughput",
            ],
        ),
        (
            "payload-size",
            "kg",
            false,
            ["payload_size_kg", "payload_size", "payload-size_kg", "payload-size"],
        ),
        ("waiting", "{request}", false, ["waiting", "waiting", "waiting", "waiting"]),
        ("sent", "By/{packet}", false, ["sent_bytes", "sent", "sent_bytes", "sent"]),
    ] {
        for (translation, expected) in STRATEGIES.into_iter().zip(expected) {
            assert_eq!(named(translation, name, unit, is_counter), expected, "{translation:?}");
        }
    }
}

/// A name that ends in words of its unit, in `.`, or in `total` behind something else than `_`; a rate by the
/// minute; a label that begins with a digit.
#[test]
fn names_deviate_from_the_translator_of_prometheus_as_listed() {
    use Translation::{
        NoUtf8EscapingWithSuffixes as Utf8, UnderscoreEscapingWithSuffixes as Underscores,
    };
    for (translation, name, unit, is_counter, ours, theirs) in [
        (
            Underscores,
            "memory_bytes_used",
            "By",
            false,
            "memory_bytes_used_bytes",
            "memory_bytes_used",
        ),
        (Underscores, "total.requests", "", true, "total_requests_total", "requests_total"),
        (Underscores, "a.", "", false, "a_", "a"),
        (Underscores, "sent", "By/min", false, "sent_bytes_per_minute", "sent_bytes_per_min"),
        (Utf8, "megabytes", "By", false, "megabytes_bytes", "megabytes"),
    ] {
        assert_ne!(ours, theirs);
        assert_eq!(named(translation, name, unit, is_counter), ours);
    }
    let rig = bare(Underscores);
    rig.meter().u64_gauge("level").build().record(1, &[KeyValue::new("1st", "x")]);
    assert_eq!(seen(&rig.bridge), ["level{_1st=x} 1"], "theirs is key_1st");
}

/// The name of the family of an instrument.
fn named(translation: Translation, name: &'static str, unit: &'static str, counts: bool) -> String {
    let rig = bare(translation);
    if counts {
        rig.meter().u64_counter(name).with_unit(unit).build().add(1, &[]);
    } else {
        rig.meter().u64_gauge(name).with_unit(unit).build().record(1, &[]);
    }
    seen(&rig.bridge).remove(0).strip_suffix("{} 1").unwrap().to_owned()
}

#[test]
fn names_that_are_one_with_underscores_are_one_family_in_every_strategy() {
    for translation in STRATEGIES {
        let rig = bare(translation);
        for name in ["jobs.done", "jobs_done", "jobs-done"] {
            rig.meter().u64_counter(name).build().add(1, &[]);
        }
        let own = prometheus::IntCounter::new("jobs_done", "Ours.").unwrap();
        own.inc();
        rig.bridge.register(Box::new(own)).unwrap();
        let names: Vec<_> =
            families(&text(&rig.bridge).0).into_values().map(|it| lines(&it)).collect();
        let expected: &[&[&str]] = match translation {
            // Theirs is another name then.
            Translation::UnderscoreEscapingWithSuffixes
            | Translation::NoUtf8EscapingWithSuffixes => {
                &[&["jobs_done{} 1"], &["jobs_done_total{} 3"]]
            }
            // One series of two collectors is the first one's.
            _ => &[&["jobs_done{} 3"]],
        };
        assert_eq!(names, expected, "{translation:?}");
    }
}

#[test]
fn labels_that_are_one_with_underscores_are_one_in_every_strategy() {
    for translation in STRATEGIES {
        let rig = bare(translation);
        let counter = rig.meter().u64_counter("jobs").build();
        counter.add(1, &[KeyValue::new("a.b", "x"), KeyValue::new("a_b", "y")]);
        counter.add(2, &[KeyValue::new("a.b", "z")]);
        counter.add(4, &[KeyValue::new("a_b", "z")]);
        counter.add(8, &[KeyValue::new("a_b", "x;y")]);
        let document = families(&text(&rig.bridge).0).into_values().next().unwrap();
        let lines: Vec<_> = lines(&document)
            .iter()
            .map(|line| line.split_once('{').unwrap().1.to_owned())
            .collect();
        assert_eq!(lines, ["a_b=x;y} 9", "a_b=z} 6"], "{translation:?}");
        assert!(rig.losses().is_empty(), "{:?}", rig.losses());
    }
}

/// What is shown where UTF-8 is: one name for one label.
#[test]
fn a_label_of_two_spellings_is_shown_without_utf_8() {
    let rig = bare(Translation::NoTranslation);
    let counter = rig.meter().u64_counter("jobs").build();
    counter.add(1, &[KeyValue::new("a.b", "x"), KeyValue::new("c.d", "x")]);
    assert_eq!(seen(&rig.bridge), ["jobs{a.b=x,c.d=x} 1"]);
    counter.add(2, &[KeyValue::new("a_b", "y"), KeyValue::new("c.d", "x")]);
    let mut both = seen(&rig.bridge);
    both.sort();
    assert_eq!(both, ["jobs{a_b=x,c.d=x} 1", "jobs{a_b=y,c.d=x} 2"]);
}

/// Observed once, and not again.
#[test]
fn a_label_that_had_two_spellings_keeps_the_name_without_utf_8() {
    let rig = bare(Translation::NoTranslation);
    let is_plain = Arc::new(AtomicBool::new(true));
    let asked = Arc::clone(&is_plain);
    let meter = rig.meter();
    let observed = meter.u64_observable_gauge("jobs").with_callback(move |observer| {
        observer.observe(1, &[KeyValue::new("a.b", "x"), KeyValue::new("c.d", "x")]);
        if asked.load(Ordering::Relaxed) {
            observer.observe(2, &[KeyValue::new("a_b", "y")]);
        }
    });
    let _observed = observed.build();
    assert_eq!(seen(&rig.bridge), ["jobs{a_b=x,c.d=x} 1", "jobs{a_b=y} 2"]);
    is_plain.store(false, Ordering::Relaxed);
    assert_eq!(seen(&rig.bridge), ["jobs{a_b=x,c.d=x} 1"]);
}

/// Whichever was there first, in this process or in another.
#[test]
fn a_family_of_two_spellings_has_the_name_without_utf_8() {
    for (first, second) in [("foo.bar", "foo_bar"), ("foo_bar", "foo.bar"), ("foo.bar", "foo-bar")]
    {
        let rig = bare(Translation::NoTranslation);
        rig.meter().u64_counter(first).build().add(1, &[]);
        assert_eq!(seen(&rig.bridge), [format!("{first}{{}} 1")]);
        rig.meter().u64_counter(second).build().add(2, &[]);
        assert_eq!(seen(&rig.bridge), ["foo_bar{} 3"]);
        assert_eq!(seen(&rig.bridge), ["foo_bar{} 3"]);
    }
}

#[test]
fn scopes_of_two_spellings_are_both_there() {
    let bridge = Bridge::builder().translation(Translation::NoTranslation);
    let bridge = bridge.without_target_info().build().unwrap();
    let provider = SdkMeterProvider::builder().with_reader(bridge.reader()).build();
    for (key, value) in [("a.b", "x"), ("a_b", "y")] {
        let scope =
            InstrumentationScope::builder("shop").with_attributes([KeyValue::new(key, value)]);
        provider.meter_with_scope(scope.build()).u64_counter("jobs").build().add(1, &[]);
    }
    let (document, report) = text(&bridge);
    assert_eq!((lines(&families(&document)["jobs"]).len(), report.dropped), (2, 0), "{document}");
}

#[test]
fn scopes_and_the_resource_have_exact_names_too() {
    let bridge = Bridge::builder().translation(Translation::NoTranslation);
    let bridge = bridge.resource_labels(|key| key == "k8s.pod").build().unwrap();
    let attributes = [KeyValue::new("k8s.pod", "p"), KeyValue::new("__name__", "x")];
    let resource = Resource::builder_empty().with_attributes(attributes).build();
    let provider =
        SdkMeterProvider::builder().with_resource(resource).with_reader(bridge.reader()).build();
    let scope = InstrumentationScope::builder("shop")
        .with_attributes([KeyValue::new("a.b", 1), KeyValue::new("name", "hidden")])
        .build();
    let counter = provider.meter_with_scope(scope).u64_counter("jobs").build();
    counter.add(1, &[KeyValue::new("otel.scope.name", "theirs")]);
    let expected = [
        "jobs{k8s.pod=p,otel_scope_a.b=1,otel_scope_name=theirs;shop} 1",
        "target_info{_name__=x,k8s.pod=p} 1",
    ];
    assert_eq!(seen(&bridge), expected);
}

#[test]
fn a_histogram_has_no_second_label_of_its_buckets() {
    for translation in STRATEGIES {
        let rig = bare(translation);
        let histogram = rig.meter().f64_histogram("latency").build();
        histogram.record(1.0, &[KeyValue::new("le", "x")]);
        let document = families(&text(&rig.bridge).0).remove("latency").unwrap();
        assert!(lines(&document).contains(&"latency_count{exported_le=x} 1".to_owned()));
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// Whatever there is, each format can be written of it by each scheme, and nothing is lost: no name,
    /// label or series is there twice.
    #[test]
    fn whatever_the_names_are_the_output_is_legal(
        names in proptest::collection::vec(prop_oneof![".{1,8}", "[a.]{1,3}", "[a_1]{1,3}(.total)?"], 1..4),
        keys in proptest::collection::vec(prop_oneof![".{0,6}", "[a._]{1,3}", "(__name__|le|1st)"], 0..4),
        unit in prop_oneof!["[ -~]{0,8}", "(By|s|1|m/s|)"],
        strategy in 0..4_usize,
    ) {
        let options = Bridge::builder().translation(STRATEGIES[strategy]);
        let bridge = options.without_target_info().without_scope_info().build().unwrap();
        let renamed = names.clone();
        let view = move |instrument: &Instrument| {
            let at: usize = instrument.name().strip_prefix('i')?.parse().ok()?;
            Stream::builder().with_name(renamed.get(at)?.clone()).build().ok()
        };
        let provider =
            SdkMeterProvider::builder().with_view(view).with_reader(bridge.reader()).build();
        let rig = Rig { bridge, provider };
        for at in 0..names.len() {
            let counter = rig.meter().u64_counter(format!("i{at}")).with_unit(unit.clone()).build();
            for end in 0..=keys.len() {
                let attributes: Vec<_> =
                    keys[..end].iter().map(|key| KeyValue::new(key.clone(), "v")).collect();
                counter.add(1, &attributes);
            }
        }
        let recorded = names.len() * (keys.len() + 1);
        prop_assert_eq!(total(&parser::read(&rig.registry_text()).unwrap()), recorded);
        for (format, scheme) in FORMATS.into_iter().flat_map(|it| Scheme::ALL.map(|at| (it, at))) {
            let (document, dropped) = written(&rig.bridge, format, scheme);
            let read = match format {
                Format::Text004 | Format::Text100 => parser::read(&document),
                Format::OpenMetrics200 => openmetrics_parser::read(&document, 2),
                _ => openmetrics_parser::read(&document, 1),
            };
            let read = read.unwrap_or_else(|fault| panic!("{fault}\n{document}"));
            let all = (total(&read), dropped) == (recorded, 0);
            // A label `_name_` becomes that of Prometheus itself by this one, and is left out.
            let is_known = scheme == Scheme::Dots && dropped > 0;
            prop_assert!(all || is_known, "{:?} {}: {}", format, scheme, document);
        }
        seen(&rig.bridge);
        prop_assert!(rig.losses().iter().all(|(_, cause)| cause == "HelpConflict"), "{:?}", rig.losses());
    }
}

const FORMATS: [Format; 4] =
    [Format::Text004, Format::Text100, Format::OpenMetrics100, Format::OpenMetrics200];

/// The document in this format, and how many series it has no room for.
fn written(bridge: &Bridge, format: Format, scheme: Scheme) -> (String, u64) {
    let mut out = Vec::new();
    let mut writer = Writer::new(&mut out, format, scheme);
    bridge.collect(&mut WithoutStart(&mut writer));
    let dropped = writer.finish().dropped;
    (String::from_utf8(out).unwrap(), dropped)
}

/// Leaves start times out: the strict reader knows milliseconds, and these have more digits.
pub(crate) struct WithoutStart<'a>(pub(crate) &'a mut dyn Sink);

impl Sink for WithoutStart<'_> {
    fn family(&mut self, family: &Family<'_>) {
        self.0.family(family);
    }

    fn series(&mut self, series: &Series<'_>) {
        self.0.series(&Series { start_time: None, ..*series });
    }
}

/// The sum of all samples, each of whose series is there once.
fn total(families: &[ReadFamily]) -> usize {
    let mut series = BTreeSet::new();
    let samples = families.iter().flat_map(|family| &family.samples);
    let values = samples.map(|sample| {
        let mut labels = sample.labels.clone();
        labels.sort();
        assert!(series.insert((sample.name.clone(), labels)), "{families:#?}");
        sample.value.parse::<usize>().unwrap()
    });
    values.sum()
}

fn bare(translation: Translation) -> Rig {
    let options = Bridge::builder().translation(translation);
    Rig::of(options.without_target_info().without_scope_info())
}

/// All series as they are pushed, each as `name{labels} value`.
fn seen(bridge: &Bridge) -> Vec<String> {
    let mut seen = Seen::default();
    bridge.collect(&mut seen);
    seen.lines
}

fn unit_of(bridge: &Bridge) -> String {
    let mut seen = Seen::default();
    bridge.collect(&mut seen);
    seen.unit
}

#[derive(Default)]
struct Seen {
    name: String,
    unit: String,
    lines: Vec<String>,
}

impl Sink for Seen {
    fn family(&mut self, family: &Family<'_>) {
        assert!(!family.name.is_empty());
        family.name.clone_into(&mut self.name);
        family.unit.clone_into(&mut self.unit);
    }

    fn series(&mut self, series: &Series<'_>) {
        let Value::Number(Number::U64(value), _) = series.value else { panic!("{series:?}") };
        let labels = series.labels.iter().map(|label| format!("{}={}", label.name, label.value));
        let mut labels: Vec<_> = labels.collect();
        labels.sort();
        self.lines.push(format!("{}{{{}}} {value}", self.name, labels.join(",")));
        self.lines.sort();
    }
}

#[test]
fn the_name_that_a_family_will_have_is_known_before_it_is_there() {
    for translation in STRATEGIES {
        let bridge = Bridge::builder().translation(translation).namespace("shop").build().unwrap();
        let provider = SdkMeterProvider::builder().with_reader(bridge.reader()).build();
        let meter = provider.meter("shop");
        meter.u64_counter("jobs.done").with_unit("{job}").build().add(1, &[]);
        meter.f64_gauge("load.level").with_unit("1").build().record(0.5, &[]);
        meter.f64_histogram("http.server.request.duration").with_unit("s").build().record(0.1, &[]);
        let mut families = Named::default();
        bridge.collect(&mut families);
        for (name, unit, kind) in [
            ("jobs.done", "{job}", Kind::Counter),
            ("load.level", "1", Kind::Gauge),
            ("http.server.request.duration", "s", Kind::Histogram),
        ] {
            let expected = bridge.family_name(name, unit, kind);
            assert!(families.0.contains(&expected), "{translation}: {expected} of {families:?}");
        }
    }
}

/// The names of families.
#[derive(Debug, Default)]
struct Named(BTreeSet<String>);

impl Sink for Named {
    fn family(&mut self, family: &Family<'_>) {
        self.0.insert(family.name.to_owned());
    }

    fn series(&mut self, _: &Series<'_>) {}
}
