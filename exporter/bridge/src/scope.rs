//! The labels of instrumentation scopes, and the order of scopes.

use opentelemetry::InstrumentationScope;

use crate::{
    label::{self, OwnedLabel},
    rank::Rank,
    spelling::{Spelling, escaped_label},
};

/// The labels that say which library a series comes from.
///
/// Scope attributes that would become one of the three fixed labels are dropped, as the OpenTelemetry
/// specification asks in "Prometheus and `OpenMetrics` compatibility", section Instrumentation Scope.
pub(crate) fn labels(scope: &InstrumentationScope, spelling: Spelling) -> Vec<OwnedLabel> {
    let fixed =
        [(NAME, Some(scope.name())), (VERSION, scope.version()), (SCHEMA_URL, scope.schema_url())];
    let fixed = fixed.into_iter().filter_map(|(name, value)| {
        value.map(|value| OwnedLabel { name: name.into(), value: value.into() })
    });
    let keyed: Vec<_> = scope
        .attributes()
        .map(|attribute| (format!("otel_scope_{}", attribute.key), &attribute.value))
        .collect();
    let attributes =
        label::merge(keyed.iter().map(|(key, value)| (key.as_str(), *value)), spelling);
    let free =
        |label: &OwnedLabel| ![NAME, VERSION, SCHEMA_URL].contains(&&*escaped_label(&label.name));
    fixed.chain(attributes.into_iter().filter(free)).collect()
}

/// By what scopes are sorted: as Prometheus shows them, and then by the types of their attributes, of
/// which it shows the text alone.
pub(crate) fn order(scope: &InstrumentationScope) -> (Vec<(String, String)>, Rank) {
    let labels = labels(scope, Spelling::Underscores).into_iter();
    let shown = labels.map(|OwnedLabel { name, value }| (name, value)).collect();
    (shown, Rank::of(0, scope.attributes(), usize::MAX))
}

const NAME: &str = "otel_scope_name";
const VERSION: &str = "otel_scope_version";
const SCHEMA_URL: &str = "otel_scope_schema_url";

#[cfg(test)]
mod tests {
    use opentelemetry::KeyValue;

    use super::*;

    fn written(scope: &InstrumentationScope) -> Vec<(String, String)> {
        let labels = labels(scope, Spelling::Underscores);
        labels.into_iter().map(|label| (label.name, label.value)).collect()
    }

    fn pair(name: &str, value: &str) -> (String, String) {
        (name.into(), value.into())
    }

    #[test]
    fn a_scope_gives_name_version_schema_and_attributes() {
        let scope = InstrumentationScope::builder("shop")
            .with_version("1.2")
            .with_schema_url("https://opentelemetry.io/schemas/1.37.0")
            .with_attributes([KeyValue::new("a.b", 7)])
            .build();
        let expected = [
            pair("otel_scope_name", "shop"),
            pair("otel_scope_version", "1.2"),
            pair("otel_scope_schema_url", "https://opentelemetry.io/schemas/1.37.0"),
            pair("otel_scope_a_b", "7"),
        ];
        assert_eq!(written(&scope), expected);
    }

    #[test]
    fn attributes_that_would_hide_the_scope_are_dropped() {
        let hiding = ["name", "version", "schema_url", "schema.url", "schema..url"];
        let attributes = hiding.map(|key| KeyValue::new(key, "x"));
        let scope = InstrumentationScope::builder("shop").with_attributes(attributes).build();
        assert_eq!(written(&scope), [pair("otel_scope_name", "shop")]);
        let utf8 = labels(&scope, Spelling::Utf8);
        let names: Vec<_> = utf8.iter().map(|label| label.name.as_str()).collect();
        // Without UTF-8, the last one does not become one of ours.
        assert_eq!(names, ["otel_scope_name", "otel_scope_schema..url"]);
    }
}
