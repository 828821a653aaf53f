//! The lines `# TYPE`, `# UNIT` and `# HELP`.

use crate::{
    Family, Kind, Loss,
    lines::{Lines, quoted},
};

/// Writes the comments above the first sample of a family that is written as one of this kind.
///
/// In OpenMetrics 1 a family has a unit only if its name ends in it: then `is_suffix`.
pub(super) fn write(lines: &mut Lines<'_>, family: &Family<'_>, kind: Kind, is_suffix: bool) {
    let (name, out) = (&lines.name, &mut *lines.frame.out);
    name.comment("TYPE", out);
    out.extend_from_slice(word(kind).as_bytes());
    out.push(b'\n');
    let is_suffix = !is_suffix || ends_in(name.name(), family.unit);
    if is_suffix && has_unit(family.unit, kind) {
        name.comment("UNIT", out);
        out.extend_from_slice(family.unit.as_bytes());
        out.push(b'\n');
    } else {
        lines.header.add(Loss::Unit, (!family.unit.is_empty()).into());
    }
    lines.header.add(Loss::Kind, (kind != family.kind).into());
    if !family.help.is_empty() {
        name.comment("HELP", out);
        quoted(family.help, out);
        out.push(b'\n');
    }
    lines.frame.end_header();
}

/// Whether a family of this kind can say that it is measured in `unit`.
fn has_unit(unit: &str, kind: Kind) -> bool {
    let is_written = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b':');
    !unit.is_empty() && unit.bytes().all(is_written) && !matches!(kind, Kind::Info | Kind::StateSet)
}

/// Whether the name ends in `_` and the unit.
fn ends_in(name: &str, unit: &str) -> bool {
    name.strip_suffix(unit).is_some_and(|before| before.ends_with('_'))
}

/// The kind as OpenMetrics calls it.
const fn word(kind: Kind) -> &'static str {
    match kind {
        Kind::Counter => "counter",
        Kind::Gauge => "gauge",
        Kind::Histogram => "histogram",
        Kind::Summary => "summary",
        Kind::Info => "info",
        Kind::StateSet => "stateset",
        Kind::Unknown => "unknown",
    }
}
