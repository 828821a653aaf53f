//! This process.

use std::{env, process};

use opentelemetry::KeyValue;

pub(super) fn attributes() -> Vec<KeyValue> {
    let executable = env::current_exe().ok();
    let name = executable.as_ref().and_then(|path| path.file_name()?.to_str());
    let mut attributes = vec![KeyValue::new("process.pid", i64::from(process::id()))];
    let name = name.map(|name| KeyValue::new("process.executable.name", name.to_owned()));
    attributes.extend(name);
    attributes
}
