//! Exemplars as messages.

use crate::{
    Exemplar,
    exemplar_labels::{ExemplarLabels, Fate},
};

use super::{field, wire};

/// Writes a field that is an exemplar, unless it has labels of which none fits, or its value is NaN; and says how
/// much of it.
pub(super) fn write(
    field: u8,
    it: &Exemplar<'_>,
    labels: &mut ExemplarLabels,
    out: &mut Vec<u8>,
) -> Fate {
    if it.value.is_nan() {
        return Fate::LeftOut;
    }
    let before = out.len();
    let exemplar = wire::begin(field, out);
    let fate = labels.choose(it.labels, |name, value| {
        let pair = wire::begin(field::LABEL, out);
        wire::bytes(field::LABEL_NAME, name.as_bytes(), out);
        wire::bytes(field::LABEL_VALUE, value.as_bytes(), out);
        wire::end(pair, out);
    });
    if fate == Fate::LeftOut {
        out.truncate(before);
        return fate;
    }
    wire::double(field::EXEMPLAR_VALUE, it.value, out);
    if let Some(time) = it.timestamp {
        wire::time(field::EXEMPLAR_TIMESTAMP, time, out);
    }
    wire::end(exemplar, out);
    fate
}
