//! The queries of dashboards and of rules.

use std::{
    ffi::OsStr,
    fs,
    path::{Path, PathBuf},
};

use serde_json::Value;

use crate::{query::Query, yaml};

/// Every query of the dashboards of Grafana at `path`: a file, or all in a folder and those below it.
pub(crate) fn dashboards(path: &Path) -> Result<Vec<Query>, String> {
    let mut queries = Vec::new();
    for file in files(path, &["json"])? {
        let value = serde_json::from_str(&text(&file)?)
            .map_err(|error| format!("{} is no JSON: {error}", file.display()))?;
        Walk { file: &file, is_dashboard: true, queries: &mut queries }
            .gather(&value, "the dashboard");
    }
    Ok(queries)
}

/// Every expression of the rules of Prometheus at `path`, in order: a file, or all in a folder and those
/// below it.
pub(crate) fn rules(path: &Path) -> Result<Vec<Query>, String> {
    let mut queries = Vec::new();
    for file in files(path, &["yml", "yaml"])? {
        let documents =
            yaml::parse(&text(&file)?).map_err(|why| format!("{}: {why}", file.display()))?;
        for document in &documents {
            Walk { file: &file, is_dashboard: false, queries: &mut queries }
                .gather(document, "a rule");
        }
    }
    Ok(queries)
}

fn text(file: &Path) -> Result<String, String> {
    fs::read_to_string(file).map_err(|error| format!("{} cannot be read: {error}", file.display()))
}

/// The files with one of these extensions, sorted.
fn files(path: &Path, extensions: &[&str]) -> Result<Vec<PathBuf>, String> {
    if path.is_file() {
        return Ok(vec![path.to_owned()]);
    }
    let cannot = |error| format!("{} cannot be read: {error}", path.display());
    let mut all = Vec::new();
    for entry in fs::read_dir(path).map_err(cannot)? {
        let entry = entry.map_err(cannot)?.path();
        let is_wanted = |extension: &OsStr| extensions.iter().any(|wanted| extension == *wanted);
        if entry.is_dir() {
            all.extend(files(&entry, extensions)?);
        } else if entry.extension().is_some_and(is_wanted) {
            all.push(entry);
        }
    }
    all.sort();
    Ok(all)
}

/// A walk through a document, for whatever has an expression.
struct Walk<'a> {
    file: &'a Path,
    is_dashboard: bool,
    queries: &'a mut Vec<Query>,
}

impl Walk<'_> {
    /// Collects what is in `value`, whose nearest name is `place`.
    fn gather(&mut self, value: &Value, place: &str) {
        match value {
            Value::Array(items) => items.iter().for_each(|item| self.gather(item, place)),
            Value::Object(_) if is_of_others(value) => {}
            Value::Object(entries) => {
                let place = self.place(value).unwrap_or_else(|| place.to_owned());
                if let Some(expression) = value["expr"].as_str() {
                    self.add(&place, expression, None, recorded(value));
                } else if self.is_dashboard {
                    self.variable(value, &place);
                }
                entries.values().for_each(|value| self.gather(value, &place));
            }
            _ => {}
        }
    }

    /// How a reader finds an object, if it has a name of its own.
    fn place(&self, value: &Value) -> Option<String> {
        let named = |key: &str, kind: &str| Some(format!("{kind} \"{}\"", value[key].as_str()?));
        if self.is_dashboard {
            let panel = named("title", "panel")
                .filter(|_| value["panels"].is_null() || value["type"] == "row");
            return panel.or_else(|| {
                let kind = if value["expr"].is_null() { "variable" } else { "annotation" };
                named("name", kind).filter(|_| value["refId"].is_null())
            });
        }
        named("alert", "alert").or_else(|| named("record", "record"))
    }

    /// Collects what a variable of a dashboard asks for.
    fn variable(&mut self, value: &Value, place: &str) {
        let query = value["query"].as_str().or_else(|| value["query"]["query"].as_str());
        let Some((function, rest)) = query.and_then(|query| query.trim().split_once('(')) else {
            return;
        };
        let Some(arguments) = rest.trim_end().strip_suffix(')') else { return };
        match function.trim() {
            "query_result" => self.add(place, arguments, None, None),
            "label_values" => {
                if let Some((series, label)) =
                    arguments.rsplit_once(',').filter(|(_, label)| !label.contains(['}', ')', '"']))
                {
                    self.add(place, series, Some(label.trim().to_owned()), None);
                }
            }
            _ => {}
        }
    }

    fn add(
        &mut self,
        place: &str,
        text: &str,
        label: Option<String>,
        recorded: Option<(String, Vec<String>)>,
    ) {
        let (file, place, text) = (self.file.to_owned(), place.to_owned(), text.to_owned());
        self.queries.push(Query { file, place, text, label, recorded });
    }
}

/// Whether an object asks something else than Prometheus.
fn is_of_others(value: &Value) -> bool {
    let is_ours =
        |kind: &str| kind.contains("prometheus") || ["datasource", "mixed"].contains(&kind);
    let is_dashboard = !value["panels"].is_null();
    !is_dashboard && value["datasource"]["type"].as_str().is_some_and(|kind| !is_ours(kind))
}

/// The name of the series that a rule records, and the labels that it adds.
fn recorded(value: &Value) -> Option<(String, Vec<String>)> {
    let labels = value["labels"].as_object().into_iter().flat_map(|labels| labels.keys().cloned());
    Some((value["record"].as_str()?.to_owned(), labels.collect()))
}
