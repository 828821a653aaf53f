//! Which SQL a database speaks.

/// The SQL of a text, as far as it says where literals, names and comments end.
///
/// The same text may hold a name in one dialect and a value in another:
///
/// ```
/// use kymo_sql::{Dialect, Statement};
///
/// let text = r#"SELECT title FROM "books""#;
/// assert_eq!(Statement::read(Dialect::Postgres, text).summary, r#"SELECT "books""#);
/// assert_eq!(Statement::read(Dialect::MySql, text).summary, "SELECT");
/// ```
///
/// Settings of the server can move these ends: `ANSI_QUOTES` and `NO_BACKSLASH_ESCAPES` of MySQL,
/// `standard_conforming_strings` of PostgreSQL. They are not seen, and their defaults are taken for
/// granted; but once a text would end elsewhere with the other setting, no more names are shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Dialect {
    /// PostgreSQL, and what speaks its SQL.
    Postgres,
    /// MySQL and MariaDB: a double-quoted text is a string.
    MySql,
    /// SQLite.
    Sqlite,
    /// Not known: only what all of them read alike, up to the first sign they do not.
    Other,
}

impl Dialect {
    /// Whether a double-quoted text is a name; else it is a string, or may be one.
    pub(crate) fn quotes_names(self) -> bool {
        matches!(self, Self::Postgres | Self::Sqlite)
    }
}
