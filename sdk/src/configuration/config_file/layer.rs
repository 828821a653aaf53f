//! The settings of a file, put together from its parts.

use std::{collections::BTreeMap, mem, path::PathBuf};

use super::part::{Mistake, Part};
use crate::configuration::environment::{Environment, FileOnly, Further, Said};

/// The settings that were read from a file so far.
pub(super) struct Layer {
    variables: BTreeMap<&'static str, Said>,
    pub(super) file_only: FileOnly,
    /// The variable that the detector of the service reads.
    pub(super) service: Option<String>,
    /// Whether the file is for a version that may have keys which nobody knows here.
    pub(super) is_newer: bool,
    reports: Vec<(String, String)>,
}

impl Layer {
    /// Settings that say nothing yet; `service` is `OTEL_SERVICE_NAME`, for its detector.
    pub(super) fn new(service: Option<&str>) -> Self {
        Self {
            variables: BTreeMap::new(),
            file_only: FileOnly::default(),
            service: service.filter(|name| !name.trim().is_empty()).map(str::to_owned),
            is_newer: false,
            reports: Vec::new(),
        }
    }

    /// `part`, whose key with `[]` for every number is `key`, says what `variable` would with
    /// `text`.
    pub(super) fn say(
        &mut self,
        variable: &'static str,
        key: &'static str,
        part: &Part<'_>,
        text: impl Into<String>,
    ) {
        self.variables.insert(variable, Said { text: text.into(), key: Some(key) });
        self.found(key, part);
    }

    /// `key` is that of `part`, with `[]` for every number.
    pub(super) fn found(&mut self, key: &'static str, part: &Part<'_>) {
        self.file_only.places.insert(key, (part.key.clone(), part.line()));
    }

    /// What `read` says is about one more reader that pushes, unless it says `false`: that kymo has none
    /// such.
    pub(super) fn further(
        &mut self,
        is_console: bool,
        read: impl FnOnce(&mut Self) -> Result<bool, Mistake>,
    ) -> Result<(), Mistake> {
        let variables = mem::take(&mut self.variables);
        let places = mem::take(&mut self.file_only.places);
        let is_had = read(self)?;
        let variables = mem::replace(&mut self.variables, variables);
        let places = mem::replace(&mut self.file_only.places, places);
        let further = Further { is_console, variables, places };
        self.file_only.further.extend(is_had.then_some(further));
        Ok(())
    }

    /// `part` is left out, because `why`.
    pub(super) fn ignore(&mut self, part: &Part<'_>, why: &str) {
        if !part.is_absent() {
            self.report(part, why);
        }
    }

    /// `part` is left out even if it has no value, because `why`.
    pub(super) fn report(&mut self, part: &Part<'_>, why: &str) {
        let message = format!("`{}` (line {}) is ignored: {why}", part.key, part.line());
        self.reports.push((part.key.clone(), message));
    }

    /// Nobody knows the key of `part`, which is a mistake where the schema allows no others.
    pub(super) fn unknown(&mut self, part: &Part<'_>) -> Result<(), Mistake> {
        if !self.is_newer {
            return Err(part.mistake(format!("{NO_KEY}; correct it, or leave it out")));
        }
        self.extra(part);
        Ok(())
    }

    /// Nobody knows the key of `part`, where the schema allows any.
    pub(super) fn extra(&mut self, part: &Part<'_>) {
        self.report(part, NO_KEY);
    }

    /// Everything that was read, instead of what was `before`, and a report of what was left out.
    pub(super) fn into_environment(mut self, file: PathBuf, before: Environment) -> Environment {
        self.file_only.file = file;
        let shown = self.file_only.file.display().to_string();
        let environment = before.replaced(self.variables, self.file_only);
        for (key, message) in self.reports {
            environment.warn(&key, &format!("in {shown}, {message}"));
        }
        environment
    }
}

const NO_KEY: &str = "the configuration schema of OpenTelemetry has no such key here";
