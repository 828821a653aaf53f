//! Plays back what a fuzzer found, and makes more of its kind up.

use std::{fs, path::Path};

use proptest::prelude::*;

use crate::any_bytes::assert_read;

#[test]
fn all_families_of_the_corpus_are_read() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz/corpus/documents");
    let files: Vec<_> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    assert!(files.len() > 10, "{}", files.len());
    for file in files {
        assert_read(&fs::read(file).unwrap());
    }
}

proptest! {
    #[test]
    fn families_of_any_bytes_are_read(bytes in proptest::collection::vec(any::<u8>(), 0..400)) {
        assert_read(&bytes);
    }
}
