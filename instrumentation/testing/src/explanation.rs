//! Explains why an assertion fails.

use std::fmt::Write;

use crate::{
    attributes::Shown,
    hint,
    metric::{Kind, Metric},
    selection::Selection,
    series::Series,
    snapshot::Snapshot,
};

/// How many series a message lists.
const LISTED: usize = 20;

/// `problem` of what `selection` means, and what there is instead.
pub(crate) fn of<R>(selection: &Selection<'_, R>, problem: &str) -> String {
    if let Some(other) = selection.of_other_kind().next() {
        return of_other_kind(selection, other);
    }
    if selection.metrics().next().is_none() {
        return unknown(selection);
    }
    let kind = selection.kinds[0];
    let mut text = format!("the {kind} `{}`{} {problem}", selection.name, described(selection));
    let (counted, others): (Vec<_>, Vec<_>) =
        lines(selection).into_iter().partition(|line| line.differences == 0);
    if !counted.is_empty() {
        text.push_str("; counted in it:");
        list(&mut text, &counted);
    }
    if !others.is_empty() {
        text.push_str(if counted.is_empty() { "; there are:" } else { "\nnot counted in it:" });
        list(&mut text, &others);
    }
    text
}

/// Lists the series of `name`, which should be absent.
pub(crate) fn present(snapshot: &Snapshot, name: &str) -> String {
    let mut text = format!("nothing should be recorded of `{name}`; there are:");
    let all = snapshot.named(name).flat_map(|metric| &metric.series);
    let lines = all.map(|series| Line { differences: 0, text: series.to_string() });
    list(&mut text, &lines.collect::<Vec<_>>());
    text
}

fn of_other_kind<R>(selection: &Selection<'_, R>, other: &Metric) -> String {
    let (name, kind) = (&selection.name, other.kind);
    let method = match kind {
        Kind::Counter => "counter",
        Kind::UpDownCounter => "up_down_counter",
        Kind::Gauge => "gauge",
        Kind::Histogram | Kind::ExponentialHistogram => "histogram",
    };
    let a_kind = kind.with_article();
    format!("`{name}` is no {}, but {a_kind}: write `.{method}(\"{name}\")`", selection.kinds[0])
}

fn unknown<R>(selection: &Selection<'_, R>) -> String {
    let name = &selection.name;
    let scopes: Vec<_> =
        selection.snapshot.named(name).map(|metric| metric.scope.name.as_str()).collect();
    if let (Some(scope), false) = (&selection.scope, scopes.is_empty()) {
        return format!("`{name}` is not of the scope {scope}, but of {}", scopes.join(", "));
    }
    let names = selection.snapshot.metrics.iter().map(|metric| metric.name.as_str());
    format!("nothing was recorded of a metric called `{name}`{}", hint::of(name, names))
}

/// ` with genre="poetry", without page`.
fn described<R>(selection: &Selection<'_, R>) -> String {
    let mut words = Vec::new();
    for (key, value) in &selection.wanted {
        words.push(match value {
            Some(value) => format!("with {key}={}", Shown(value)),
            None => format!("without {key}"),
        });
    }
    if selection.exactly {
        words.push("with nothing else".to_owned());
    }
    if let Some(scope) = &selection.scope {
        words.push(format!("of {scope}"));
    }
    let words = words.join(", ");
    if words.is_empty() { words } else { format!(" {words}") }
}

/// A series, and in how many attributes it is not what was wanted.
struct Line {
    differences: usize,
    text: String,
}

/// Every series of the metric, the nearest first.
fn lines<R>(selection: &Selection<'_, R>) -> Vec<Line> {
    let metrics: Vec<_> = selection.metrics().collect();
    let mut lines = Vec::new();
    for metric in &metrics {
        for series in &metric.series {
            let mut line = compare(selection, series);
            if metrics.len() > 1 {
                line.text = format!("{} ({})", line.text, metric.scope);
            }
            lines.push(line);
        }
    }
    lines.sort_by_key(|line| line.differences);
    lines
}

/// `{genre="crime" (not "poetry"), (no page)} 3`.
fn compare<R>(selection: &Selection<'_, R>, series: &Series) -> Line {
    let mut words = Vec::new();
    let mut differences = 0;
    for (key, value) in series.attributes.iter() {
        let is = format!("{key}={}", Shown(value));
        let mut wanted = selection.wanted.iter().filter(|(wanted, _)| wanted == key);
        let objection = match wanted.find(|(_, wanted)| wanted.as_ref() != Some(value)) {
            Some((_, Some(wanted))) => format!(" (not {})", Shown(wanted)),
            Some((_, None)) => " (unwanted)".to_owned(),
            None if selection.is_unwanted(key) => " (unwanted)".to_owned(),
            None => String::new(),
        };
        differences += usize::from(!objection.is_empty());
        words.push(is + &objection);
    }
    for (key, value) in &selection.wanted {
        if value.is_some() && series.attributes.get(key).is_none() {
            words.push(format!("(no {key})"));
            differences += 1;
        }
    }
    Line { differences, text: format!("{{{}}} {}", words.join(", "), series.reading) }
}

fn list(text: &mut String, lines: &[Line]) {
    for line in lines.iter().take(LISTED) {
        text.push_str("\n  ");
        text.push_str(&line.text);
    }
    if let Some(more) = lines.len().checked_sub(LISTED + 1) {
        // Writing to a string cannot fail.
        let _ = write!(text, "\n  and {} more", more + 1);
    }
}
