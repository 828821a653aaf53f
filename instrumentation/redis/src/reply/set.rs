//! Whether `SET`, with its many options, did it.

use redis::{Cmd, Value};

use super::arguments::bytes;

/// Whether `reply` to the `SET` that is `cmd` says that the value was put in, without a doubt.
///
/// With `GET` the reply is the value of before. Together with a condition on its digest it does not
/// tell what came of it.
pub(super) fn wrote(cmd: &Cmd, reply: &Value) -> bool {
    let before = match reply {
        Value::Okay => return true,
        Value::Nil => None,
        Value::BulkString(before) => Some(&before[..]),
        _ => return false,
    };
    let Some(Options { get: true, condition }) = Options::of(cmd) else { return false };
    match (condition, before) {
        (Condition::None, _)
        | (Condition::Absent | Condition::NotEqual(_) | Condition::OtherDigest, None)
        | (Condition::Present, Some(_)) => true,
        (Condition::Equal(value), Some(before)) => value == before,
        (Condition::NotEqual(value), Some(before)) => value != before,
        _ => false,
    }
}

struct Options<'c> {
    get: bool,
    condition: Condition<'c>,
}

enum Condition<'c> {
    None,
    /// `NX`
    Absent,
    /// `XX`
    Present,
    /// `IFEQ`
    Equal(&'c [u8]),
    /// `IFNE`
    NotEqual(&'c [u8]),
    /// `IFDEQ`
    SameDigest,
    /// `IFDNE`
    OtherDigest,
}

impl<'c> Options<'c> {
    /// The options after the key and the value; `None`, if one of them is not known.
    fn of(cmd: &'c Cmd) -> Option<Self> {
        let mut options = Self { get: false, condition: Condition::None };
        let mut words = cmd.args_iter().skip(3).map(|argument| bytes(&argument));
        while let Some(word) = words.next() {
            let mut upper = [0; LONGEST];
            let upper = upper.get_mut(..word.len())?;
            upper.copy_from_slice(word);
            upper.make_ascii_uppercase();
            match &*upper {
                b"GET" => options.get = true,
                b"NX" => options.condition = Condition::Absent,
                b"XX" => options.condition = Condition::Present,
                b"IFEQ" => options.condition = Condition::Equal(words.next()?),
                b"IFNE" => options.condition = Condition::NotEqual(words.next()?),
                b"IFDEQ" => options.condition = words.next().map(|_| Condition::SameDigest)?,
                b"IFDNE" => options.condition = words.next().map(|_| Condition::OtherDigest)?,
                b"EX" | b"PX" | b"EXAT" | b"PXAT" => drop(words.next()?),
                b"KEEPTTL" => {}
                _ => return None,
            }
        }
        Some(options)
    }
}

/// No option is longer than `KEEPTTL`.
const LONGEST: usize = 7;
