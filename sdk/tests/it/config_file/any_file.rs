//! Anything, read as a configuration file.

use std::io::Write;

use kymo::{InstallError, Telemetry};

/// Reads `bytes`: they are a configuration, or an error that says where they are none.
pub(crate) fn assert_read(bytes: &[u8]) {
    let mut file = tempfile::NamedTempFile::new().unwrap();
    file.write_all(bytes).unwrap();
    let builder = Telemetry::for_service("shop").environment([("A", "b")]);
    match builder.config_file(file.path()).build() {
        Ok(telemetry) => assert!(!telemetry.describe().to_string().is_empty()),
        Err(error) => assert!(matches!(error, InstallError::ConfigFile(_)), "{error}"),
    }
}
