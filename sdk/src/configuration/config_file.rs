//! OpenTelemetry's declarative configuration: see [`TelemetryBuilder::config_file`].

mod distribution;
mod instrumentation;
mod layer;
mod meters;
mod otlp;
mod part;
mod prometheus;
mod reader;
mod resource;
mod root;
mod scalar;
mod substitution;
mod tree;
mod view;

use std::path::PathBuf;

use self::{layer::Layer, part::Part, tree::Node};
use crate::{
    InjectedBuilder, TelemetryBuilder, configuration::environment::Environment,
    error::ConfigFileError,
};

impl TelemetryBuilder {
    /// Reads the OpenTelemetry configuration file at `path`, instead of the one that
    /// `OTEL_CONFIG_FILE` names.
    ///
    /// The file takes the place of the environment: every variable is ignored, but for those that
    /// the file refers to as `${NAME}`, `${env:NAME}` or `${NAME:-default}`. What the program says
    /// is stronger than the file; only the name of the service is what the file says.
    ///
    /// It is YAML with `file_format: "1.1"`, as [the schema of OpenTelemetry][schema] describes it.
    /// Settings of other signals, and those that kymo does not have, are reported through `tracing` and
    /// ignored. `install()` and `build()` return [`ConfigFileError`] for a file that cannot be
    /// read, is not YAML, is for another version, or has a value of a wrong type, or a key where the schema
    /// has none. In a file for a version that is newer than kymo such a key is reported and ignored.
    ///
    /// [schema]: https://opentelemetry.io/docs/specs/otel-config/types/
    pub fn config_file(mut self, path: impl Into<PathBuf>) -> Self {
        self.basis.file = Some(path.into());
        self
    }
}

impl InjectedBuilder {
    /// As [`TelemetryBuilder::config_file`], of which it obeys what is not about a provider: that is the
    /// program's.
    pub fn config_file(mut self, path: impl Into<PathBuf>) -> Self {
        self.basis.file = Some(path.into());
        self
    }
}

/// Reads `text`, which is from `file`.
pub(crate) fn understand(
    text: &str,
    file: PathBuf,
    environment: Environment,
) -> Result<Environment, ConfigFileError> {
    let mistake = |line, key, remedy| {
        let file = file.clone();
        ConfigFileError::Mistake { file, line, key, remedy }
    };
    let node = Node::parse(text, |name| environment.verbatim(name))
        .map_err(|fault| mistake(fault.line, String::new(), fault.remedy))?;
    let mut layer = Layer::new(environment.verbatim("OTEL_SERVICE_NAME"));
    root::read(&Part::root(&node), &mut layer)
        .map_err(|found| mistake(found.line, found.key, found.remedy))?;
    Ok(layer.into_environment(file, environment))
}
