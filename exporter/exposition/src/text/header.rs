//! The lines `# HELP` and `# TYPE`.

use crate::{
    Family, Kind,
    lines::{Prefix, help},
};

/// Writes the comments above the first sample of a family.
pub(super) fn write(name: &Prefix, family: &Family<'_>, out: &mut Vec<u8>) {
    if !family.help.is_empty() {
        name.comment("HELP", out);
        help(family.help, out);
        out.push(b'\n');
    }
    name.comment("TYPE", out);
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
