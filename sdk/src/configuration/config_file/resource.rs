//! The resource.

use opentelemetry::{Array, Key, KeyValue, StringValue, Value};

use super::{
    layer::Layer,
    part::{Mistake, Part},
    prometheus::names,
};
use crate::configuration::environment::{FileOnly, Names, attributes};

/// Reads `resource`.
pub(super) fn read(part: &Part<'_>, layer: &mut Layer) -> Result<(), Mistake> {
    for (key, part) in part.entries()? {
        match key {
            "attributes" => {
                for item in part.items()? {
                    let attribute = attribute(&item, layer)?;
                    layer.file_only.attributes.extend(attribute);
                    layer.found(FileOnly::ATTRIBUTES, &part);
                }
            }
            "attributes_list" => {
                if let Some(list) = part.text()? {
                    attributes(list).map_err(|remedy| part.mistake(remedy))?;
                    layer.say("OTEL_RESOURCE_ATTRIBUTES", "resource.attributes_list", &part, list);
                }
            }
            "detection/development" => detection(&part, layer)?,
            "schema_url" => {
                part.text()?;
                layer.ignore(&part, "the resource of kymo has no schema");
            }
            _ => layer.unknown(&part)?,
        }
    }
    Ok(())
}

/// One attribute, unless it has no value.
fn attribute(item: &Part<'_>, layer: &mut Layer) -> Result<Option<KeyValue>, Mistake> {
    let (mut name, mut value, mut kind) = (None, None, None);
    for (key, part) in item.entries()? {
        match key {
            "name" => name = part.text()?.filter(|name| !name.is_empty()),
            "value" => value = Some(part),
            "type" => kind = part.one_of(&TYPES)?,
            _ => layer.unknown(&part)?,
        }
    }
    let name = Key::new(item.required(name, "name")?.to_owned());
    let value = item.required(value, "value")?;
    if value.is_absent() {
        return Ok(None);
    }
    let value = match kind.unwrap_or("string") {
        "bool" => value.boolean()?.map(Value::Bool),
        "int" => value.integer(i64::MIN, i64::MAX)?.map(Value::I64),
        "double" => value.number()?.map(Value::F64),
        "string_array" => {
            let text =
                |part: &Part<'_>| Ok(part.text()?.map(|text| StringValue::from(text.to_owned())));
            Some(Value::Array(Array::String(each(&value, text)?)))
        }
        "bool_array" => Some(Value::Array(Array::Bool(each(&value, Part::boolean)?))),
        "int_array" => {
            Some(Value::Array(Array::I64(each(&value, |part| part.integer(i64::MIN, i64::MAX))?)))
        }
        "double_array" => Some(Value::Array(Array::F64(each(&value, Part::number)?))),
        _ => value.text()?.map(|text| Value::from(text.to_owned())),
    };
    Ok(value.map(|value| KeyValue::new(name, value)))
}

/// Reads every element of a list, which must have a value.
fn each<'a, T>(
    list: &Part<'a>,
    read: impl Fn(&Part<'a>) -> Result<Option<T>, Mistake>,
) -> Result<Vec<T>, Mistake> {
    let item = |part: Part<'a>| part.required(read(&part)?, "a value");
    list.items()?.into_iter().map(item).collect()
}

/// Reads the detectors, of which the file can ask for that of the service only.
fn detection(part: &Part<'_>, layer: &mut Layer) -> Result<(), Mistake> {
    let (mut wanted, mut detected) = (Names::default(), None);
    for (key, part) in part.entries()? {
        match key {
            "attributes" => wanted = names(&part, layer)?.unwrap_or_default(),
            "detectors" => {
                for detector in part.items()? {
                    match detector.only_entry("the name of a detector, such as service")? {
                        // It also adds an instance, which every resource of ours has.
                        ("service", part) => {
                            layer.found(FileOnly::DETECTED, &part);
                            detected.clone_from(&layer.service);
                        }
                        (_, part) => layer.report(
                            &part,
                            "a program of kymo asks for this in code, with `detect_…`",
                        ),
                    }
                }
            }
            _ => layer.unknown(&part)?,
        }
    }
    let named = detected.filter(|_| wanted.contain("service.name"));
    layer.file_only.detected.extend(named.map(|name| KeyValue::new("service.name", name)));
    Ok(())
}

/// The types that an attribute can be declared to have.
const TYPES: [&str; 8] =
    ["string", "bool", "int", "double", "string_array", "bool_array", "int_array", "double_array"];
