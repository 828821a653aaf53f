//! The kinds of instruments, by the words that a configuration file has for them.

use opentelemetry_sdk::metrics::InstrumentKind;

/// All kinds, each with its word.
#[allow(dead_code, reason = "used by the feature `config-file`")]
pub(crate) const KINDS: [(&str, InstrumentKind); 7] = [
    ("counter", InstrumentKind::Counter),
    ("gauge", InstrumentKind::Gauge),
    ("histogram", InstrumentKind::Histogram),
    ("observable_counter", InstrumentKind::ObservableCounter),
    ("observable_gauge", InstrumentKind::ObservableGauge),
    ("observable_up_down_counter", InstrumentKind::ObservableUpDownCounter),
    ("up_down_counter", InstrumentKind::UpDownCounter),
];

/// The word for `kind`.
pub(super) const fn word(kind: InstrumentKind) -> &'static str {
    match kind {
        InstrumentKind::Counter => "counter",
        InstrumentKind::UpDownCounter => "up_down_counter",
        InstrumentKind::Histogram => "histogram",
        InstrumentKind::Gauge => "gauge",
        InstrumentKind::ObservableCounter => "observable_counter",
        InstrumentKind::ObservableUpDownCounter => "observable_up_down_counter",
        InstrumentKind::ObservableGauge => "observable_gauge",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_kind_has_its_word() {
        for (known, kind) in KINDS {
            assert_eq!(word(kind), known);
        }
    }
}
