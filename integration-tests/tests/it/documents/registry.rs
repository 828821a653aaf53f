//! The registry for OpenTelemetry Weaver says what the constants say, in a form that Weaver takes.

use std::{collections::BTreeSet, fs};

use granit_parser::{Event, Parser};
use integration_tests::{registry, weaver};
use serde_json::{Map, Value, json};

use super::{conventions, sources};

fn committed(name: &str) -> String {
    fs::read_to_string(sources::root().join("registry").join(name)).unwrap_or_default()
}

/// What a reader of YAML makes of a file; every scalar is text.
fn read(text: &str) -> Value {
    let mut open: Vec<(Value, Option<String>)> = vec![(Value::Array(Vec::new()), None)];
    let put = |open: &mut Vec<(Value, Option<String>)>, value: Value| {
        let (into, key) = open.last_mut().unwrap();
        match (into, key.take()) {
            (Value::Array(items), _) => items.push(value),
            (Value::Object(entries), Some(name)) => assert!(entries.insert(name, value).is_none()),
            _ => *key = Some(value.as_str().unwrap().to_owned()),
        }
    };
    for event in Parser::new_from_str(text) {
        match event.unwrap().0 {
            Event::Scalar(text, ..) => put(&mut open, Value::from(&*text)),
            Event::SequenceStart(..) => open.push((Value::Array(Vec::new()), None)),
            Event::MappingStart(..) => open.push((Value::Object(Map::new()), None)),
            Event::SequenceEnd | Event::MappingEnd => {
                let (value, _) = open.pop().unwrap();
                put(&mut open, value);
            }
            _ => {}
        }
    }
    let (document, _) = open.pop().unwrap();
    document[0].clone()
}

#[test]
fn the_registry_is_made_from_the_constants() {
    for (name, text) in registry::files() {
        let remedy = "run `cargo run -p integration-tests --bin registry`";
        assert!(committed(name) == text, "registry/{name} is out of date; {remedy}");
    }
}

#[test]
fn the_registry_keeps_to_the_schema_of_weaver() {
    let definitions = read(&committed("kymo.yaml"));
    assert_eq!(weaver::objection(&definitions.to_string()), None);
    let groups = definitions["groups"].as_array().unwrap();
    // The judge would notice.
    for (key, value) in
        [("instrument", json!("timer")), ("brief", Value::Null), ("unit", Value::Null)]
    {
        let mut broken = definitions.clone();
        let group =
            broken["groups"].as_array_mut().unwrap().last_mut().unwrap().as_object_mut().unwrap();
        group.remove(key);
        if !value.is_null() {
            group.insert(key.to_owned(), value);
        }
        assert!(weaver::objection(&broken.to_string()).is_some(), "{key}");
    }
    assert!(groups.len() > 20, "{}", groups.len());
}

#[test]
fn weaver_knows_every_metric_and_attribute_of_kymo() {
    let definitions = read(&committed("kymo.yaml"));
    let groups = definitions["groups"].as_array().unwrap();
    let texts = |values: &Value, key: &str| -> BTreeSet<String> {
        let values = values.as_array().into_iter().flatten();
        values.map(|value| value[key].as_str().unwrap().to_owned()).collect()
    };
    let defined = texts(&groups[0]["attributes"], "id");
    let imported: BTreeSet<_> = definitions["imports"]["metrics"]
        .as_array()
        .unwrap()
        .iter()
        .map(|name| name.as_str().unwrap())
        .collect();
    for metric in kymo::declared_metrics() {
        let group = groups.iter().find(|group| group["metric_name"] == metric.name);
        assert!(
            group.is_some()
                || imported.contains(metric.name)
                || conventions::is_classic(metric.name),
            "{}",
            metric.name
        );
        let Some(group) = group else { continue };
        assert_eq!(group["unit"], metric.unit, "{}", metric.name);
        let known = texts(&group["attributes"], "ref");
        for key in metric.attributes {
            assert!(known.contains(key.name), "{} {}", metric.name, key.name);
            assert!(
                defined.contains(key.name) || conventions::is_attribute(key.name),
                "{}",
                key.name
            );
        }
    }
    for name in imported {
        assert!(conventions::is_metric(name), "{name}");
    }
    for attribute in groups[0]["attributes"].as_array().unwrap() {
        let examples = attribute["examples"].as_array().unwrap();
        assert!(!examples.is_empty(), "{attribute}");
    }
}
