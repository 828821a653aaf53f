//! What the environment says.

use std::{
    collections::{BTreeMap, BTreeSet},
    env,
    fmt::Display,
    sync::{Arc, Mutex, PoisonError},
};

use opentelemetry::{Key, KeyValue};
use percent_encoding::percent_decode_str;

/// The `OTEL_*` variables of the process at start-up, those that are empty left out: an empty
/// value counts as unset, as the specification of the variables says.
#[derive(Debug, Clone, Default)]
pub(crate) struct Environment {
    variables: BTreeMap<String, String>,
    reported: Arc<Mutex<BTreeSet<&'static str>>>,
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

    /// What `parse` understands of the value of `name`; otherwise the variable counts as
    /// unset, and this is reported the first time.
    pub(crate) fn parse<T, E: Display>(
        &self,
        name: &'static str,
        parse: impl FnOnce(&str) -> Result<T, E>,
    ) -> Option<T> {
        let value = self.text(name)?;
        let report = |remedy: &E| {
            let mut reported = self.reported.lock().unwrap_or_else(PoisonError::into_inner);
            if reported.insert(name) {
                tracing::warn!("{name}={value} is ignored: {remedy}");
            }
        };
        parse(value).inspect_err(report).ok()
    }

    /// `OTEL_RESOURCE_ATTRIBUTES`.
    pub(crate) fn resource_attributes(&self) -> Vec<KeyValue> {
        self.parse("OTEL_RESOURCE_ATTRIBUTES", resource_attributes).unwrap_or_default()
    }
}

impl FromIterator<(String, String)> for Environment {
    fn from_iter<I: IntoIterator<Item = (String, String)>>(variables: I) -> Self {
        let variables = variables.into_iter().filter(|(name, _)| name.starts_with("OTEL_"));
        let trimmed = variables.map(|(name, value)| (name, value.trim().to_owned()));
        let variables = trimmed.filter(|(_, value)| !value.is_empty()).collect();
        Self { variables, reported: Arc::default() }
    }
}

/// Parses `key=value,key=value` with percent-encoded values; one mistake spoils all of it, as the
/// specification of the resource asks.
fn resource_attributes(list: &str) -> Result<Vec<KeyValue>, String> {
    let pairs = list.split(',').map(str::trim).filter(|pair| !pair.is_empty());
    pairs
        .map(|pair| {
            let (key, value) = pair
                .split_once('=')
                .filter(|(key, _)| !key.trim().is_empty())
                .ok_or_else(|| format!("write `{pair}` as key=value"))?;
            let decoded = percent_decode_str(value.trim())
                .decode_utf8()
                .map_err(|_| format!("percent-encode `{value}` as UTF-8"))?;
            Ok(KeyValue::new(Key::new(key.trim().to_owned()), decoded.into_owned()))
        })
        .collect()
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
    fn resource_attributes_are_trimmed_and_decoded() {
        let environment =
            environment(&[("OTEL_RESOURCE_ATTRIBUTES", " a = x%2Cy%20z ,b.c=1=2,, ")]);
        let expected = [KeyValue::new("a", "x,y z"), KeyValue::new("b.c", "1=2")];
        assert_eq!(environment.resource_attributes(), expected);
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
            let _ = environment(&[("OTEL_RESOURCE_ATTRIBUTES", &value)]).resource_attributes();
        }
    }
}
