//! The names of commands: a closed set, so that no key and no value can become one.

mod effect;
mod ends;
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
    #[inline]
    pub(crate) fn of(command: &Cmd) -> Self {
        match command.args_iter().next() {
            Some(Arg::Simple(first)) => {
                index::short_command(first).map_or_else(|| Self::sought(first, command), Self)
            }
            _ => Self::OTHER,
        }
    }

    #[inline(never)]
    fn sought(first: &[u8], command: &Cmd) -> Self {
        let found = index::command(first);
        if ENTRIES[usize::from(found)].kind != Kind::Container {
            return Self(found);
        }
        let Some(Arg::Simple(second)) = command.args_iter().nth(1) else { return Self(found) };
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
    #[inline]
    pub(crate) fn index(self) -> usize {
        usize::from(self.0)
    }

    /// The same number.
    #[inline]
    pub(crate) const fn number(self) -> u16 {
        self.0
    }

    /// The command of this number; [`Command::OTHER`], if none has it.
    #[inline]
    pub(crate) const fn numbered(number: u16) -> Self {
        if (number as usize) < Self::COUNT { Self(number) } else { Self::OTHER }
    }
}

#[cfg(test)]
mod tests;
