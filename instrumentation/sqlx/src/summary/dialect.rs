//! Which SQL a database speaks.

/// The SQL of a text, as far as it says where literals, names and comments end.
///
/// Settings of the server that move these ends are not seen: `ANSI_QUOTES` and
/// `NO_BACKSLASH_ESCAPES` of `MySQL`, `standard_conforming_strings` of PostgreSQL. What a text
/// means under both is read; where they differ, no name is taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Dialect {
    /// PostgreSQL, and what speaks its SQL.
    Postgres,
    /// `MySQL` and `MariaDB`: a double-quoted text is a string.
    MySql,
    /// SQLite.
    Sqlite,
    /// Not known: only what all of them read alike, up to the first sign they do not.
    Other,
}

impl Dialect {
    /// The dialect of a database by the name its driver gives it, such as `PostgreSQL`, or by its
    /// `db.system.name`, such as `mariadb`; [`Dialect::Other`] for any other name.
    pub(crate) fn of(database: &str) -> Self {
        let is = |names: &[&str]| names.iter().any(|name| name.eq_ignore_ascii_case(database));
        if is(&["postgresql", "postgres"]) {
            Self::Postgres
        } else if is(&["mysql", "mariadb"]) {
            Self::MySql
        } else if is(&["sqlite"]) {
            Self::Sqlite
        } else {
            Self::Other
        }
    }

    /// Whether a double-quoted text is a name; else it is a string, or may be one.
    pub(super) fn quotes_names(self) -> bool {
        matches!(self, Self::Postgres | Self::Sqlite)
    }
}
