//! Plays back what a fuzzer found, and makes more of its kind up.

use std::{fs, path::Path};

use proptest::prelude::*;

use crate::any_text::assert_read;

#[test]
fn every_text_of_the_corpus_is_read() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz/corpus/statement");
    let texts: Vec<_> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    assert!(texts.len() > 10, "{}", texts.len());
    for text in texts {
        assert_read(&fs::read(text).unwrap());
    }
}

proptest! {
    #[test]
    fn any_bytes_are_read(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
        assert_read(&bytes);
    }

    #[test]
    fn any_pieces_of_sql_are_read(pieces in proptest::collection::vec(piece(), 0..40)) {
        assert_read(pieces.concat().as_bytes());
    }
}

/// Pieces at which readers of SQL take a turn.
fn piece() -> impl Strategy<Value = &'static str> {
    proptest::sample::select(
        &[
            "SELECT ",
            "insert into ",
            "UPDATE ",
            "DELETE FROM ",
            "WITH ",
            "MERGE ",
            " AS ",
            " SET ",
            " FROM ",
            "BEGIN",
            "COMMIT",
            "SAVEPOINT ",
            "CREATE TABLE ",
            "a",
            "b.c",
            "1e9",
            "0x7f",
            "$1",
            "?",
            "$$",
            "$t$",
            "'",
            "\"",
            "`",
            "[",
            "]",
            "(",
            ")",
            ",",
            ";",
            ".",
            "--",
            "-- name: n\n",
            "/*",
            "/*!",
            "*/",
            "#",
            "\\",
            "\n",
            "\0",
            "E'",
            "U&\"",
            "\u{feff}",
            "é",
            "💥",
            " ",
        ][..],
    )
}
