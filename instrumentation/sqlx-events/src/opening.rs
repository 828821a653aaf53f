//! The statements that a driver sends by itself when it opens a connection.

/// Whether `sql` is one of these, letter by letter as sqlx writes them: the pragmas of SQLite, each followed by
/// a semicolon and a space, or the `SET` of MySQL and MariaDB. A program that writes the very same is taken for
/// its driver.
///
/// PostgreSQL is told its settings without a statement.
pub(crate) fn is_of_driver(sql: &str) -> bool {
    is_pragmas(sql) || is_set(sql)
}

/// `PRAGMA key = value; PRAGMA foreign_keys = ON; `: that one is always among them.
fn is_pragmas(sql: &str) -> bool {
    let pragmas = sql.strip_suffix("; ").map(|sql| sql.split("; "));
    sql.contains("PRAGMA foreign_keys = ")
        && pragmas.is_some_and(|mut all| {
            all.all(|one| one.strip_prefix("PRAGMA ").is_some_and(|rest| rest.contains(" = ")))
        })
}

/// `SET sql_mode=(SELECT CONCAT(@@sql_mode, ',…')),time_zone='…',NAMES …;`, or as much of it as the options
/// ask for.
fn is_set(sql: &str) -> bool {
    const MODE: &str = "sql_mode=(SELECT CONCAT(@@sql_mode, ',";
    let Some(mut settings) = sql.strip_prefix("SET ").and_then(|sql| sql.strip_suffix(';')) else {
        return false;
    };
    if let Some(mode) = settings.strip_prefix(MODE) {
        let Some((_, rest)) = mode.split_once("'))") else { return false };
        settings = rest.strip_prefix(',').unwrap_or(rest);
    }
    if let Some(zone) = settings.strip_prefix("time_zone='") {
        let Some((_, rest)) = zone.split_once('\'') else { return false };
        settings = rest.strip_prefix(',').unwrap_or(rest);
    }
    let is_name = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == ' ';
    settings.is_empty()
        || settings.strip_prefix("NAMES ").is_some_and(|names| names.chars().all(is_name))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_drivers_send_is_known() {
        for sql in [
            "PRAGMA foreign_keys = ON; ",
            "PRAGMA page_size = 4096; PRAGMA journal_mode = WAL; PRAGMA foreign_keys = ON; ",
            "SET sql_mode=(SELECT CONCAT(@@sql_mode, ',PIPES_AS_CONCAT,NO_ENGINE_SUBSTITUTION')),\
             time_zone='+00:00',NAMES utf8mb4 COLLATE utf8mb4_unicode_ci;",
            "SET time_zone='+00:00',NAMES utf8mb4;",
            "SET NAMES utf8mb4;",
        ] {
            assert!(is_of_driver(sql), "{sql}");
        }
    }

    #[test]
    fn what_a_program_sends_is_not_taken_for_it() {
        for sql in [
            "",
            "PRAGMA user_version = 3; ",
            "PRAGMA foreign_keys = ON",
            "PRAGMA foreign_keys = ON;",
            "PRAGMA table_info(books); ",
            "PRAGMA foreign_keys = ON; DELETE FROM books; ",
            "SET NAMES utf8mb4",
            "SET autocommit = 0;",
            "SET time_zone='+00:00'; DELETE FROM books;",
            "SET NAMES utf8mb4; DELETE FROM books;",
            "SELECT 1",
        ] {
            assert!(!is_of_driver(sql), "{sql}");
        }
    }
}
