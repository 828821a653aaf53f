//! Numbers, and the names that begin like one.

use super::{digits, is_tag};
use crate::{
    dialect::Dialect,
    literal::{looked_at, run_len},
};

/// How long the number is that begins here; `None` where it is a name, as in `MySQL` `2024_sales` and
/// `1e` are.
pub(super) fn read(bytes: &[u8], dialect: Dialect) -> Option<usize> {
    if dialect == Dialect::MySql { mysql(bytes) } else { Some(widest(bytes)) }
}

/// As `MySQL`'s `MY_LEX_NUMBER_IDENT` reads it: digits are a number if no letter of a name is behind
/// them, or an exponent that has a digit.
fn mysql(bytes: &[u8]) -> Option<usize> {
    let goes_on = |len: usize| bytes.get(len).is_some_and(|byte| is_tag(*byte) || *byte == b'$');
    let prefixed = match bytes {
        [b'0', b'x', rest @ ..] => 2 + run_len(rest, |byte| byte.is_ascii_hexdigit()),
        [b'0', b'b', rest @ ..] => 2 + run_len(rest, |byte| matches!(byte, b'0' | b'1')),
        _ => 0,
    };
    if prefixed > 0 {
        return (prefixed > 2 && !goes_on(prefixed)).then_some(prefixed);
    }
    let whole = digits(bytes);
    let fraction = match bytes.get(whole) {
        Some(b'.') => 1 + digits(&bytes[whole + 1..]),
        _ => 0,
    };
    let number = whole + fraction;
    match exponent(&bytes[number..]) {
        0 if fraction == 0 && goes_on(whole) => None,
        exponent => Some(number + exponent),
    }
}

/// How long the exponent is, if it has a digit.
fn exponent(bytes: &[u8]) -> usize {
    let sign = match bytes {
        [b'e' | b'E', b'+' | b'-', ..] => 2,
        [b'e' | b'E', ..] => 1,
        _ => return 0,
    };
    match digits(&bytes[sign..]) {
        0 => 0,
        digits => sign + digits,
    }
}

/// Everything that could belong to a number.
fn widest(bytes: &[u8]) -> usize {
    let is_hex = matches!(bytes, [b'0', b'x' | b'X', ..]);
    let mut len = 0;
    while let Some(&byte) = bytes.get(len) {
        let is_sign = matches!(byte, b'+' | b'-')
            && !is_hex
            && len > 0
            && matches!(bytes[len - 1], b'e' | b'E')
            && bytes.get(len + 1).is_some_and(u8::is_ascii_digit);
        let is_part = byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_') || byte >= 0x80;
        if !is_sign && !is_part {
            break;
        }
        len += 1;
    }
    looked_at(len)
}
