//! The bookshop explains a wrong command line.

use std::{
    fs,
    net::TcpListener,
    process::Output,
    time::{Duration, Instant},
};

use integration_tests::{Bookshop, Process, Signal};

const USAGE: i32 = 2;
const FAILURE: i32 = 1;

#[test]
fn an_address_in_use_is_named_with_a_way_out() {
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    let output = run(&["--listen", &address]);
    complains(&output, FAILURE, &[&address, "in use", "--listen"]);
}

#[test]
fn a_bad_address_is_refused_with_an_example() {
    for bad in ["localhost", "127.0.0.1", "127.0.0.1:99999", "nowhere:80", ""] {
        let output = run(&["--listen", bad]);
        complains(&output, USAGE, &["--listen", "127.0.0.1:8080"]);
    }
    complains(&run(&["--listen", "192.0.2.1:0"]), FAILURE, &["192.0.2.1:0", "--listen"]);
}

#[test]
fn another_kind_of_database_is_refused() {
    let output = run(&["--listen", "127.0.0.1:0", "--database-url", "postgres://localhost/books"]);
    complains(&output, USAGE, &["postgres://localhost/books", "sqlite:FILE"]);
    let output = run(&["--listen", "127.0.0.1:0", "--database-url", "sqlite:books.db?mode=maybe"]);
    complains(&output, USAGE, &["maybe"]);
}

#[test]
fn a_database_that_cannot_be_opened_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let missing = folder.path().join("no/such/folder/books.db").display().to_string();
    let url = format!("sqlite:{missing}");
    let output = run(&["--listen", "127.0.0.1:0", "--database-url", &url]);
    complains(&output, FAILURE, &[&missing, "folder", "--database-url"]);

    let junk = folder.path().join("junk.db");
    fs::write(&junk, "this is no database, however long one looks at it").unwrap();
    let url = format!("sqlite:{}", junk.display());
    let output = run(&["--listen", "127.0.0.1:0", "--database-url", &url]);
    complains(&output, FAILURE, &["junk.db", "not a database"]);
}

#[test]
fn what_is_no_redis_is_refused_with_an_example() {
    for (bad, word) in [
        ("localhost", "redis://HOST:PORT"),
        ("http://localhost/", "redis://HOST:PORT"),
        ("redis://localhost/books", "number"),
        ("rediss://localhost/", "TLS"),
        ("", "redis://HOST:PORT"),
    ] {
        let output = run(&["--listen", "127.0.0.1:0", "--redis-url", bad]);
        complains(&output, USAGE, &["--redis-url", word]);
    }
}

#[test]
fn an_unknown_flag_leads_to_the_help() {
    let output = run(&["--port", "80"]);
    complains(&output, USAGE, &["--port", "--help"]);
    let help = run(&["--help"]);
    assert!(help.status.success());
    let text = String::from_utf8(help.stdout).unwrap();
    for flag in ["--listen", "--database-url", "--redis-url"] {
        assert!(text.contains(flag), "{text}");
    }
}

#[test]
fn a_setting_that_makes_no_sense_is_ignored_with_a_warning() {
    let mut command = Bookshop::command();
    command
        .args(["--listen", "127.0.0.1:0"])
        .env("OTEL_INSTRUMENTATION_HTTP_KNOWN_METHODS", "GET,PO ST");
    let mut shop = Process::start(&mut command);
    let limit = Duration::from_secs(20);
    let warning = shop.wait_for_line(limit, |line| {
        line.contains("OTEL_INSTRUMENTATION_HTTP_KNOWN_METHODS").then(|| line.to_owned())
    });
    assert!(warning.contains("WARN") && warning.contains("PO ST"), "{warning}");
    shop.wait_for_line(limit, |line| line.strip_prefix("listening on ").map(drop));
    shop.signal(Signal::Terminate);
    assert!(shop.wait(limit).success());
}

fn run(arguments: &[&str]) -> Output {
    // It may have to be built first.
    let mut command = Bookshop::command();
    let start = Instant::now();
    let output = command.args(arguments).output().unwrap();
    assert!(start.elapsed() < Duration::from_secs(20), "a mistake is told at once");
    output
}

#[track_caller]
fn complains(output: &Output, code: i32, words: &[&str]) {
    let complaint = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(code), "{complaint}");
    assert!(output.stdout.is_empty(), "standard output is for what works");
    for word in words {
        assert!(complaint.contains(word), "no {word:?} in: {complaint}");
    }
}
