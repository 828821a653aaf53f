//! Why a command failed: the closed set of `error.type`, and the status code.

use kymo_core::{Bounded, KnownValues, OTHER, Outcome};
use redis::{ErrorKind, RedisError, ServerError};

/// The values of `error.type`, beside `cancelled`, `panic`, `timeout` and `_OTHER`.
pub(crate) const FAILURES: KnownValues = KnownValues::of(&[
    // What the server's error begins with. The conventions want what a program gets most often to
    // be its own `error.type`; scripts make up more.
    "ERR",
    "ASK",
    "BUSY",
    "BUSYGROUP",
    "BUSYKEY",
    "CLUSTERDOWN",
    "CROSSSLOT",
    "DENIED",
    "EXECABORT",
    "INPROG",
    "INVALIDOBJ",
    "IOERR",
    "LOADING",
    "MASTERDOWN",
    "MISCONF",
    "MOVED",
    "NOAUTH",
    "NOGOODSLAVE",
    "NOGROUP",
    "NOMASTERLINK",
    "NOPERM",
    "NOPROTO",
    "NOQUORUM",
    "NOREPLICAS",
    "NOSCRIPT",
    "NOSUB",
    "NOTBUSY",
    "NOTREADY",
    "OOM",
    "READONLY",
    "REDIRECT",
    "TRYAGAIN",
    "UNBLOCKED",
    "UNKILLABLE",
    "WRONGPASS",
    "WRONGTYPE",
    // The connection.
    "authentication_failed",
    "cluster_connection_not_found",
    "connection_lost",
    "connection_refused",
    "io",
    "sentinel",
    // The client.
    "client",
    "configuration",
    "parse",
    "unexpected_return_type",
]);

/// Letters of a code at most; what is longer is none.
const LONGEST_CODE: usize = 24;

/// The failure of a command.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Failure {
    pub(crate) outcome: Outcome,
    /// The first word of the server's error; `_OTHER` if that does not look like a code.
    pub(crate) code: Option<String>,
}

impl Failure {
    pub(crate) fn of(error: &RedisError) -> Self {
        let kind = match error.kind() {
            // A pipeline's errors are the server's, and hold more than the kind of the first.
            ErrorKind::Server(_) | ErrorKind::Extension => return Self::of_server(error),
            ErrorKind::Io if error.is_timeout() => {
                return Self { outcome: Outcome::Timeout, code: None };
            }
            ErrorKind::Io if error.is_connection_refusal() => "connection_refused",
            ErrorKind::Io if error.is_connection_dropped() => "connection_lost",
            ErrorKind::Io => "io",
            ErrorKind::AuthenticationFailed => "authentication_failed",
            ErrorKind::ClusterConnectionNotFound => "cluster_connection_not_found",
            ErrorKind::MasterNameNotFoundBySentinel
            | ErrorKind::NoValidReplicasFoundBySentinel
            | ErrorKind::EmptySentinelList => "sentinel",
            ErrorKind::Client => "client",
            ErrorKind::InvalidClientConfig | ErrorKind::RESP3NotSupported => "configuration",
            ErrorKind::Parse => "parse",
            ErrorKind::UnexpectedReturnType => "unexpected_return_type",
            _ => OTHER,
        };
        Self { outcome: Outcome::Failed(FAILURES.bound(kind)), code: None }
    }

    fn of_server(error: &RedisError) -> Self {
        let errors = error.clone().into_server_errors();
        match errors.as_deref().and_then(<[_]>::first) {
            Some((_, error)) => Self::of_reply(error),
            None => Self::of_code(error.code().unwrap_or_default()),
        }
    }

    /// Of an error among the values of a reply.
    pub(crate) fn of_reply(error: &ServerError) -> Self {
        Self::of_code(error.code())
    }

    fn of_code(code: &str) -> Self {
        // A script answers with whatever it likes, such as a key.
        let is_code = code.len() <= LONGEST_CODE
            && code.starts_with(|first: char| first.is_ascii_uppercase())
            && code.bytes().all(|byte| byte.is_ascii_uppercase() || byte == b'_');
        let code = if is_code { code } else { OTHER };
        let failure = if is_code { FAILURES.bound(code) } else { Bounded::OTHER };
        Self { outcome: Outcome::Failed(failure), code: Some(code.to_owned()) }
    }
}

#[cfg(test)]
mod tests {
    use std::io;

    use redis::{ServerErrorKind, Value, make_extension_error, parse_redis_value};

    use super::*;

    fn read(error: &RedisError) -> (Option<String>, Option<String>) {
        let failure = Failure::of(error);
        (failure.outcome.error_type(&FAILURES).map(str::to_owned), failure.code)
    }

    fn answered(reply: &str) -> RedisError {
        let reply = parse_redis_value(reply.as_bytes()).unwrap();
        let Value::ServerError(error) = reply else { panic!("no error: {reply:?}") };
        error.into()
    }

    fn both(code: &str) -> (Option<String>, Option<String>) {
        (Some(code.to_owned()), Some(code.to_owned()))
    }

    #[test]
    fn an_error_of_the_server_is_what_it_begins_with() {
        for code in [
            "ERR",
            "IOERR",
            "WRONGTYPE",
            "MOVED",
            "NOSCRIPT",
            "READONLY",
            "REDIRECT",
            "OOM",
            "NOAUTH",
        ] {
            assert_eq!(read(&answered(&format!("-{code} and its text\r\n"))), both(code));
        }
    }

    #[test]
    fn a_code_of_a_script_is_a_status_and_no_type() {
        let (kind, code) = read(&answered("-MYAPP and its text\r\n"));
        assert_eq!((kind.as_deref(), code.as_deref()), (Some("_OTHER"), Some("MYAPP")));
    }

    #[test]
    fn what_does_not_look_like_a_code_is_not_shown() {
        for text in ["secret:7 is gone", "Überraschung", "A123", "", &"A".repeat(25)] {
            let error = make_extension_error(text.to_owned(), None);
            assert_eq!(read(&error), both("_OTHER"), "{text:?}");
        }
    }

    #[test]
    fn losing_the_connection_and_losing_patience_are_apart() {
        let io = |kind: io::ErrorKind| read(&io::Error::from(kind).into()).0.unwrap();
        assert_eq!(io(io::ErrorKind::TimedOut), "timeout");
        assert_eq!(io(io::ErrorKind::ConnectionReset), "connection_lost");
        assert_eq!(io(io::ErrorKind::BrokenPipe), "connection_lost");
        assert_eq!(io(io::ErrorKind::ConnectionRefused), "connection_refused");
        assert_eq!(io(io::ErrorKind::PermissionDenied), "io");
    }

    #[test]
    fn errors_of_the_client_have_no_code() {
        let error = RedisError::from((ErrorKind::AuthenticationFailed, "no"));
        assert_eq!(read(&error), (Some("authentication_failed".to_owned()), None));
        let error = RedisError::from((ErrorKind::Server(ServerErrorKind::BusyLoading), "wait"));
        assert_eq!(read(&error), both("LOADING"));
    }
}
