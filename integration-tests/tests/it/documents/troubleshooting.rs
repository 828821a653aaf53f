//! `docs/troubleshooting.md` quotes what the code says.

use std::fs;

use super::sources;

/// The text of a file with each string that goes on in the next line as one.
fn joined(source: &str) -> String {
    let mut joined = String::new();
    for line in source.lines() {
        let line = line.trim_start();
        if let Some(first) = line.strip_suffix('\\') {
            joined.push_str(first);
        } else {
            joined.push_str(line);
            joined.push('\n');
        }
    }
    joined
}

#[test]
fn every_message_of_the_document_is_in_the_code_that_says_it() {
    let code = ["sdk", "exporter", "instrumentation"].map(sources::below).concat();
    let code: Vec<_> = code.iter().map(|source| joined(source)).collect();
    let document = fs::read_to_string(sources::root().join("docs/troubleshooting.md")).unwrap();
    let rows = document.lines().filter(|line| line.starts_with("| ") && !line.contains("| ---"));
    let quotes = rows.flat_map(|row| row.split('`').skip(1).step_by(2));
    // Messages are lines of several words, and names have none between them.
    let is_message = |quote: &&str| quote.split(' ').count() > 2 && !quote.starts_with("-- ");
    let mut seen = 0;
    for message in quotes.filter(is_message) {
        // The name of whoever records through it is put in later.
        let told = message.strip_prefix("what axum-otel-metrics ").unwrap_or(message);
        assert!(code.iter().any(|source| source.contains(told)), "no code says `{message}`");
        seen += 1;
    }
    assert!(seen >= 10, "{seen} messages");
}
