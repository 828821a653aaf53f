//! Prometheus's own readers, out of Debian's package of its Go library `expfmt`.

use std::{
    fs,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use kymo_exposition::{Format, Scheme};
use prost::Message;
use serde_json::{Value, json};

use crate::{
    documents,
    message::{BucketSpan, Exemplar, Histogram, LabelPair, Metric, MetricFamily},
    parser,
};

#[test]
fn go_reads_what_was_written_as_protobuf() {
    let mut metrics = 0;
    judged("protobuf", Format::Protobuf, |document, read| {
        let mut rest = document;
        let mut families = Vec::new();
        while !rest.is_empty() {
            families.push(MetricFamily::decode_length_delimited(&mut rest).unwrap());
        }
        metrics += families.iter().map(|family| family.metric.len()).sum::<usize>();
        let expected: Vec<_> = families.iter().map(family).collect();
        assert_eq!(*read, Value::from(expected));
    });
    assert!(metrics > DOCUMENTS, "{metrics} metrics");
}

#[test]
fn go_reads_all_families_that_were_written_as_text() {
    judged("text", Format::Text004, |document, read| {
        let text = std::str::from_utf8(document).unwrap();
        let mut expected = parser::read(text).unwrap();
        expected.sort_by(|a, b| a.name.cmp(&b.name));
        let read = read.as_array().unwrap().iter().map(|it| (&it["name"], &it["help"]));
        let read: Vec<_> = read.map(|(name, help)| [name, help].map(Value::as_str)).collect();
        let expected: Vec<_> = expected
            .iter()
            .map(|it| [it.name.as_str(), it.help.as_deref().unwrap_or("")].map(Some))
            .collect();
        assert_eq!(read, expected, "{text}");
    });
}

/// Lets Go read thousands of documents, and gives each with what it has read.
///
/// This version of it takes only names that need no quotes.
fn judged(reader: &str, format: Format, mut compare: impl FnMut(&[u8], &Value)) {
    let schemes = [Scheme::Underscores, Scheme::Dots, Scheme::Values];
    let folder = tempfile::tempdir().unwrap();
    let mut documents = Vec::new();
    for (index, families) in documents::families(DOCUMENTS).iter().enumerate() {
        let scheme = schemes[index % schemes.len()];
        let document = documents::write(families, format, scheme);
        fs::write(folder.path().join(format!("{index}")), &document).unwrap();
        documents.push(document);
    }
    let output = Command::new(program(reader))
        .arg(reader)
        .arg(folder.path())
        .stderr(Stdio::inherit())
        .output()
        .unwrap();
    assert!(output.status.success());
    let lines = String::from_utf8(output.stdout).unwrap();
    assert_eq!(lines.lines().count(), DOCUMENTS);
    for (line, document) in lines.lines().zip(&documents) {
        compare(document, &serde_json::from_str(line).unwrap());
    }
}

/// Builds the program that reads; Go keeps what it has built.
fn program(reader: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR"));
    let program = folder.join(format!("expfmt-{reader}"));
    let status = Command::new("go")
        .arg("build")
        .arg("-o")
        .arg(&program)
        .arg(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/judges/expfmt.go"))
        .env("GO111MODULE", "off")
        .env("GOPATH", "/usr/share/gocode")
        .env("GOPROXY", "off")
        .env("GOFLAGS", "")
        .env("GOCACHE", folder.join("go"))
        .status()
        .expect("go starts; scripts/tools installs it");
    assert!(status.success(), "expfmt.go needs Debian's golang-github-prometheus-common-dev");
    program
}

fn family(it: &MetricFamily) -> Value {
    let metrics: Vec<_> = it.metric.iter().map(metric).collect();
    json!({ "name": it.name(), "help": it.help(), "type": it.r#type(), "metric": metrics })
}

fn metric(it: &Metric) -> Value {
    let time = it.timestamp_ms.unwrap_or(0).to_string();
    let mut value = json!({ "label": labels(&it.label), "time": time });
    let mut set = |key: &str, field: Value| value[key] = field;
    if let Some(counter) = &it.counter {
        set("value", bits(counter.value()));
        set("exemplar", exemplar(counter.exemplar.as_ref()));
    } else if let Some(number) = it.gauge.as_ref().or(it.untyped.as_ref()) {
        set("value", bits(number.value()));
    } else if let Some(summary) = &it.summary {
        let quantiles =
            summary.quantile.iter().map(|it| json!([bits(it.quantile()), bits(it.value())]));
        set("count", summary.sample_count().to_string().into());
        set("sum", bits(summary.sample_sum()));
        set("quantile", quantiles.collect());
    } else if let Some(histogram) = &it.histogram {
        for (key, field) in of_histogram(histogram) {
            set(key, field);
        }
    }
    value
}

fn of_histogram(it: &Histogram) -> [(&'static str, Value); 8] {
    let buckets = it.bucket.iter().map(|it| {
        let count = it.cumulative_count().to_string();
        json!([bits(it.upper_bound()), count, exemplar(it.exemplar.as_ref())])
    });
    [
        ("count", it.sample_count().to_string().into()),
        ("sum", bits(it.sample_sum())),
        ("bucket", buckets.collect()),
        ("schema", it.schema().into()),
        ("zero", it.zero_count().to_string().into()),
        ("threshold", bits(it.zero_threshold())),
        ("positive", side(&it.positive_span, &it.positive_delta)),
        ("negative", side(&it.negative_span, &it.negative_delta)),
    ]
}

fn side(spans: &[BucketSpan], deltas: &[i64]) -> Value {
    let spans = spans.iter().map(|it| json!([it.offset(), it.length()]));
    spans.chain(deltas.iter().map(|delta| json!(delta))).collect()
}

fn exemplar(it: Option<&Exemplar>) -> Value {
    it.map_or(Value::Null, |it| {
        let (seconds, nanos) = it.timestamp.map_or((0, 0), |time| (time.seconds, time.nanos));
        json!([labels(&it.label), bits(it.value()), seconds, nanos])
    })
}

fn labels(pairs: &[LabelPair]) -> Value {
    pairs.iter().map(|it| json!([it.name(), it.value()])).collect()
}

fn bits(number: f64) -> Value {
    if number.is_nan() { "NaN".into() } else { format!("{:016x}", number.to_bits()).into() }
}

const DOCUMENTS: usize = 1_000;
