//! The errors that say that time ran out.
//!
//! An error is a time-out if it, or one that it was caused by, is one of hyper or tower or tokio that says
//! so, or one that is [one by itself](kymo_core::time_out). Causes are followed where they can be: from a
//! standard error that is boxed, as `tower::BoxError` is and what is in axum's, and from those named
//! above. Of another type nothing is known but its name: a generic error promises nothing but being
//! `'static`.

use std::{any::Any, error::Error};

use kymo_core::{any_cause, standard, time_out};

/// Whether `error`, or an error it was caused by, is a time-out.
pub(crate) fn is_time_out<E: 'static>(error: &E) -> bool {
    time_out::is_called_so::<E>() || as_error(error).is_some_and(|error| any_cause(error, says_so))
}

fn says_so(error: &(dyn Error + 'static)) -> bool {
    error.is::<tower::timeout::error::Elapsed>()
        || error.is::<tokio::time::error::Elapsed>()
        || error.downcast_ref().is_some_and(hyper::Error::is_timeout)
        || time_out::says_so(error)
}

/// `error` as a standard error, if it is of a type that services and bodies of this field have.
fn as_error(error: &dyn Any) -> Option<&(dyn Error + 'static)> {
    if let Some(error) = error.downcast_ref::<axum::Error>() {
        return Some(error);
    }
    if let Some(error) = error.downcast_ref::<hyper::Error>() {
        return Some(error);
    }
    standard(error)
}

#[cfg(test)]
mod tests {
    use std::{fmt, io, time::Duration};

    use tower::BoxError;

    use super::*;

    /// An error of one's own around another.
    #[derive(Debug)]
    struct Wrapped(BoxError);

    impl fmt::Display for Wrapped {
        fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("wrapped")
        }
    }

    impl Error for Wrapped {
        fn source(&self) -> Option<&(dyn Error + 'static)> {
            Some(&*self.0)
        }
    }

    /// As tonic's and tower-http's are: nothing but a name.
    #[derive(Debug)]
    struct TimeoutExpired(());

    impl fmt::Display for TimeoutExpired {
        fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("Timeout expired")
        }
    }

    impl Error for TimeoutExpired {}

    /// An error that is its own cause.
    #[derive(Debug)]
    struct Loop;

    impl fmt::Display for Loop {
        fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("loop")
        }
    }

    impl Error for Loop {
        fn source(&self) -> Option<&(dyn Error + 'static)> {
            Some(self)
        }
    }

    struct Explosive;

    impl fmt::Debug for Explosive {
        fn fmt(&self, _: &mut fmt::Formatter<'_>) -> fmt::Result {
            std::panic::resume_unwind(Box::new("on purpose"))
        }
    }

    impl fmt::Display for Explosive {
        fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("explosive")
        }
    }

    impl Error for Explosive {}

    fn elapsed() -> tokio::time::error::Elapsed {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
        let never =
            async { tokio::time::timeout(Duration::ZERO, std::future::pending::<()>()).await };
        runtime.block_on(never).unwrap_err()
    }

    #[test]
    fn time_outs_are_known_by_their_type_through_what_is_around_them() {
        let errors: [fn() -> BoxError; 4] = [
            || Box::new(tower::timeout::error::Elapsed::new()),
            || Box::new(elapsed()),
            || Box::new(io::Error::from(io::ErrorKind::TimedOut)),
            || Box::new(TimeoutExpired(())),
        ];
        for error in errors {
            assert!(is_time_out(&error()), "{:?}", error());
            assert!(is_time_out(&axum::Error::new(error())), "{:?}", error());
            assert!(is_time_out(&io::Error::other(Wrapped(error()))), "{:?}", error());
            let boxed: BoxError = Box::new(Wrapped(Box::new(Wrapped(error()))));
            assert!(is_time_out(&boxed), "{boxed:?}");
        }
        assert!(is_time_out(&elapsed()));
        assert!(is_time_out(&tower::timeout::error::Elapsed::new()));
        assert!(is_time_out(&TimeoutExpired(())));
    }

    /// As `anyhow`'s: shown for debugging as it is shown to people.
    struct Plain(&'static str);

    impl fmt::Debug for Plain {
        fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str(self.0)
        }
    }

    impl fmt::Display for Plain {
        fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str(self.0)
        }
    }

    impl Error for Plain {}

    #[test]
    fn a_name_is_followed_by_nothing_or_by_what_is_in_it() {
        for text in [
            "Timeout",
            "Timeout(())",
            "Timeout(\"éééééééééé\")",
            "Elapsed { after: 3s }",
            "TimedOut {\n    at: 7,\n}",
        ] {
            let error: BoxError = Box::new(Plain(text));
            assert!(is_time_out(&error), "{text}");
        }
        for text in [
            "Timeout must be a number",
            "Timeout: 7",
            "Timeout\n\nCaused by:\n    nothing",
            "Timeout-free",
            "Timeouts",
            "timeout",
            " Timeout",
            "DeadlineExceededDeadlineExceeded",
            "",
        ] {
            let error: BoxError = Box::new(Plain(text));
            assert!(!is_time_out(&error), "{text}");
        }
    }

    #[test]
    fn an_error_that_may_be_another_is_asked_which_it_is() {
        #[derive(Debug)]
        #[expect(dead_code, reason = "it is shown")]
        enum TimeoutError {
            Elapsed,
            Inner(String),
        }
        impl fmt::Display for TimeoutError {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("slow, or wrong")
            }
        }
        impl Error for TimeoutError {}

        let inner = || TimeoutError::Inner("disk 7 full".to_owned());
        assert!(!is_time_out(&inner()), "of this type nothing but its name is known");
        let boxed: [BoxError; 2] = [Box::new(TimeoutError::Elapsed), Box::new(inner())];
        assert_eq!(boxed.map(|error| is_time_out(&error)), [true, false]);
    }

    #[test]
    fn what_only_speaks_of_time_is_no_time_out() {
        let errors: [BoxError; 5] = [
            "Timeout".into(),
            "the request timed out".into(),
            Box::new(io::Error::other("Elapsed")),
            Box::new(Wrapped("TimedOut(())".into())),
            Box::new(Loop),
        ];
        for error in errors {
            assert!(!is_time_out(&error), "{error:?}");
        }
        assert!(!is_time_out(&"Timeout"));
        let explosive: BoxError = Box::new(Explosive);
        assert!(!is_time_out(&explosive), "and nobody else is hurt");
    }
}
