//! The pieces of an SQL text.

/// A piece of SQL, without a copy.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Token<'a> {
    /// A name or keyword without quotes.
    Word(&'a str),
    /// A name in quotes, with them.
    Quoted(&'a str),
    /// A value, or what stands for one: a string, a number, a placeholder, a variable.
    Literal,
    /// The text of a comment.
    Comment(&'a str),
    /// Any other character.
    Mark(u8),
    /// The dialects disagree from here on: nothing more can be known.
    Doubt,
}

impl Token<'_> {
    /// The same, if what it names is no table.
    pub(crate) fn of_value(self) -> Self {
        match self {
            Self::Quoted(_) => Self::Literal,
            other => other,
        }
    }
}
