//! The lines `# HELP` and `# TYPE`.

use crate::{Family, Kind};

use super::escape;

/// Writes the comments above the first sample of a family.
pub(super) fn write(name: &str, family: &Family<'_>, out: &mut Vec<u8>) {
    if !family.help.is_empty() {
        out.extend_from_slice(b"# HELP ");
        out.extend_from_slice(name.as_bytes());
        out.push(b' ');
        escape::help(family.help, out);
        out.push(b'\n');
    }
    out.extend_from_slice(b"# TYPE ");
    out.extend_from_slice(name.as_bytes());
    out.push(b' ');
    out.extend_from_slice(word(family.kind).as_bytes());
    out.push(b'\n');
}

const fn word(kind: Kind) -> &'static str {
    match kind {
        Kind::Counter => "counter",
        Kind::Gauge | Kind::Info | Kind::StateSet => "gauge",
        Kind::Histogram => "histogram",
        Kind::Summary => "summary",
        Kind::Unknown => "untyped",
    }
}
