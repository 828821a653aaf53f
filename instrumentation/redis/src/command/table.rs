//! The table of commands, read from `commands.txt` when this is compiled.

use kymo_core::OTHER;

use super::effect::Effect;

/// A line of the table.
#[derive(Debug, Clone, Copy)]
pub(super) struct Entry {
    pub(super) name: &'static str,
    pub(super) effect: Effect,
    pub(super) kind: Kind,
}

/// How many words a command is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// One.
    Alone,
    /// One, and that of a subcommand may follow.
    Container,
    /// Two, with one space between them.
    Subcommand,
}

/// Every command at its number. The first one is none: what is not in the table.
pub(super) static ENTRIES: [Entry; COUNT] = TABLE;

/// [`ENTRIES`], for what is computed from them before the program runs.
pub(super) const TABLE: [Entry; COUNT] = table();

const COUNT: usize = 1 + commands(TEXT);
const TEXT: &str = include_str!("commands.txt");

const fn table() -> [Entry; COUNT] {
    let mut table = [Entry { name: OTHER, effect: Effect::Nothing, kind: Kind::Alone }; COUNT];
    let mut container = 0;
    let mut at = 1;
    let mut rest = TEXT;
    while !rest.is_empty() {
        let (line, after) = split(rest, "\n");
        rest = after;
        if !is_command(line) {
            continue;
        }
        let (name, effect) = split(line, "  ");
        let effect = Effect::called(effect.trim_ascii_start());
        let (first, second) = split(name, " ");
        let kind = if second.is_empty() { Kind::Alone } else { Kind::Subcommand };
        table[at] = Entry { name, effect, kind };
        if second.is_empty() {
            container = at;
        } else {
            let follows = is_at(table[container].name, 0, first) && container != 0;
            assert!(follows, "a subcommand does not follow its container");
            table[container].kind = Kind::Container;
        }
        at += 1;
    }
    table
}

const fn commands(text: &str) -> usize {
    let mut count = 0;
    let mut rest = text;
    while !rest.is_empty() {
        let (line, after) = split(rest, "\n");
        rest = after;
        if is_command(line) {
            count += 1;
        }
    }
    count
}

const fn is_command(line: &str) -> bool {
    !line.is_empty() && line.as_bytes()[0] != b'#'
}

/// The text before the first `divider`, and the text after it: nothing, if there is none.
pub(super) const fn split<'t>(text: &'t str, divider: &str) -> (&'t str, &'t str) {
    let mut at = 0;
    while at < text.len() {
        if is_at(text, at, divider) {
            return (text.split_at(at).0, text.split_at(at + divider.len()).1);
        }
        at += 1;
    }
    (text, "")
}

/// Whether `part` stands in `text` from `start` on.
const fn is_at(text: &str, start: usize, part: &str) -> bool {
    let mut at = 0;
    while at < part.len() {
        if start + at >= text.len() || text.as_bytes()[start + at] != part.as_bytes()[at] {
            return false;
        }
        at += 1;
    }
    true
}
