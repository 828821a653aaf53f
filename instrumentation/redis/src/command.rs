//! The names of commands: a closed set, so that no key and no value can become one.

mod effect;
mod index;
mod table;

use redis::{Arg, Cmd};

pub(crate) use self::effect::{Done, Effect, Entries, Found};
use self::table::{ENTRIES, Kind};

/// A command of Redis, Valkey or one of their modules, or none of them that is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct Command(u16);

impl Command {
    /// A word that no known server takes for a command.
    pub(crate) const OTHER: Self = Self(0);

    /// How many there are, [`Command::OTHER`] among them.
    pub(crate) const COUNT: usize = ENTRIES.len();

    /// The command that `command` sends, whatever the case it is written in.
    ///
    /// A subcommand that is not known is its container. A container and its subcommand in one
    /// argument are [`Command::OTHER`]: they are an unknown command to the server as well.
    pub(crate) fn of(command: &Cmd) -> Self {
        let mut arguments = command.args_iter();
        let Some(Arg::Simple(first)) = arguments.next() else { return Self::OTHER };
        let found = index::command(first);
        if ENTRIES[usize::from(found)].kind != Kind::Container {
            return Self(found);
        }
        let Some(Arg::Simple(second)) = arguments.next() else { return Self(found) };
        Self(index::subcommand(first, second).unwrap_or(found))
    }

    /// As `db.operation.name` has it: `GET`, `CLIENT LIST`, or `_OTHER`.
    pub(crate) fn name(self) -> &'static str {
        ENTRIES[self.index()].name
    }

    /// Its effect on a cache, as far as its reply tells.
    #[inline]
    pub(crate) fn effect(self) -> Effect {
        ENTRIES[self.index()].effect
    }

    /// A number below [`Command::COUNT`] that no other has.
    pub(crate) fn index(self) -> usize {
        usize::from(self.0)
    }
}

#[cfg(test)]
mod tests;
