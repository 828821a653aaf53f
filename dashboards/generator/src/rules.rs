//! The files of rules, as Prometheus reads them.

use std::fmt::{self, Write};

use crate::{Alert, Context, Names, Pace, alerts as of_alerts, case, label, recording};

const HEAD: &str =
    "# Made by `cargo run -p dashboards` out of the metric constants: a change here is lost.\n";

/// What is recorded.
pub fn recording(names: &Names, pace: Pace) -> String {
    let mut file = format!("{HEAD}groups:\n");
    group(&mut file, names, pace).expect("writing to a string");
    file
}

fn group(file: &mut String, names: &Names, pace: Pace) -> fmt::Result {
    writeln!(file, "  - name: kymo-recording\n    rules:")?;
    let context = Context::rules(names, &[label::JOB], pace);
    for recording in recording::recordings() {
        writeln!(file, "      - record: {}", recording.name)?;
        writeln!(file, "        expr: |-\n          {}", recording.query.text(&context))?;
    }
    Ok(())
}

/// The alerts, whose links lead into the runbook at this address.
pub fn alerts(names: &Names, pace: Pace, runbook: &str) -> String {
    let mut file = format!("{HEAD}groups:\n");
    for (group, alerts) in of_alerts() {
        writeln!(file, "  - name: {group}\n    rules:").expect("writing to a string");
        for alert in alerts {
            rule(&mut file, &alert, names, pace, runbook).expect("writing to a string");
        }
    }
    file
}

/// Both together, for a pace at which one can watch them.
pub fn demo(names: &Names, runbook: &str) -> String {
    let mut file = recording(names, Pace::Demo);
    let alerts = alerts(names, Pace::Demo, runbook);
    let (_, groups) = alerts.split_once("groups:\n").expect("groups");
    file.push_str(groups);
    file
}

/// Both together, as a resource of the Prometheus operator.
pub fn resource(names: &Names, runbook: &str) -> String {
    let files = [recording(names, Pace::Production), alerts(names, Pace::Production, runbook)];
    let groups = files.iter().filter_map(|file| file.split_once("groups:\n"));
    let lines = groups.flat_map(|(_, groups)| groups.lines());
    let lines: Vec<_> = lines.map(|line| format!("  {line}\n")).collect();
    format!("{HEAD}{RESOURCE}{}", lines.concat())
}

const RESOURCE: &str = "\
apiVersion: monitoring.coreos.com/v1
kind: PrometheusRule
metadata:
  name: kymo
spec:
  groups:
";

fn rule(file: &mut String, alert: &Alert, names: &Names, pace: Pace, runbook: &str) -> fmt::Result {
    let context = Context::rules(names, alert.groups, pace);
    writeln!(file, "      - alert: {}", alert.name)?;
    writeln!(file, "        expr: |-\n          {}", alert.condition.text(&context))?;
    if alert.patience > 0 {
        writeln!(file, "        for: {}", pace.patience(alert.patience))?;
    }
    writeln!(file, "        labels:\n          severity: {}", alert.severity.name())?;
    writeln!(file, "        annotations:")?;
    for (name, text) in annotations(alert, runbook, |text| alert.template(text, &context)) {
        writeln!(file, "          {name}: {}", quoted(&text))?;
    }
    Ok(())
}

fn annotations(
    alert: &Alert,
    runbook: &str,
    fill: impl Fn(&str) -> String,
) -> [(&'static str, String); 3] {
    [
        ("summary", fill(alert.summary)),
        ("description", fill(alert.description)),
        ("runbook_url", format!("{runbook}#{}", alert.anchor())),
    ]
}

/// What `promtool test rules` tries each alert with: once it fires, and once it does not.
pub fn tests(names: &Names, runbook: &str) -> String {
    let mut file =
        format!("{HEAD}rule_files: [recording.yml, alerts.yml]\nevaluation_interval: 5m\ntests:\n");
    for alert in of_alerts().iter().flat_map(|(_, alerts)| alerts) {
        test(&mut file, alert, names, runbook, true).expect("writing to a string");
        test(&mut file, alert, names, runbook, false).expect("writing to a string");
    }
    file
}

fn test(
    file: &mut String,
    alert: &Alert,
    names: &Names,
    runbook: &str,
    fires: bool,
) -> fmt::Result {
    let context = Context::rules(names, &[], Pace::Production);
    let (case, ending) =
        if fires { (&alert.fires, "fires") } else { (&alert.quiet, "does not fire") };
    writeln!(file, "  - name: {} {ending}\n    interval: 1m\n    input_series:", alert.name)?;
    for (series, values) in case.inputs(&context) {
        writeln!(file, "      - series: {}\n        values: {}", quoted(&series), quoted(values))?;
    }
    writeln!(file, "    alert_rule_test:\n      - eval_time: {}m", case::MINUTE * hours(alert))?;
    writeln!(file, "        alertname: {}", alert.name)?;
    if !fires {
        return Ok(());
    }
    writeln!(file, "        exp_alerts:\n          - exp_labels:")?;
    writeln!(file, "              severity: {}", alert.severity.name())?;
    for (key, value) in case.labels() {
        let label = crate::selector::label_name(names, key);
        writeln!(file, "              {label}: {}", quoted(value))?;
    }
    writeln!(file, "            exp_annotations:")?;
    for (name, text) in annotations(alert, runbook, |text| alert.expected(text)) {
        writeln!(file, "              {name}: {}", quoted(&text))?;
    }
    Ok(())
}

/// One that waits for an hour is looked at an hour later.
fn hours(alert: &Alert) -> u32 {
    if alert.patience < case::MINUTE { 1 } else { 2 }
}

/// A scalar of YAML: in double quotes it is one of JSON.
fn quoted(text: &str) -> String {
    serde_json::to_string(text).expect("JSON")
}

/// The first query of an alert's section in the runbook.
pub fn first(alert: &Alert, names: &Names) -> String {
    alert.first.text(&Context::person(names))
}
