//! The configuration file, if it can be read.

#[cfg(not(feature = "config-file"))]
pub(crate) use absent::FilePlan;

#[cfg(feature = "config-file")]
pub(crate) use crate::configuration::config_file::FilePlan;

#[cfg(not(feature = "config-file"))]
mod absent {
    use crate::{
        InstallError,
        configuration::{Description, environment::Environment},
    };

    /// No configuration file, without the feature `config-file`.
    #[derive(Default)]
    pub(crate) struct FilePlan {}

    #[expect(clippy::unnecessary_wraps, clippy::unused_self, reason = "as with the feature")]
    impl FilePlan {
        pub(crate) fn carry_out(
            self,
            environment: Environment,
            _: &mut Description,
        ) -> Result<Environment, InstallError> {
            const VARIABLE: &str = "OTEL_CONFIG_FILE";
            if environment.text(VARIABLE).is_some() {
                environment.lacks_feature(VARIABLE, "config-file");
            }
            Ok(environment.of_interest())
        }
    }
}
