//! The status of a call.

/// The status of a call, by its number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct Code(u8);

/// The names of the statuses, by their numbers.
pub(crate) const NAMES: [&str; 17] = [
    "OK",
    "CANCELLED",
    "UNKNOWN",
    "INVALID_ARGUMENT",
    "DEADLINE_EXCEEDED",
    "NOT_FOUND",
    "ALREADY_EXISTS",
    "PERMISSION_DENIED",
    "RESOURCE_EXHAUSTED",
    "FAILED_PRECONDITION",
    "ABORTED",
    "OUT_OF_RANGE",
    "UNIMPLEMENTED",
    "INTERNAL",
    "UNAVAILABLE",
    "DATA_LOSS",
    "UNAUTHENTICATED",
];

impl Code {
    pub(crate) const OK: Self = Self(0);
    pub(crate) const UNKNOWN: Self = Self(2);
    pub(crate) const DEADLINE_EXCEEDED: Self = Self(4);
    pub(crate) const UNIMPLEMENTED: Self = Self(12);
    pub(crate) const INTERNAL: Self = Self(13);
    pub(crate) const UNAVAILABLE: Self = Self(14);
    pub(crate) const DATA_LOSS: Self = Self(15);

    /// The status that a `grpc-status` says: `UNKNOWN` for anything but the number of one.
    pub(crate) fn of_header(value: &[u8]) -> Self {
        match *value {
            [digit @ b'0'..=b'9'] => Self(digit - b'0'),
            [b'1', digit @ b'0'..=b'6'] => Self(10 + digit - b'0'),
            _ => Self::UNKNOWN,
        }
    }

    pub(crate) fn name(self) -> &'static str {
        NAMES.get(usize::from(self.0)).copied().unwrap_or("UNKNOWN")
    }

    /// Whether it is an error of a server, as the conventions list them.
    pub(crate) fn is_error(self) -> bool {
        matches!(
            self,
            Self::UNKNOWN
                | Self::DEADLINE_EXCEEDED
                | Self::UNIMPLEMENTED
                | Self::INTERNAL
                | Self::UNAVAILABLE
                | Self::DATA_LOSS
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_status_is_the_number_of_one_and_anything_else_is_unknown() {
        for (number, name) in NAMES.iter().enumerate() {
            assert_eq!(Code::of_header(number.to_string().as_bytes()).name(), *name);
        }
        for odd in ["", "17", "99", "-1", "+1", "00", "01", "1 ", "0x1", "OK", "1.0", "\u{e9}"] {
            assert_eq!(Code::of_header(odd.as_bytes()), Code::UNKNOWN, "{odd:?}");
        }
    }

    #[test]
    fn six_statuses_are_errors_of_a_server() {
        let errors: Vec<_> = (0..17).map(Code).filter(|code| code.is_error()).collect();
        let errors: Vec<_> = errors.into_iter().map(Code::name).collect();
        let expected = [
            "UNKNOWN",
            "DEADLINE_EXCEEDED",
            "UNIMPLEMENTED",
            "INTERNAL",
            "UNAVAILABLE",
            "DATA_LOSS",
        ];
        assert_eq!(errors, expected);
    }
}
