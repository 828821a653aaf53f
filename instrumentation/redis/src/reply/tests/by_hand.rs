//! Commands without an answer, and commands that are written by hand.

use redis::Value::{self, Int, Nil, Okay};

use super::{Observed, array, bulk, check, command, error, observed::Told, queued};

#[test]
fn what_failed_is_an_error_for_each_entry_that_was_asked_for() {
    check(&[
        ("GET b:1", error(), &[("books", [0, 0, 1, 0])]),
        ("GETDEL b:1", error(), &[("books", [0, 0, 1, 0])]),
        ("MGET b:1 u:1 b:2", error(), &[("books", [0, 0, 2, 0]), ("users", [0, 0, 1, 0])]),
        ("JSON.MGET b:1 u:1 $", error(), &[("books", [0, 0, 1, 0]), ("users", [0, 0, 1, 0])]),
        ("EXISTS b:1 b:2", error(), &[("books", [0, 0, 2, 0])]),
        ("HMGET u:1 a b", error(), &[("users", [0, 0, 2, 0])]),
        ("HGETDEL u:1 FIELDS 2 a b", error(), &[("users", [0, 0, 2, 0])]),
        ("HGETALL u:1", error(), &[("users", [0, 0, 1, 0])]),
        ("SET b:1 Dune", error(), &[]),
        ("DEL b:1", error(), &[]),
    ]);
}

#[test]
fn what_nobody_waited_for_is_as_what_failed() {
    let observed = Observed::new();
    let told = |words| observed.unanswered(&command(words));
    let books = |errors| Told::from([("books".to_owned(), [0, 0, errors, 0])]);
    assert_eq!(told("GET b:1"), books(1));
    assert_eq!(told("MGET b:1 b:2"), books(2));
    assert_eq!(told("HGETEX b:1 PERSIST FIELDS 2 a b"), books(2));
    assert_eq!(told("SET b:1 Dune"), Told::new());
    assert_eq!(told("PING"), Told::new());
}

#[test]
fn what_is_not_written_as_the_server_asks_for_names_no_entry() {
    check(&[
        ("GET", error(), &[]),
        ("MGET", error(), &[]),
        ("HMGET u:1", error(), &[]),
        ("JSON.MGET b:1", error(), &[]),
        ("HGETEX u:1 a b", error(), &[]),
        ("HGETEX u:1 FIELDS", error(), &[]),
        ("HGETEX u:1 FIELDS 3 a b", error(), &[]),
        ("HGETEX u:1 FIELDS -1 a b", error(), &[]),
        ("HGETEX u:1 FIELDS 18446744073709551615 a", error(), &[]),
        ("MSETEX 9223372036854775807 b:1 Dune", Int(1), &[]),
        ("SET", Okay, &[]),
    ]);
}

#[test]
fn what_is_queued_for_a_transaction_is_not_counted() {
    let commands =
        ["GET b:1", "MGET b:1 b:2", "EXISTS b:1", "HGETALL u:1", "SET b:1 x GET", "INCR b:1"];
    check(&commands.map(|words| (words, queued(), &[][..])));
}

#[test]
fn a_reply_that_the_command_cannot_have_is_not_counted() {
    check(&[
        ("GET b:1", Int(1), &[]),
        ("GET b:1", Okay, &[]),
        ("GET b:1", array([Nil]), &[]),
        ("MGET b:1 b:2", array([Nil]), &[]),
        ("MGET b:1", array([Nil, Nil]), &[]),
        ("MGET b:1 b:2", array([Int(1), bulk("")]), &[("books", [1, 0, 0, 0])]),
        ("MGET b:1", Nil, &[]),
        ("EXISTS b:1", Int(2), &[]),
        ("EXISTS b:1", Int(-1), &[]),
        ("HGETALL u:1", Nil, &[]),
        ("DEL b:1", Int(i64::MIN), &[]),
        ("SET b:1 Dune", Int(1), &[]),
        ("SETNX b:1 Dune", Okay, &[]),
        ("INCREX b:1", array([Int(1)]), &[]),
        ("HGETDEL u:1 FIELDS 1 a", Value::Set(vec![Nil]), &[]),
    ]);
}

#[test]
fn a_command_without_a_reply_is_not_counted() {
    let observed = Observed::new();
    for words in ["GET b:1", "SET b:1 Dune GET"] {
        let mut cmd = command(words);
        cmd.set_no_response(true);
        assert_eq!(observed.answered(&cmd, &Nil), Told::new());
        assert_eq!(observed.unanswered(&cmd), Told::new());
    }
}

#[test]
fn keys_of_no_cache_are_not_counted() {
    let observed = Observed::with(None);
    let told = |words, reply: Value| observed.answered(&command(words), &reply);
    let books = |counts| Told::from([("books".to_owned(), counts)]);
    assert_eq!(told("GET x", Nil), Told::new());
    assert_eq!(told("MGET x b:1 y", array([Nil, Nil, Nil])), books([0, 1, 0, 0]));
    assert_eq!(told("EXISTS x b:1", Int(2)), books([1, 0, 0, 0]));
    assert_eq!(told("EXISTS x b:1", Int(1)), Told::new());
    assert_eq!(told("EXISTS x y", Int(1)), Told::new());
}

#[test]
fn prefixes_of_one_cache_are_one_cache() {
    let observed = Observed::with(Some("users"));
    let told = observed.answered(&command("EXISTS u:1 x u:2"), &Int(1));
    assert_eq!(told, Told::from([("users".to_owned(), [1, 2, 0, 0])]));
}
