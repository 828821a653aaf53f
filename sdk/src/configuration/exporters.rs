//! `OTEL_METRICS_EXPORTER`.

use crate::configuration::environment::{Environment, list, one_of};

/// The exporters that the environment asks for.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Exporters {
    pub(crate) prometheus: bool,
    pub(crate) otlp: bool,
    pub(crate) console: bool,
}

impl Exporters {
    pub(crate) const VARIABLE: &'static str = "OTEL_METRICS_EXPORTER";

    /// Reads the variable; `None` if it is not set or names no exporter that is known.
    ///
    /// A name that nobody knows is reported and left out, and so is `none` beside others.
    pub(crate) fn of(environment: &Environment) -> Option<Self> {
        let (mut exporters, mut none) = (Self::default(), false);
        for name in list(environment.text(Self::VARIABLE)?) {
            let one = |prometheus, otlp, console| Some(Self { prometheus, otlp, console });
            let known = [
                ("prometheus", one(true, false, false)),
                ("otlp", one(false, true, false)),
                ("console", one(false, false, true)),
                ("none", None),
            ];
            match one_of(name, &known) {
                Ok(Some(one)) => exporters = exporters.and(one),
                Ok(None) => none = true,
                Err(remedy) => {
                    let message = format!(
                        "`{name}` in {} is ignored: {remedy}, or several with commas",
                        Self::VARIABLE
                    );
                    environment.warn(&message, &message);
                }
            }
        }
        let any = exporters != Self::default();
        if none && any {
            let message = format!("`none` in {} is ignored beside others", Self::VARIABLE);
            environment.warn(&message, &message);
        }
        (any || none).then_some(exporters)
    }

    /// Those of both.
    pub(crate) fn and(self, other: Self) -> Self {
        Self {
            prometheus: self.prometheus || other.prometheus,
            otlp: self.otlp || other.otlp,
            console: self.console || other.console,
        }
    }

    /// Says which of these the program lacks, since it only has those `known`.
    pub(crate) fn report_lacking(self, known: Self, environment: &Environment) {
        if self.prometheus && !known.prometheus {
            environment.lacks_feature(Self::VARIABLE, "prometheus");
        }
        if self.otlp && !known.otlp || self.console && !known.console {
            environment.lacks_feature(Self::VARIABLE, "otlp");
        }
    }

    /// Says that what the environment asks for is in vain, but for scrapes of a bridge that was
    /// given: an injected provider can be given no reader any more.
    pub(crate) fn report_beside_injected(environment: &Environment, is_pulled: bool) {
        let asked = Self::of(environment).unwrap_or_default();
        if asked.otlp || asked.console || asked.prometheus && !is_pulled {
            let variable = environment.origin(Self::VARIABLE);
            let message = format!(
                "{variable} is ignored: the program brings a meter provider of its own, which \
                 must bring its exporters"
            );
            environment.warn(Self::VARIABLE, &message);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn exporters(list: &str) -> Option<[bool; 3]> {
        let variable = (Exporters::VARIABLE.to_owned(), list.to_owned());
        let exporters = Exporters::of(&[variable].into_iter().collect())?;
        Some([exporters.prometheus, exporters.otlp, exporters.console])
    }

    #[test]
    fn several_exporters_can_be_asked_for() {
        assert_eq!(exporters("prometheus, otlp"), Some([true, true, false]));
        assert_eq!(exporters("console"), Some([false, false, true]));
        assert_eq!(exporters("Prometheus,OTLP"), Some([true, true, false]), "case does not count");
    }

    #[test]
    fn none_asks_for_none_unless_there_are_others() {
        assert_eq!(exporters("none"), Some([false; 3]));
        assert_eq!(exporters("none,otlp"), Some([false, true, false]));
    }

    #[test]
    fn an_unknown_exporter_is_left_out_and_unknown_ones_alone_count_as_unset() {
        assert_eq!(exporters("zipkin,prometheus"), Some([true, false, false]));
        assert_eq!(exporters("zipkin"), None);
        assert_eq!(exporters(""), None);
    }
}
