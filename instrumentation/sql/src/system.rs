//! Which database product is spoken to.

use std::fmt;

use crate::Dialect;

/// A database product, by the values of `db.system.name`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum System {
    /// `postgresql`.
    Postgresql,
    /// `mysql`; what a pool of sqlx's MySQL driver is taken for unless it is told otherwise.
    Mysql,
    /// `mariadb`.
    Mariadb,
    /// `sqlite`.
    Sqlite,
    /// `other_sql`: some SQL database.
    OtherSql,
}

impl System {
    /// Every product there is a name for.
    pub const ALL: [Self; 5] =
        [Self::Postgresql, Self::Mysql, Self::Mariadb, Self::Sqlite, Self::OtherSql];

    /// The value of `db.system.name`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Postgresql => "postgresql",
            Self::Mysql => "mysql",
            Self::Mariadb => "mariadb",
            Self::Sqlite => "sqlite",
            Self::OtherSql => "other_sql",
        }
    }

    /// The product that a URL of this scheme leads to.
    pub fn of_scheme(scheme: &str) -> Self {
        match scheme {
            "postgres" | "postgresql" => Self::Postgresql,
            "mysql" => Self::Mysql,
            "mariadb" => Self::Mariadb,
            "sqlite" => Self::Sqlite,
            _ => Self::OtherSql,
        }
    }

    /// The SQL it reads.
    pub const fn dialect(self) -> Dialect {
        match self {
            Self::Postgresql => Dialect::Postgres,
            Self::Mysql | Self::Mariadb => Dialect::MySql,
            Self::Sqlite => Dialect::Sqlite,
            Self::OtherSql => Dialect::Other,
        }
    }

    /// MySQL, or what came of it.
    pub const fn is_mysql(self) -> bool {
        matches!(self, Self::Mysql | Self::Mariadb)
    }

    /// The port that goes without saying.
    pub const fn default_port(self) -> Option<u16> {
        match self {
            Self::Postgresql => Some(5432),
            Self::Mysql | Self::Mariadb => Some(3306),
            Self::Sqlite | Self::OtherSql => None,
        }
    }
}

impl fmt::Display for System {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}
