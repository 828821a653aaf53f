//! The documents, read as a forge reads them.

use std::fs;

use super::sources;

/// A block of code in a document.
struct Block<'a> {
    document: &'a str,
    /// The words behind the opening fence.
    info: &'a str,
    lines: Vec<&'a str>,
}

/// Every document by its path, and its text.
pub(crate) fn documents() -> Vec<(String, String)> {
    let documents = sources::files(sources::root(), "md").into_iter().map(|file| {
        let path = file.strip_prefix(sources::root()).unwrap().display().to_string();
        (path, fs::read_to_string(file).unwrap())
    });
    let documents: Vec<_> = documents.collect();
    assert!(documents.len() > 10, "{documents:?}");
    documents
}

/// The lines of a document that are text, and its blocks of code.
fn parts<'a>(document: &'a str, text: &'a str) -> (Vec<&'a str>, Vec<Block<'a>>) {
    let mut prose = Vec::new();
    let mut blocks = Vec::new();
    let mut open: Option<Block<'a>> = None;
    for line in text.lines() {
        match (line.trim_start().strip_prefix("```"), open.as_mut()) {
            (Some(info), None) => open = Some(Block { document, info, lines: Vec::new() }),
            (Some(_), Some(_)) => blocks.extend(open.take()),
            (None, Some(block)) => block.lines.push(line),
            (None, None) => prose.push(line),
        }
    }
    assert!(open.is_none(), "{document} has a block without an end");
    (prose, blocks)
}

/// The lines of a document that are no code.
pub(crate) fn prose<'a>(document: &'a str, text: &'a str) -> Vec<&'a str> {
    parts(document, text).0
}

/// Asks `check` of every block of Rust.
fn every_block_of_rust(check: impl Fn(&Block<'_>)) {
    let mut seen = 0;
    for (document, text) in &documents() {
        for block in parts(document, text).1 {
            assert!(!block.info.is_empty(), "{document} has a block in no language");
            if block.info.to_lowercase().contains("rust") {
                check(&block);
                seen += 1;
            }
        }
    }
    assert!(seen > 15, "{seen} blocks");
}

#[test]
fn no_line_of_rust_is_one_that_only_rustdoc_hides() {
    every_block_of_rust(|block| {
        for line in &block.lines {
            let is_hidden = line.trim() == "#" || line.trim_start().starts_with("# ");
            assert!(!is_hidden, "every forge shows `{line}` of {}", block.document);
        }
    });
}

#[test]
fn every_block_of_rust_is_compiled() {
    let compiled = fs::read_to_string(sources::root().join("integration-tests/src/lib.rs"));
    let compiled = compiled.unwrap();
    every_block_of_rust(|block| {
        let Block { document, info, .. } = block;
        assert!(["rust", "rust,no_run"].contains(info), "`{info}` in {document} may not compile");
        let listed = format!("#[doc = include_str!(\"../../{document}\")]");
        assert!(compiled.contains(&listed), "`Documents` of integration-tests lacks {document}");
    });
}

#[test]
fn every_table_has_a_head_and_as_many_cells_in_each_row() {
    let mut tables = 0;
    for (document, text) in &documents() {
        for table in parts(document, text).0.split(|line| !line.starts_with('|')) {
            let Some(head) = table.first() else { continue };
            let rule = table.get(1).copied().unwrap_or_default();
            let is_rule = rule.contains("--") && rule.chars().all(|c| "|-: ".contains(c));
            assert!(is_rule, "{document}: a table begins without a head at {head}");
            for row in table {
                assert_eq!(cells(row), cells(head), "{document}: {row}");
            }
            tables += 1;
        }
    }
    assert!(tables > 50, "{tables} tables");
}

/// How many cells a row has: a bar in code ends one too, unless it is escaped.
fn cells(row: &str) -> usize {
    row.trim_end().trim_end_matches('|').replace("\\|", "").matches('|').count()
}
