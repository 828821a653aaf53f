//! The variables of the environment.

mod entities;
mod file_only;
mod inert;
mod reports;
mod value;

use std::{
    borrow::Cow,
    collections::BTreeMap,
    env,
    fmt::{self, Display},
    sync::Arc,
};

use opentelemetry::KeyValue;

use self::reports::Reports;
use crate::{configuration::Origin, lifecycle::lock_file::LockFile};

#[allow(unused_imports, reason = "used by the features")]
pub(crate) use self::{
    file_only::{FileOnly, FileView, Further, Names, Page},
    value::{HEADERS, attributes, boolean, duration, headers, list, methods, one_of},
};

/// The `OTEL_*` and `KYMO_*` variables of the process at start-up, or the configuration file that takes their
/// place. A variable that is empty counts as unset, as the specification of the variables says.
#[derive(Debug, Clone, Default)]
pub(crate) struct Environment {
    variables: BTreeMap<String, Said>,
    file_only: Arc<FileOnly>,
    reports: Reports,
}

/// The value of a variable.
#[derive(Clone)]
pub(crate) struct Said {
    pub(crate) text: String,
    /// The key of the configuration file that says it.
    pub(crate) key: Option<&'static str>,
}

/// A value that was found in a variable.
pub(crate) struct Found<T> {
    pub(crate) value: T,
    pub(crate) origin: Origin,
}

impl Environment {
    pub(crate) const KNOWN_METHODS: &'static str = "OTEL_INSTRUMENTATION_HTTP_KNOWN_METHODS";

