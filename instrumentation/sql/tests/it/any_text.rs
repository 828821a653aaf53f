//! Holds for any text, in every dialect; the fuzzer asserts it too.

use kymo_sql::{Dialect, Statement};

const DIALECTS: [Dialect; 4] = [Dialect::Postgres, Dialect::MySql, Dialect::Sqlite, Dialect::Other];

/// Reads `bytes` in every dialect, and asserts what holds whatever they are.
pub(crate) fn assert_read(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    for dialect in DIALECTS {
        let read = Statement::read(dialect, &text);
        assert!(read.summary.chars().count() <= 255, "{dialect:?} {text:?}");
        let collection = read.collection.as_deref().unwrap_or_default();
        for word in words(&read.summary).chain(words(collection)) {
            assert!(word == "BATCH" || text.contains(word), "{dialect:?} {text:?} has no {word:?}");
        }
        assert_eq!(Statement::read(dialect, &text), read, "{dialect:?} {text:?}");
    }
}

fn words(summary: &str) -> impl Iterator<Item = &str> {
    summary.split(|at: char| at.is_whitespace() || at == '.')
}
