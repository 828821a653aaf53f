//! Python's `prometheus_client`, which is strict.

use std::{fs, process::Stdio};

use kymo_exposition::{Format, Scheme};
use serde_json::{Value, json};

use crate::{
    any::AnyFamily,
    documents, openmetrics,
    parser::{self, Labels, ReadFamily, ReadSample},
    tool,
};

#[test]
fn python_reads_what_was_written_as_openmetrics() {
    agrees("openmetrics", &[Format::OpenMetrics100, Format::OpenMetrics001], |text| {
        openmetrics::read(text, 1).unwrap()
    });
}

#[test]
fn python_reads_what_was_written_as_text() {
    agrees("text", &[Format::Text004, Format::Text100], |text| parser::read(text).unwrap());
}

/// Lets both read thousands of documents, and compares what they read.
fn agrees(reader: &str, formats: &[Format], read: impl Fn(&str) -> Vec<ReadFamily>) {
    let folder = tempfile::tempdir().unwrap();
    let mut expected = Vec::new();
    for (index, mut families) in documents::families(DOCUMENTS).into_iter().enumerate() {
        adapt(&mut families);
        let scheme = Scheme::ALL[index % Scheme::ALL.len()];
        let format = formats[index / Scheme::ALL.len() % formats.len()];
        let document = documents::write(&families, format, scheme);
        let text = String::from_utf8(document).unwrap();
        fs::write(folder.path().join(format!("{index}")), &text).unwrap();
        expected.push((read(&text), text));
    }
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/judges/prometheus_client.py");
    let output = tool::command("prometheus-client", "prometheus-client")
        .args([script, reader, folder.path().to_str().unwrap()])
        .stderr(Stdio::inherit())
        .output()
        .unwrap();
    assert!(output.status.success());
    let lines = String::from_utf8(output.stdout).unwrap();
    assert_eq!(lines.lines().count(), DOCUMENTS);
    let mut samples = 0;
    for (line, (expected, text)) in lines.lines().zip(&expected) {
        let read: Value = serde_json::from_str(line).unwrap();
        let expected: Vec<_> = expected.iter().map(|it| family(it, reader == "text")).collect();
        assert_eq!(read, Value::from(expected), "{text}");
        samples += text.lines().filter(|line| !line.starts_with('#')).count();
    }
    assert!(samples > DOCUMENTS, "{samples} samples");
}

/// Leaves out what this reader is known to misread: escapes and braces in labels of exemplars, and a counter
/// whose name is but the suffix.
fn adapt(families: &mut Vec<AnyFamily>) {
    families.retain(|family| family.name != "_total");
    let exemplars = families.iter_mut().flat_map(|family| &mut family.series);
    for exemplar in exemplars.flat_map(|series| series.exemplars.iter_mut().flatten()) {
        for (_, value) in &mut exemplar.labels {
            value.retain(|char| !"\\\"\n{}".contains(char));
        }
    }
}

fn family(it: &ReadFamily, is_text: bool) -> Value {
    // The reader of text calls all counters as OpenMetrics does.
    let lacks_suffix = it.kind == "counter" && !it.name.ends_with("_total");
    let suffix = if is_text && lacks_suffix { "_total" } else { "" };
    let samples: Vec<_> = it.samples.iter().map(|it| sample(it, suffix)).collect();
    let name = format!("{}{suffix}", it.name);
    let (help, unit) = (it.help.as_deref().unwrap_or(""), it.unit.as_deref().unwrap_or(""));
    json!({ "name": name, "kind": it.kind, "help": help, "unit": unit, "samples": samples })
}

fn sample(it: &ReadSample, suffix: &str) -> Value {
    let exemplars: Vec<_> = it
        .exemplars
        .iter()
        .map(|(labels, value, time)| json!([sorted(labels), number(value), time]))
        .collect();
    let name = format!("{}{suffix}", it.name);
    json!([name, sorted(&it.labels), number(&it.value), it.timestamp, exemplars])
}

fn sorted(labels: &Labels) -> Value {
    labels.iter().map(|(name, value)| (name.clone(), Value::from(value.clone()))).collect()
}

/// The bits of a number; there is one NaN, and an integer has no minus zero.
fn number(text: &str) -> String {
    let number: f64 = if text == "-0" { 0.0 } else { text.parse().unwrap() };
    if number.is_nan() { "NaN".to_owned() } else { format!("{:016x}", number.to_bits()) }
}

const DOCUMENTS: usize = 1_000;
