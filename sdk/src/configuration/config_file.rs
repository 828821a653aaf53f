//! OpenTelemetry's declarative configuration: see [`TelemetryBuilder::config_file`].

mod instrumentation;
mod layer;
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

use std::{
    fs::File,
    io::{self, Read},
    path::{Path, PathBuf},
};

use self::{layer::Layer, part::Part, tree::Node};
use crate::{
    InstallError, TelemetryBuilder,
    configuration::{Description, Origin, environment::Environment},
    error::ConfigFileError,
};

/// The configuration file of a program, unless a variable names it.
#[derive(Default)]
pub(crate) struct FilePlan {
    file: Option<PathBuf>,
}

impl TelemetryBuilder {
    /// Reads the OpenTelemetry configuration file at `path`, instead of the one that
    /// `OTEL_CONFIG_FILE` names.
    ///
    /// The file takes the place of the environment: every variable is ignored, but for those that
    /// the file refers to as `${NAME}`, `${env:NAME}` or `${NAME:-default}`. What the program says
    /// is stronger than the file; only the name of the service is what the file says.
    ///
    /// It is YAML with `file_format: "1.1"`, as [the schema of OpenTelemetry][schema] describes it.
    /// What is for other signals, and what kymo cannot do, is reported through `tracing` and
    /// ignored. `install()` and `build()` return [`ConfigFileError`] for a file that cannot be
    /// read, is not YAML, is for another version, or has a value of a wrong type.
    ///
    /// [schema]: https://opentelemetry.io/docs/specs/otel-config/types/
    pub fn config_file(mut self, path: impl Into<PathBuf>) -> Self {
        self.file.file = Some(path.into());
        self
    }
}

impl FilePlan {
    /// What takes the place of `environment`: the file, or itself if there is none.
    pub(crate) fn carry_out(
        self,
        environment: Environment,
        description: &mut Description,
    ) -> Result<Environment, InstallError> {
        let named = || environment.text(VARIABLE).map(PathBuf::from);
        let (file, origin) = match (self.file, named()) {
            (Some(file), _) => (file, Origin::Code),
            (None, Some(file)) => (file, Origin::Environment(VARIABLE)),
            (None, None) => return Ok(environment.of_interest()),
        };
        description.add("config.file", file.display(), origin);
        let text = text_of(&file)
            .map_err(|source| ConfigFileError::Read { file: file.clone(), source })?;
        Ok(understand(&text, file, environment)?)
    }
}

/// What `text`, which is from `file`, says.
fn understand(
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

/// Reads a whole file that is no longer than any configuration has a reason to be.
fn text_of(file: &Path) -> io::Result<String> {
    let mut text = String::new();
    File::open(file)?.take(LONGEST + 1).read_to_string(&mut text)?;
    if text.len() as u64 > LONGEST {
        let message = format!("it is longer than {LONGEST} bytes");
        return Err(io::Error::new(io::ErrorKind::FileTooLarge, message));
    }
    Ok(text)
}

const VARIABLE: &str = "OTEL_CONFIG_FILE";

/// Bytes of a file.
const LONGEST: u64 = 1 << 20;
