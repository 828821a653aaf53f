//! The headers that the environment asks for.

use kymo_push::Destination;

use super::variables;
use crate::configuration::{
    Origin, Setting,
    environment::{self, Environment},
};

/// The headers of the first variable that has any; what cannot be sent is left out and reported, and
/// the others are sent.
///
/// A header of a file stays: if it cannot be sent, that is an error at start-up.
pub(super) fn of(environment: &Environment) -> Vec<(String, Setting<String>)> {
    let found = environment.find(&variables::HEADERS, |list| {
        let (headers, mistakes) = environment::headers(list);
        if headers.is_empty() { Err(environment::HEADERS) } else { Ok((headers, mistakes)) }
    });
    let Some(found) = found else { return Vec::new() };
    let (origin, (headers, mistakes)) = (found.origin, found.value);
    for at in mistakes {
        let message = format!("pair {at} of {origin} is ignored: {}", environment::HEADERS);
        environment.warn(&message, &message);
    }
    let can_be_sent = |name: &str, value: &str| match Destination::check_header(name, value) {
        Err(error) if !matches!(origin, Origin::File(_)) => {
            let message = format!("in {origin}, {error}; the other headers are sent");
            environment.warn(&message, &message);
            false
        }
        _ => true,
    };
    let sent = headers.into_iter().filter(|(name, value)| can_be_sent(name, value));
    sent.map(|(name, value)| (name, Setting { value, origin })).collect()
}
