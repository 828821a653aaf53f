//! The host.

use std::env::consts;

use opentelemetry::KeyValue;

use super::{container, machine::Machine};

pub(super) fn attributes(machine: &Machine<'_>) -> Vec<KeyValue> {
    let mut attributes = vec![
        KeyValue::new("host.arch", architecture(consts::ARCH)),
        KeyValue::new("os.type", system(consts::OS)),
    ];
    // The kernel's view, which is that of `hostname`.
    let name = machine.read("proc/sys/kernel/hostname");
    attributes.extend(name.map(|name| KeyValue::new("host.name", name)));
    attributes.extend(id(machine).map(|id| KeyValue::new("host.id", id)));
    attributes
}

/// The id of the machine; in a container that would be an id of its image.
fn id(machine: &Machine<'_>) -> Option<String> {
    let marks = [".dockerenv", "run/.containerenv"];
    let contained = machine.is_pod()
        || marks.iter().any(|mark| machine.has(mark))
        || container::id(machine).is_some();
    if contained {
        return None;
    }
    machine.read("etc/machine-id").or_else(|| machine.read("var/lib/dbus/machine-id"))
}

/// The name of an architecture in the conventions.
fn architecture(rust: &'static str) -> &'static str {
    match rust {
        "x86_64" => "amd64",
        "aarch64" => "arm64",
        "arm" => "arm32",
        "powerpc" => "ppc32",
        "powerpc64" => "ppc64",
        same => same,
    }
}

/// The name of an operating system in the conventions.
fn system(rust: &'static str) -> &'static str {
    match rust {
        "macos" => "darwin",
        "dragonfly" => "dragonflybsd",
        same => same,
    }
}
