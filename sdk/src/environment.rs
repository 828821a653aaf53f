//! What the environment says.

mod entities;
mod inert;
mod value;

use std::{
    collections::{BTreeMap, BTreeSet},
    env,
    fmt::Display,
    sync::{Arc, Mutex, PoisonError},
};

use opentelemetry::KeyValue;

pub(crate) use self::value::{boolean, list};
#[cfg(feature = "otlp")]
pub(crate) use self::value::{duration, pairs};

/// The variables of the process at start-up that anybody reads, those that are empty left out: an empty
/// value counts as unset, as the specification of the variables says.
#[derive(Debug, Clone, Default)]
pub(crate) struct Environment {
    variables: BTreeMap<String, String>,
    reported: Arc<Mutex<BTreeSet<String>>>,
}

/// What was found in a variable.
pub(crate) struct Found<T> {
    pub(crate) value: T,
    pub(crate) variable: &'static str,
}

impl Environment {
    /// Reads the variables of this process; one that is not Unicode counts as unset.
    pub(crate) fn of_process() -> Self {
        env::vars_os()
            .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)))
            .collect()
    }

    /// The value of `name`.
    pub(crate) fn text(&self, name: &str) -> Option<&str> {
        self.variables.get(name).map(String::as_str)
    }

    /// What `parse` understands of the first of `names` that is set and understood. Any before it
    /// counts as unset, and this is reported the first time.
    pub(crate) fn find<T, E: Display>(
        &self,
        names: &[&'static str],
        parse: impl Fn(&str) -> Result<T, E>,
    ) -> Option<Found<T>> {
        names.iter().find_map(|&variable| {
            let value = self.text(variable)?;
            let report = |remedy: &E| {
                let shown = shown(variable, value);
                self.warn(variable, &format!("{variable}={shown} is ignored: {remedy}"));
            };
            let value = parse(value).inspect_err(report).ok()?;
            Some(Found { value, variable })
        })
    }

    /// What `parse` understands of `name`; otherwise the variable counts as unset, and this is
    /// reported the first time.
    pub(crate) fn parse<T, E: Display>(
        &self,
        name: &'static str,
        parse: impl Fn(&str) -> Result<T, E>,
    ) -> Option<T> {
        self.find(&[name], parse).map(|found| found.value)
    }

    /// The same without `variable`.
    #[cfg(feature = "otlp")]
    pub(crate) fn without(&self, variable: &str) -> Self {
        let mut environment = self.clone();
        environment.variables.remove(variable);
        environment
    }

    /// Reports `message`, and nothing about `topic` ever after.
    pub(crate) fn warn(&self, topic: &str, message: &str) {
        let mut reported = self.reported.lock().unwrap_or_else(PoisonError::into_inner);
        if reported.insert(topic.to_owned()) {
            tracing::warn!("{message}");
        }
    }

    /// Reports that `variable` asks for what `feature` would add to the program.
    #[allow(dead_code, reason = "the features that are there are not reported")]
    pub(crate) fn lacks_feature(&self, variable: &str, feature: &str) {
        let message = format!(
            "{variable} asks for what this program cannot do: build it with kymo's feature `{feature}`"
        );
        self.warn(&message, &message);
    }

    /// `OTEL_RESOURCE_ATTRIBUTES`: one mistake spoils all of it, as the specification of the
    /// resource asks.
    pub(crate) fn resource_attributes(&self) -> Vec<KeyValue> {
        self.parse("OTEL_RESOURCE_ATTRIBUTES", value::attributes).unwrap_or_default()
    }

    /// The attributes of `OTEL_ENTITIES`: what is malformed is left out and reported, as the
    /// specification of entity propagation asks.
    pub(crate) fn entities(&self) -> Vec<KeyValue> {
        let (attributes, mistakes) = entities::parse(self.text("OTEL_ENTITIES").unwrap_or(""));
        for mistake in mistakes {
            self.warn(&mistake, &format!("in OTEL_ENTITIES, {mistake}"));
        }
        attributes
    }
}

impl FromIterator<(String, String)> for Environment {
    fn from_iter<I: IntoIterator<Item = (String, String)>>(variables: I) -> Self {
        let variables = variables.into_iter().filter(|(name, _)| is_read(name));
        let trimmed = variables.map(|(name, value)| (name, value.trim().to_owned()));
        let variables = trimmed.filter(|(_, value)| !value.is_empty()).collect();
        Self { variables, reported: Arc::default() }
    }
}

/// Whether anybody reads the variable `name`.
fn is_read(name: &str) -> bool {
    // What a pod's specification is asked to set.
    let pod = ["POD_NAME", "POD_NAMESPACE", "POD_UID", "NODE_NAME", "CONTAINER_NAME"];
    let of_pod = || pod.contains(&name.strip_prefix("K8S_").unwrap_or(name));
    name.starts_with("OTEL_") || name == "KUBERNETES_SERVICE_HOST" || of_pod()
}

/// A value as it may be printed: headers carry credentials.
fn shown<'a>(variable: &str, value: &'a str) -> &'a str {
    if variable.ends_with("_HEADERS") { "***" } else { value }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn environment(variables: &[(&str, &str)]) -> Environment {
        variables.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
    }

    #[test]
    fn an_empty_variable_counts_as_unset() {
        assert_eq!(environment(&[("OTEL_SERVICE_NAME", " ")]).text("OTEL_SERVICE_NAME"), None);
    }

    #[test]
    fn a_malformed_variable_gives_way_to_the_next_one() {
        let environment = environment(&[("OTEL_A", "no"), ("OTEL_B", "7")]);
        let found = environment.find(&["OTEL_A", "OTEL_B"], str::parse::<u8>).unwrap();
        assert_eq!((found.value, found.variable), (7, "OTEL_B"));
    }

    #[test]
    fn one_malformed_attribute_spoils_the_whole_variable() {
        for malformed in ["a=1,b", "a=1,=2", "a=%FF%FE"] {
            let environment = environment(&[("OTEL_RESOURCE_ATTRIBUTES", malformed)]);
            assert_eq!(environment.resource_attributes(), [], "{malformed}");
        }
    }

    proptest! {
        #[test]
        fn no_value_makes_reading_the_environment_panic(value in ".{0,40}") {
            let environment =
                environment(&[("OTEL_RESOURCE_ATTRIBUTES", &value), ("OTEL_ENTITIES", &value)]);
            let _ = (environment.resource_attributes(), environment.entities());
        }
    }
}
