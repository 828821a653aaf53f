//! Which arguments of a command are keys, and how many entries each of them stands for.

use redis::{Arg, Cmd};

use crate::command::Entries;

/// Where the keys of a command are: `count` of them, every `step` arguments from `first` on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Arguments {
    first: usize,
    step: usize,
    count: usize,
    fields: usize,
}

impl Arguments {
    /// Those of `cmd`; `None`, if it is not written as the server asks for.
    pub(super) fn of(entries: Entries, cmd: &Cmd) -> Option<Self> {
        let length = cmd.args_iter().len();
        let after = |first: usize| length.saturating_sub(first);
        let keys = |first, step, count| Self { first, step, count, fields: 1 };
        let key = |first, fields| Self { first, step: 1, count: 1, fields };
        let listed_fields = |arguments: usize| {
            let at = position(cmd, 2, b"FIELDS")? + 1;
            Some(key(1, number(cmd, at, after(at + 1) / arguments)?))
        };
        Some(match entries {
            Entries::Key => key(1, 1),
            Entries::Target if position(cmd, 3, b"DB").is_some() => return None,
            Entries::Target => key(2, 1),
            Entries::Keys => keys(1, 1, after(1)),
            Entries::KeysBeforePath => keys(1, 1, after(2)),
            Entries::KeyValues => keys(1, 2, after(1) / 2),
            Entries::KeyPathValues => keys(1, 3, after(1) / 3),
            Entries::ListedKeyValues => keys(2, 2, number(cmd, 1, after(2) / 2)?),
            Entries::Fields => key(1, after(2)),
            Entries::FieldValues => key(1, after(2) / 2),
            Entries::ListedFields => listed_fields(1)?,
            Entries::ListedFieldValues => listed_fields(2)?,
        })
    }

    /// The keys, in their order, each as often as it is there.
    pub(super) fn keys(self, cmd: &Cmd) -> impl Iterator<Item = &[u8]> {
        cmd.args_iter()
            .skip(self.first)
            .step_by(self.step)
            .take(self.count)
            .map(|argument| bytes(&argument))
    }

    /// How many fields of a hash each key stands for; 1, if it is the key that is the entry.
    pub(super) fn fields(self) -> usize {
        self.fields
    }

    /// How many entries each key stands for.
    pub(super) fn each(self) -> u64 {
        self.fields as u64
    }

    /// How many entries there are.
    pub(super) fn total(self) -> u64 {
        self.count as u64 * self.each()
    }
}

/// The argument at `index`, where 0 is the command.
#[inline]
pub(super) fn argument(cmd: &Cmd, index: usize) -> Option<&[u8]> {
    cmd.args_iter().nth(index).map(|argument| bytes(&argument))
}

/// The bytes that are written there. A cursor is never a key, nor an option.
#[inline]
pub(super) fn bytes<'c>(argument: &Arg<&'c [u8]>) -> &'c [u8] {
    if let Arg::Simple(bytes) = argument { bytes } else { b"" }
}

/// Where `option` is, from the argument at `first` on.
fn position(cmd: &Cmd, first: usize, option: &[u8]) -> Option<usize> {
    let found = |argument| bytes(&argument).eq_ignore_ascii_case(option);
    Some(first + cmd.args_iter().skip(first).position(found)?)
}

/// The number at `index`; `None`, if it is none, or more than `most`.
fn number(cmd: &Cmd, index: usize, most: usize) -> Option<usize> {
    let number = str::from_utf8(argument(cmd, index)?).ok()?.parse().ok()?;
    Some(number).filter(|number| *number <= most)
}
