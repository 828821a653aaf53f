//! Variables of the specification that change nothing here, and why.

use super::{Environment, list};

impl Environment {
    /// Says what is set in vain, so that nobody waits for an effect.
    pub(crate) fn report_inert(&self) {
        self.note("OTEL_LOG_LEVEL", |_| {
            Some("kymo and OpenTelemetry log through `tracing`; filter their targets there")
        });
        self.note("OTEL_SEMCONV_STABILITY_OPT_IN", |groups| {
            let old = list(groups).any(|group| group.to_ascii_lowercase().ends_with("/dup"));
            old.then_some("kymo emits the stable names only, and no old ones beside them")
        });
    }

    /// Notes why `variable` has no effect, if it has none.
    fn note(&self, variable: &'static str, why: impl FnOnce(&str) -> Option<&'static str>) {
        if let Some((value, why)) = self.text(variable).and_then(|value| Some((value, why(value)?)))
        {
            let message = format!("{}={value} has no effect: {why}", self.origin(variable));
            self.reports.mention(variable, &message);
        }
    }
}