    /// Reads the variables of this process; one that is not Unicode counts as unset.
    pub(crate) fn of_process() -> Self {
        env::vars_os()
            .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)))
            .collect()
    }

    /// Puts a file in place of the variables: by those that are equivalent, and by the settings that no
    /// variable has. The variables that the platform sets stay.
    #[allow(dead_code, reason = "used by the features `config-file` and `otlp`")]
    pub(crate) fn replaced(
        mut self,
        variables: impl IntoIterator<Item = (&'static str, Said)>,
        file_only: FileOnly,
    ) -> Self {
        self.variables.retain(|name, _| is_of_platform(name));
        let variables = variables.into_iter().map(|(name, said)| (name.to_owned(), said));
        self.variables.extend(variables);
        Self { file_only: Arc::new(file_only), ..self }
    }

    /// What each further reader that pushes finds in place of this, and whether it is the console.
    #[allow(dead_code, reason = "used by the feature `otlp`")]
    pub(crate) fn further(&self) -> Vec<(bool, Self)> {
        let in_place = |further: &Further| {
            let (file, places) = (self.file_only.file.clone(), further.places.clone());
            let file_only = FileOnly { file, places, ..FileOnly::default() };
            (further.is_console, self.clone().replaced(further.variables.clone(), file_only))
        };
        self.file_only.further.iter().map(in_place).collect()
    }

    /// The same without variables that nobody reads.
    pub(crate) fn of_interest(mut self) -> Self {
        let is_read = |name: &str| name.starts_with("OTEL_") || name.starts_with("KYMO_");
        self.variables.retain(|name, _| is_read(name) || is_of_platform(name));
        self
    }

    /// The value of `name`.
    pub(crate) fn text(&self, name: &str) -> Option<&str> {
        let text = self.variables.get(name)?.text.trim();
        (!text.is_empty()).then_some(text)
    }

    /// The value of `name` letter for letter.
    #[allow(dead_code, reason = "used by the feature `config-file`")]
    pub(crate) fn verbatim(&self, name: &str) -> Option<&str> {
        self.variables.get(name).map(|said| said.text.as_str())
    }

    /// The origin of the value of `variable`: the environment, or a key of the file.
    pub(crate) fn origin(&self, variable: &'static str) -> Origin {
        let key = self.variables.get(variable).and_then(|said| said.key);
        key.map_or(Origin::Environment(variable), Origin::File)
    }

    /// The settings of a file that no variable has.
    pub(crate) fn file_only(&self) -> &FileOnly {
        &self.file_only
    }

    /// Parses the first of `names` that is set and can be understood. Any before it counts as unset, and
    /// this is reported the first time.
    pub(crate) fn find<T, E: Display>(
        &self,
        names: &[&'static str],
        parse: impl Fn(&str) -> Result<T, E>,
    ) -> Option<Found<T>> {
        names.iter().find_map(|&variable| {
            let value = self.text(variable)?;
            let origin = self.origin(variable);
            let report = |remedy: &E| {
                let shown = if may_be_secret(variable) { "***".into() } else { beginning(value) };
                self.warn(variable, &format!("{origin}={shown} is ignored: {remedy}"));
            };
            let value = parse(value).inspect_err(report).ok()?;
            Some(Found { value, origin })
        })
    }

    /// Parses `name`; if that fails, the variable counts as unset, and this is reported the first time.
    pub(crate) fn parse<T, E: Display>(
        &self,
        name: &'static str,
        parse: impl Fn(&str) -> Result<T, E>,
    ) -> Option<T> {
        self.find(&[name], parse).map(|found| found.value)
    }

    /// The same without `variable`.
    #[allow(dead_code, reason = "used by the feature `otlp`")]
    pub(crate) fn without(&self, variable: &str) -> Self {
        let mut environment = self.clone();
        environment.variables.remove(variable);
        environment
    }

    /// Reports `message`, and nothing about `topic` ever after.
    pub(crate) fn warn(&self, topic: &str, message: &str) {
        self.reports.warn(topic, message);
    }

    /// Everything that was reported so far: what was ignored, and why.
    pub(crate) fn reported(&self) -> Vec<String> {
        self.reports.lines()
    }

    /// The telemetry is that of the process now, or has failed to be: where nobody listens to
    /// `tracing`, what was reported goes to standard error, and what will be too.
    pub(crate) fn install(&self) {
        self.reports.install();
    }

    /// Reports that `variable` asks for what `feature` would add to the program.
    #[allow(dead_code, reason = "the features that are there are not reported")]
    pub(crate) fn lacks_feature(&self, variable: &'static str, feature: &str) {
        let message = format!(
            "{} asks for what this program cannot do: build it with kymo's feature `{feature}`",
            self.origin(variable)
        );
        self.warn(&message, &message);
    }

    /// `OTEL_INSTRUMENTATION_HTTP_KNOWN_METHODS`: what is no method is left out and reported, and
    /// if nothing is a method, it counts as unset.
    pub(crate) fn known_methods(&self) -> Option<Vec<String>> {
        let (known, none) = methods(self.text(Self::KNOWN_METHODS)?);
        let is_understood = none.is_empty();
        for method in none {
            let origin = self.origin(Self::KNOWN_METHODS);
            let message = format!(
                "`{method}` in {origin} is ignored: it is no method; write a list such as GET,POST"
            );
            self.warn(&message, &message);
        }
        (!known.is_empty() || is_understood).then_some(known)
    }

    /// `OTEL_RESOURCE_ATTRIBUTES`: one mistake spoils all of it, as the specification of the
    /// resource asks.
    pub(crate) fn resource_attributes(&self) -> Vec<KeyValue> {
        self.parse("OTEL_RESOURCE_ATTRIBUTES", attributes).unwrap_or_default()
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
    fn from_iter<I: IntoIterator<Item = (String, String)>>(iter: I) -> Self {
        let said = |(name, text)| (name, Said { text, key: None });
        Self { variables: iter.into_iter().map(said).collect(), ..Self::default() }
    }
}

impl fmt::Debug for Said {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Said").field("key", &self.key).finish_non_exhaustive()
    }
}

/// Letters of a value that are told at most: the remedy comes after it, and a line has an end.
const TOLD: usize = 100;

/// `value`, cut if it is long.
fn beginning(value: &str) -> Cow<'_, str> {
    match value.char_indices().nth(TOLD) {
        Some((end, _)) => format!("{}…", &value[..end]).into(),
        None => value.into(),
    }
}

/// Whether the value of `variable` is never shown: headers are credentials, endpoints may have some,
/// and attributes are whatever people write.
fn may_be_secret(variable: &str) -> bool {
    let kinds = ["_HEADERS", "_ENDPOINT", "_ATTRIBUTES", "_ENTITIES"];
    kinds.iter().any(|kind| variable.ends_with(kind))
}

/// Whether `name` is a variable in which a platform says where the process is.
fn is_of_platform(name: &str) -> bool {
    // What a pod's specification is asked to set.
    let pod = ["POD_NAME", "POD_NAMESPACE", "POD_UID", "NODE_NAME", "CONTAINER_NAME"];
    let of_pod = || pod.contains(&name.strip_prefix("K8S_").unwrap_or(name));
    ["KUBERNETES_SERVICE_HOST", LockFile::VARIABLE].contains(&name) || of_pod()
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
        assert_eq!((found.value, found.origin), (7, Origin::Environment("OTEL_B")));
    }

    #[test]
    fn one_malformed_attribute_spoils_the_whole_variable() {
        for malformed in ["a=1,b", "a=1,=2", "a=%FF%FE", "a=1,b=%zz", "a%FF=1"] {
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
