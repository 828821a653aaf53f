//! Who may scrape, by the program and by whoever runs it.

use std::path::PathBuf;

use super::{Access, Gate};
use crate::{
    InstallError,
    configuration::{Description, Origin, environment::Environment},
};

/// The variable that names the web-config file.
const WEB_CONFIG: &str = "KYMO_EXPORTER_PROMETHEUS_WEB_CONFIG_FILE";

/// Puts in force what `code` says, with the web-config file that the environment names unless `code` names
/// one itself; nothing if neither has a rule.
pub(super) fn gate(
    code: Option<Access>,
    environment: &Environment,
    description: &mut Description,
) -> Result<Option<Gate>, InstallError> {
    if let Some(access) = &code {
        description.add("prometheus.access", access, Origin::Code);
    }
    let named = code.as_ref().is_some_and(Access::has_web_config);
    let file = environment.text(WEB_CONFIG).filter(|_| !named).map(PathBuf::from);
    let Some(file) = file else {
        let gate = code.map(Access::enforce).transpose();
        return gate.map_err(|error| InstallError::Access(error.into()));
    };
    let origin = environment.origin(WEB_CONFIG);
    description.add("prometheus.web_config", file.display(), origin);
    let access = code.unwrap_or_default().web_config(file.clone());
    access.enforce().map(Some).map_err(|error| InstallError::WebConfig {
        file,
        origin,
        source: error.into(),
    })
}
