//! Exemplars at the ends of lines.

use crate::{
    Exemplar, Scheme,
    exemplar_labels::{ExemplarLabels, Fate},
    scheme::is_legal,
};

use super::{escape, number, timestamp};

/// Writes exemplars, with the labels that [fit](ExemplarLabels).
///
/// An exemplar is left out if it has labels and none fits, or if its value is NaN.
#[derive(Debug, Default)]
pub(crate) struct Exemplars {
    labels: ExemplarLabels,
}

impl Exemplars {
    /// From now on names of labels are escaped so.
    pub(crate) fn set_scheme(&mut self, scheme: Scheme) {
        self.labels.set_scheme(scheme);
    }

    /// Writes an exemplar, with a space before it, and says how much of it.
    pub(crate) fn write(&mut self, it: &Exemplar<'_>, out: &mut Vec<u8>) -> Fate {
        if it.value.is_nan() {
            return Fate::LeftOut;
        }
        let start = out.len();
        out.extend_from_slice(b" # ");
        let mut before = b'{';
        let fate = self.labels.choose(it.labels, |name, value| {
            out.push(before);
            before = b',';
            escape::label_name(name, is_legal(name, false), out);
            out.extend_from_slice(b"=\"");
            escape::quoted(value, out);
            out.push(b'"');
        });
        if fate == Fate::LeftOut {
            out.truncate(start);
            return fate;
        }
        out.extend_from_slice(if before == b'{' { b"{} " } else { b"} " });
        number::write_f64(it.value, out);
        if let Some(time) = it.timestamp {
            out.push(b' ');
            timestamp::write(time, out);
        }
        fate
    }
}
