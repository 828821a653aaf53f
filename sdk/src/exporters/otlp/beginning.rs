//! The beginning of a push.

use std::time::Duration;

use kymo_push::Push;

use super::{Otlp, resolve::Resolved};
use crate::{
    InstallError,
    configuration::{Description, Origin, environment::Environment},
};

/// Starts to push over OTLP, unless the machine lacks something for what variables ask for; `asked` says who
/// asks for it, and the description has its settings below `name`.
pub(super) fn otlp(
    name: &str,
    otlp: &Otlp,
    asked: Origin,
    environment: &Environment,
    description: &mut Description,
) -> Result<Option<Push>, InstallError> {
    let started = begin(otlp, asked, environment)?;
    description.add(name, if started.is_some() { "on" } else { "off" }, asked);
    Ok(started.map(|(push, resolved)| {
        resolved.describe(name, description);
        push
    }))
}

/// Starts to print, as [`otlp`].
pub(super) fn console(
    name: &str,
    asked: Origin,
    environment: &Environment,
    description: &mut Description,
) -> Result<Option<Push>, InstallError> {
    let console = Otlp::new().resolve_console(environment);
    match (Push::console(console.schedule()), asked) {
        (Ok(push), _) => {
            description.add(name, "on", asked);
            for (setting, value) in console.schedule_settings() {
                let shown = |time: &Duration| format!("{time:?}");
                description.note(&format!("{name}.{setting}"), value, shown);
            }
            Ok(Some(push))
        }
        (Err(error), Origin::Environment(variable)) => {
            go_without(variable, &error, environment);
            description.add(name, "off", asked);
            Ok(None)
        }
        (Err(error), _) => Err(refused(error)),
    }
}

fn refused(error: kymo_push::Error) -> InstallError {
    InstallError::Push(error.into())
}

/// Starts to push; what a variable says and cannot be is reported and counts as unset.
///
/// On a machine that lacks something, such as certificates, a push that variables ask for does not
/// start, and this is reported; `asked` says who asks for it.
fn begin(
    otlp: &Otlp,
    asked: Origin,
    environment: &Environment,
) -> Result<Option<(Push, Resolved)>, InstallError> {
    let mut said = environment.clone();
    loop {
        let resolved = otlp.resolve(&said);
        let error = match Push::otlp(&resolved.destination(), resolved.schedule()) {
            Ok(push) => return Ok(Some((push, resolved))),
            Err(error) => error,
        };
        match resolved.blame(&error) {
            Some(Origin::Environment(variable)) => {
                said.warn(variable, &format!("{variable} is ignored: {error}"));
                said = said.without(variable);
            }
            Some(Origin::File(key)) => return Err(said.file_only().mistake(key, error).into()),
            _ => {
                let Some(variable) = resolved.asks_in_vain(&error, asked) else {
                    return Err(refused(error));
                };
                go_without(variable, &error, environment);
                return Ok(None);
            }
        }
    }
}

/// Reports that what `variable` asks for cannot start.
fn go_without(variable: &'static str, error: &kymo_push::Error, environment: &Environment) {
    let message = format!("nothing is pushed, which {variable} asks for: {error}");
    environment.warn(&message, &message);
}
