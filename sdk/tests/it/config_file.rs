//! Configuration files: each key, each mistake, and who has the last word.

mod any_file;
mod corpus;
mod exporters;
mod mistakes;
mod page;
mod precedence;
mod resource;
mod shape;
mod whole;

use std::{fs, io::Write, path::Path};

use kymo::{InstallError, Telemetry, TelemetryBuilder, configuration::Origin};
use tempfile::NamedTempFile;

use crate::log;

/// A configuration file, for as long as this lives.
struct Config(NamedTempFile);

impl Config {
    fn new(yaml: &str) -> Self {
        let mut file = tempfile::Builder::new().suffix(".yaml").tempfile().unwrap();
        file.write_all(yaml.as_bytes()).unwrap();
        Self(file)
    }

    /// `yaml` below `file_format` and `meter_provider`.
    fn of_meters(yaml: &str) -> Self {
        Self::new(&format!("file_format: \"1.1\"\nmeter_provider:\n{}", indented(yaml, 2)))
    }

    fn path(&self) -> &Path {
        self.0.path()
    }

    /// A program that finds the file in its environment, beside `variables`.
    fn deployed(&self, variables: &[(&str, &str)]) -> TelemetryBuilder {
        let file = ("OTEL_CONFIG_FILE", self.path().to_str().unwrap());
        let all = [file].into_iter().chain(variables.iter().copied());
        Telemetry::for_service("shop").environment(all)
    }

    /// The reports about the file while it is read.
    fn reported(&self) -> Vec<String> {
        log::listen();
        let path = self.path().to_str().unwrap();
        let about = || -> Vec<String> {
            log::text().lines().filter(|line| line.contains(path)).map(str::to_owned).collect()
        };
        let before = about().len();
        self.deployed(&[]).build().unwrap();
        about().split_off(before)
    }

    #[track_caller]
    fn says(&self, name: &str, value: &str, key: &'static str) {
        is(self.deployed(&[]), name, value, Origin::File(key));
    }
}

/// `yaml` with `columns` before each line.
fn indented(yaml: &str, columns: usize) -> String {
    let before = " ".repeat(columns);
    yaml.lines().flat_map(|line| [&before, line, "\n"]).collect()
}

#[track_caller]
fn is(builder: TelemetryBuilder, name: &str, value: &str, origin: Origin) {
    let telemetry = builder.build().unwrap();
    let description = telemetry.describe();
    let setting = description.get(name).map(|setting| (setting.value.as_str(), setting.origin));
    assert_eq!(setting, Some((value, origin)), "{name}\n{description}");
}

/// The text of the error that `config` is.
#[track_caller]
fn mistake(config: &Config) -> String {
    let error = config.deployed(&[]).build().unwrap_err();
    assert!(matches!(error, InstallError::ConfigFile(_)), "{error}");
    let text = error.to_string();
    assert!(text.contains(config.path().to_str().unwrap()), "{text}");
    text
}

#[test]
fn a_file_can_be_named_in_code() {
    let config = Config::new("file_format: \"1.1\"\ndisabled: true\n");
    let other = Config::new("not: a configuration");
    let builder = || other.deployed(&[]).config_file(config.path());
    is(builder(), "sdk.disabled", "true", Origin::File("disabled"));
    let path = config.path().to_str().unwrap();
    is(builder(), "config.file", path, Origin::Code);
    let by_variable = Origin::Environment("OTEL_CONFIG_FILE");
    is(config.deployed(&[]), "config.file", path, by_variable);
    let without = Telemetry::for_service("shop").environment([("A", "b")]).build().unwrap();
    assert!(without.describe().get("config.file").is_none());
}

#[test]
fn a_file_can_be_installed_again_after_it_was_corrected() {
    let config = Config::new("file_format: \"9.0\"");
    mistake(&config);
    fs::write(config.path(), "file_format: \"1.1\"").unwrap();
    config.deployed(&[]).build().unwrap();
}
