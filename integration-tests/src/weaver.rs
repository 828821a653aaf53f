//! OpenTelemetry Weaver's schema of a registry.

use std::fs;

use crate::tool;

/// Judges the document of its second argument by the schema of the first; metrics by what that asks of metrics,
/// too, since it has a place for other groups where one that lacks something fits in.
const SCRIPT: &str = "\
import json, sys
import fastjsonschema
schema = json.load(open(sys.argv[1], encoding='utf-8'))
document = json.load(open(sys.argv[2], encoding='utf-8'))
try:
    fastjsonschema.compile(schema)(document)
    schema['properties']['groups']['items'] = {'$ref': '#/$defs/MetricSemanticConvention'}
    metrics = [group for group in document['groups'] if group.get('type') != 'attribute_group']
    fastjsonschema.compile(schema)({'groups': metrics})
except fastjsonschema.JsonSchemaException as error:
    sys.exit(str(error))
";

const SCHEMA: &str = include_str!("../schemas/semconv.schema.json");

/// The objection of the schema to a file of definitions, which is JSON here; `None` where there is none.
///
/// # Panics
///
/// Without the judge, which `scripts/tools` puts where it is found.
pub fn objection(definitions: &str) -> Option<String> {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let file = |name: &str, text: &str| {
        let file = folder.path().join(name);
        fs::write(&file, text).expect("a writable folder");
        file
    };
    let output = tool::command("fastjsonschema", "fastjsonschema")
        .arg(file("judge.py", SCRIPT))
        .arg(file("schema.json", SCHEMA))
        .arg(file("definitions.json", definitions))
        .output()
        .expect("Python starts");
    let said = String::from_utf8_lossy(&output.stderr).trim().to_owned();
    (!output.status.success()).then_some(said)
}
