//! Where in a statement the reading is.

use crate::keyword::Keyword;

/// The place in a statement, which says what may come next.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Clause<'a> {
    /// A verb: of a statement, or of a query in parentheses.
    Start,
    /// The second query of a `UNION`.
    Union,
    /// The name of a common table expression.
    CteName,
    /// Its body, and behind it another or the verb. Until then it may not refer to itself.
    Cte(Option<&'a str>),
    /// Anything up to `FROM`.
    List,
    /// A target.
    Target(Aim),
    /// Aliases, joins and conditions behind a table.
    After,
    /// A hint behind a table, until its parentheses.
    Hint,
    /// Which rows of a table are meant, or how they are locked.
    For,
    /// The list of tables is over, unless the word that says so is an alias.
    End,
    /// The rows to insert: `VALUES` or a query.
    Insert,
    /// A statement that is explained.
    Explain,
    /// The kind of object that is defined.
    ObjectKind,
    /// Behind the name of an object.
    AfterObject,
    /// The rest of a statement about transactions.
    Transaction,
    /// A definition that may hold statements, so many `BEGIN` and `CASE` deep.
    Routine(u32),
    /// No target any more, but queries in parentheses.
    Rest,
    /// Nothing any more.
    Skip,
}

/// How a statement uses a target.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Aim {
    /// A table that is read: it may also be a function, or the name of a query.
    Read,
    /// The table that is changed.
    Write,
    /// Anything else that has a name.
    Object,
}

/// A statement, or what is in parentheses.
#[derive(Debug, Clone, Copy)]
#[expect(clippy::struct_excessive_bools, reason = "each says one thing, and any two may be so")]
pub(crate) struct Frame<'a> {
    pub(crate) clause: Clause<'a>,
    pub(crate) verb: Option<Keyword>,
    /// Its verb is the statement's.
    pub(crate) is_main: bool,
    /// Statements that change data may stand here.
    pub(crate) is_cte: bool,
    /// A table may stand here instead of a query.
    pub(crate) holds_tables: bool,
    /// It is a part of a `UNION`, whose verb was said.
    pub(crate) is_continued: bool,
    /// A comma brings another target.
    pub(crate) is_list: bool,
    pub(crate) had_from: bool,
    pub(crate) had_join: bool,
    pub(crate) had_using: bool,
    pub(crate) is_recursive: bool,
    pub(crate) is_routine: bool,
}

impl Frame<'_> {
    /// Parentheses in which nothing but a query counts.
    pub(crate) const PLAIN: Self = Self {
        clause: Clause::Start,
        verb: None,
        is_main: false,
        is_cte: false,
        holds_tables: false,
        is_continued: false,
        is_list: false,
        had_from: false,
        had_join: false,
        had_using: false,
        is_recursive: false,
        is_routine: false,
    };
    /// A whole statement.
    pub(crate) const STATEMENT: Self = Self { is_main: true, ..Self::PLAIN };
}
