//! Why a unit of work failed.

use std::any::Any;

use kymo_core::{Bounded, Outcome, any_cause, standard, time_out};

/// The outcome of a unit that gave `error`: a [time-out](time_out), be it by an error that it was caused by, or one
/// without a name.
pub(crate) fn of<E: 'static>(error: &E) -> Outcome {
    let is_time_out = time_out::is_called_so::<E>()
        || standard(error as &dyn Any).is_some_and(|error| any_cause(error, time_out::says_so));
    if is_time_out { Outcome::Timeout } else { Outcome::Failed(Bounded::OTHER) }
}

#[cfg(test)]
mod tests {
    use std::{error::Error, io};

    use super::*;

    #[test]
    fn a_time_out_is_known_by_its_type_and_in_a_box_by_what_it_says() {
        let late = || io::Error::from(io::ErrorKind::TimedOut);
        let boxed: Box<dyn Error + Send + Sync> = Box::new(io::Error::other(late()));
        assert_eq!(of(&late()), Outcome::Timeout);
        assert_eq!(of(&boxed), Outcome::Timeout);
        let gone: Box<dyn Error> = "the timeout was not reached".into();
        assert_eq!(of(&gone), Outcome::Failed(Bounded::OTHER));
        assert_eq!(of(&7), Outcome::Failed(Bounded::OTHER));
    }
}
