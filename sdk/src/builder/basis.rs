//! The part of a builder that does not depend on who provides the meters.

use std::{collections::BTreeMap, path::PathBuf, sync::Arc};

use kymo_core::{ExemplarFilter, Exemplars};

use crate::{
    InstallError, Telemetry,
    configuration::{self, Description, environment::Environment, file},
    exporters::{exporter::Exporter, reader::Readers},
    instrumentation::kept::Kept,
    lifecycle::{ending::Ending, lock_file::report_other_apis, provider::Provider},
};

/// The part of a builder that does not depend on who provides the meters.
#[derive(Default)]
pub(crate) struct Basis {
    /// The variables that are read instead of those of the process.
    pub(crate) environment: Option<Environment>,
    /// The configuration file, unless a variable names it.
    pub(crate) file: Option<PathBuf>,
    /// The observations that become exemplars, if the program says so.
    pub(crate) exemplar_filter: Option<ExemplarFilter>,
    /// Whether an exemplar keeps the attributes that a view dropped, if the program says so.
    pub(crate) dropped_attributes: Option<bool>,
    /// Whether somebody reads the exemplars beside all exporters, such as a test.
    pub(crate) keeps_exemplars: bool,
    /// By what each is for, so that each is done once.
    pub(crate) steps: BTreeMap<&'static str, Step>,
}

/// A step that is taken as soon as a telemetry is built.
pub(crate) type Step = Box<dyn FnOnce(&Telemetry) + Send + Sync>;

impl Basis {
    /// A place for the observations that become exemplars, as the program or else the environment says; none where
    /// none of the `exporters` shows them.
    pub(super) fn exemplars(
        &self,
        exporters: &[Box<dyn Exporter>],
        environment: &Environment,
        description: &mut Description,
        is_disabled: bool,
    ) -> Option<Exemplars> {
        let filter = configuration::exemplar_filter(self.exemplar_filter, environment);
        let filter = description.note("exemplar.filter", filter, ExemplarFilter::to_string);
        let dropped = configuration::dropped_attributes(self.dropped_attributes, environment);
        let dropped = description.note("exemplar.dropped_attributes", dropped, bool::to_string);
        let are_shown = exporters.iter().any(|exporter| exporter.shows_exemplars());
        if is_disabled || !(are_shown || self.keeps_exemplars) {
            return None;
        }
        let exemplars = Exemplars::new(filter)?;
        Some(if dropped { exemplars } else { exemplars.without_filtered() })
    }

    /// Reads `variables` instead of those of the process.
    pub(super) fn set_environment<N: Into<String>, V: Into<String>>(
        &mut self,
        variables: impl IntoIterator<Item = (N, V)>,
    ) {
        let variables = variables.into_iter();
        let variables = variables.map(|(name, value)| (name.into(), value.into()));
        self.environment = Some(variables.collect());
    }

    /// The environment, or the file that takes its place, and whether telemetry is disabled there.
    pub(super) fn read(
        &mut self,
        description: &mut Description,
    ) -> Result<(Environment, bool), InstallError> {
        let environment = self.environment.take().unwrap_or_else(Environment::of_process);
        let understand = crate::CONFIG_FILE;
        let environment =
            file::in_place_of(environment, self.file.take(), understand, description)?;
        environment.report_inert();
        report_other_apis(&environment);
        let disabled = configuration::disabled(&environment);
        let disabled = description.note("sdk.disabled", disabled, bool::to_string);
        // Reported at the start, and not when the first layer is made.
        if let Some(methods) = environment.known_methods() {
            let origin = environment.origin(Environment::KNOWN_METHODS);
            let shown = if methods.is_empty() { "none".to_owned() } else { methods.join(", ") };
            description.add("http.known_methods", shown, origin);
        }
        Ok((environment, disabled))
    }

    /// The telemetry, with all that was to be done with it.
    pub(super) fn finish(
        self,
        provider: Provider,
        exporters: Vec<Box<dyn Exporter>>,
        readers: Readers,
        environment: Environment,
        mut description: Description,
    ) -> Telemetry {
        description.ignore(environment.reported());
        if let Some(callbacks) = provider.callbacks() {
            for exporter in &exporters {
                exporter.prepare(callbacks);
            }
        }
        if let Some(exemplars) = provider.exemplars() {
            for exporter in &exporters {
                exporter.show(exemplars);
            }
        }
        let telemetry = Telemetry {
            ending: Arc::new(Ending::new(exporters, readers)),
            provider,
            environment,
            kept: Kept::default(),
            description: Arc::new(description),
        };
        for step in self.steps.into_values() {
            step(&telemetry);
        }
        telemetry
    }
}
