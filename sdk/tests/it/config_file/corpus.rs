//! The corpus of the fuzzer, played back.

use std::fs;

use super::any_file::assert_read;

#[test]
fn every_file_of_the_corpus_is_read_or_told_what_is_wrong_with_it_wherever_it_ends() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/fuzz/corpus/config_file");
    let files: Vec<_> = fs::read_dir(folder).unwrap().map(|file| file.unwrap().path()).collect();
    assert!(files.len() >= 6, "{files:?}");
    for file in files {
        let bytes = fs::read(file).unwrap();
        assert_read(&bytes);
        // It ends where a line does, or in the middle of one.
        for (end, _) in bytes.iter().enumerate().filter(|(_, byte)| **byte == b'\n') {
            assert_read(&bytes[..=end]);
            assert_read(&bytes[..end.saturating_sub(3)]);
        }
    }
}
