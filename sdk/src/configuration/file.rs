//! The configuration file that takes the place of the environment.

use std::{
    fs::File,
    io::{self, Read},
    path::{Path, PathBuf},
};

use super::{Description, Origin, environment::Environment};
use crate::error::ConfigFileError;

/// Reads the text of a file, which takes the place of an environment.
pub(crate) type Understand = fn(&str, PathBuf, Environment) -> Result<Environment, ConfigFileError>;

/// The configuration in place of `environment`: that of the `given` file, or of the one that a variable
/// names. Without a file, or if this program cannot `understand` any, it is `environment` itself.
pub(crate) fn in_place_of(
    environment: Environment,
    given: Option<PathBuf>,
    understand: Option<Understand>,
    description: &mut Description,
) -> Result<Environment, ConfigFileError> {
    let named = || environment.text(VARIABLE).map(PathBuf::from);
    let (file, origin) = match (given, named()) {
        (Some(file), _) => (file, Origin::Code),
        (None, Some(file)) => (file, Origin::Environment(VARIABLE)),
        (None, None) => return Ok(environment.of_interest()),
    };
    let Some(understand) = understand else {
        environment.lacks_feature(VARIABLE, "config-file");
        return Ok(environment.of_interest());
    };
    description.add("config.file", file.display(), origin);
    let text =
        text_of(&file).map_err(|source| ConfigFileError::Read { file: file.clone(), source })?;
    understand(&text, file, environment)
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_that_this_program_cannot_read_is_reported_with_the_feature_that_can() {
        let variable = (VARIABLE.to_owned(), "otel.yaml".to_owned());
        let environment: Environment = [variable].into_iter().collect();
        let description = &mut Description::default();
        let kept = in_place_of(environment, None, None, description).unwrap();
        let reported = kept.reported().join(" ");
        assert!(reported.contains("OTEL_CONFIG_FILE asks for"), "{reported}");
        assert!(reported.contains("build it with kymo's feature `config-file`"), "{reported}");
        assert!(description.settings().is_empty());
    }
}
