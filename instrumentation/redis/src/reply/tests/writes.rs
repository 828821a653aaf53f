//! Entries that were put in or taken out, as Redis and its JSON answer.

use redis::Value::{Double, Int, Nil, Okay};

use super::{Case, array, bulk, check};

const BOOK: &[(&str, [i64; 4])] = &[("books", [0, 0, 0, 1])];
const TWO_BOOKS: &[(&str, [i64; 4])] = &[("books", [0, 0, 0, 2])];
const BOOK_AND_USER: &[(&str, [i64; 4])] = &[("books", [0, 0, 0, 1]), ("users", [0, 0, 0, 1])];

#[test]
fn set_writes_unless_its_condition_is_not_met() {
    check(&[
        ("SET b:1 Dune", Okay, BOOK),
        ("SET b:1 Dune EX 10 NX", Okay, BOOK),
        ("SET b:1 Dune NX", Nil, &[]),
        ("SET b:1 Dune XX", Nil, &[]),
        ("SET b:1 Dune IFEQ Emma", Nil, &[]),
    ]);
}

#[test]
fn set_with_get_writes_if_what_was_there_meets_the_condition() {
    check(&[
        ("SET b:1 Dune GET", Nil, BOOK),
        ("set b:1 Dune px 1 get", bulk("Emma"), BOOK),
        ("SET b:1 GET", Nil, &[]),
        ("SET b:1 Dune NX GET", Nil, BOOK),
        ("SET b:1 Dune NX GET", bulk("Emma"), &[]),
        ("SET b:1 Dune GET XX", Nil, &[]),
        ("SET b:1 Dune GET XX KEEPTTL", bulk("Emma"), BOOK),
        ("SET b:1 Dune IFEQ Emma GET", Nil, &[]),
        ("SET b:1 Dune IFEQ Emma GET", bulk("Emma"), BOOK),
        ("SET b:1 Dune IFEQ GET GET", bulk("Emma"), &[]),
        ("SET b:1 Dune IFNE Emma GET", Nil, BOOK),
        ("SET b:1 Dune IFNE Emma GET", bulk("Emma"), &[]),
        ("SET b:1 Dune IFNE Emma GET", bulk("Ulysses"), BOOK),
        ("SET b:1 Dune IFDEQ 01 GET", Nil, &[]),
        ("SET b:1 Dune IFDEQ 01 GET", bulk("Emma"), &[]),
        ("SET b:1 Dune IFDNE 01 GET", Nil, BOOK),
        ("SET b:1 Dune IFDNE 01 GET", bulk("Emma"), &[]),
        ("SET b:1 Dune GET UNHEARD-OF", Nil, &[]),
        ("SET b:1 Dune GET EX", Nil, &[]),
    ]);
}

#[test]
fn one_key_is_written() {
    check(&[
        ("SETEX b:1 10 Dune", Okay, BOOK),
        ("PSETEX b:1 10 Dune", Okay, BOOK),
        ("RESTORE b:1 0 dump", Okay, BOOK),
        ("SETNX b:1 Dune", Int(1), BOOK),
        ("SETNX b:1 Dune", Int(0), &[]),
        ("GETSET b:1 Dune", Nil, BOOK),
        ("GETSET b:1 Dune", bulk("Emma"), BOOK),
        ("APPEND b:1 !", Int(5), BOOK),
        ("APPEND b:1 ", Int(0), BOOK),
        ("SETRANGE b:1 2 n", Int(4), BOOK),
        ("SETRANGE b:1 2 ", Int(4), &[]),
        ("INCR b:1", Int(-1), BOOK),
        ("DECRBY b:1 3", Int(0), BOOK),
        ("INCRBYFLOAT b:1 0.5", bulk("1.5"), BOOK),
        ("INCRBYFLOAT b:1 0.5", Double(1.5), BOOK),
        ("INCREX b:1 BYINT 1", array([Int(1), Int(1)]), BOOK),
        ("INCREX b:1 BYINT 1 UBOUND 1", array([Int(1), Int(0)]), &[]),
        ("INCREX b:1 BYFLOAT 1", array([bulk("1"), bulk("0")]), &[]),
        ("INCREX b:1 BYFLOAT 1", array([Double(1.5), Double(1.0)]), BOOK),
    ]);
}

#[test]
fn a_copy_is_written_at_its_target() {
    check(&[
        ("COPY u:1 b:1", Int(1), BOOK),
        ("COPY u:1 b:1 REPLACE", Int(1), BOOK),
        ("COPY u:1 b:1", Int(0), &[]),
        ("COPY u:1 b:1 db 3", Int(1), &[]),
    ]);
}

#[test]
fn each_pair_is_written() {
    check(&[
        ("MSET b:1 Dune b:2 Emma", Okay, TWO_BOOKS),
        ("MSET b:1 u:1 u:1 b:1", Okay, BOOK_AND_USER),
        ("MSETNX b:1 Dune u:1 Paul", Int(1), BOOK_AND_USER),
        ("MSETNX b:1 Dune u:1 Paul", Int(0), &[]),
        ("MSETEX 2 b:1 Dune u:1 Paul EX 10", Int(1), BOOK_AND_USER),
        ("MSETEX 2 b:1 Dune u:1 Paul NX", Int(0), &[]),
        ("MSETEX 3 b:1 Dune u:1 Paul", Int(1), &[]),
        ("JSON.MSET b:1 $ {} u:1 $.name 1", Okay, BOOK_AND_USER),
    ]);
}

#[test]
fn as_many_keys_are_deleted_as_the_reply_says() {
    check(&[
        ("DEL b:1", Int(1), BOOK),
        ("DEL b:1", Int(0), &[]),
        ("UNLINK b:1 b:2 b:2", Int(2), TWO_BOOKS),
        ("DEL b:1 u:1", Int(2), BOOK_AND_USER),
        ("DEL b:1 u:1", Int(1), &[]),
        ("DEL b:1 u:1", Int(0), &[]),
        ("DELEX b:1 IFEQ Dune", Int(1), BOOK),
        ("DELIFEQ b:1 Dune", Int(0), &[]),
    ]);
}

#[test]
fn each_field_of_a_hash_is_written() {
    check(&[
        ("HSET b:1 title Dune year 1965", Int(0), TWO_BOOKS),
        ("HMSET b:1 title Dune year 1965", Okay, TWO_BOOKS),
        ("HSETEX b:1 FNX EX 10 FIELDS 2 a 1 b 2", Int(1), TWO_BOOKS),
        ("HSETEX b:1 FXX FIELDS 2 a 1 b 2", Int(0), &[]),
        ("HSETNX b:1 title Dune", Int(1), BOOK),
        ("HSETNX b:1 title Dune", Int(0), &[]),
        ("HINCRBY b:1 year 1", Int(1966), BOOK),
        ("HINCRBYFLOAT b:1 price .5", bulk("9.5"), BOOK),
        ("HDEL b:1 title year isbn", Int(2), TWO_BOOKS),
        ("HDEL b:1 title", Int(0), &[]),
    ]);
}

#[test]
fn a_document_is_written_once_however_many_of_its_paths_are() {
    check(&[
        ("JSON.SET b:1 $ {}", Okay, BOOK),
        ("JSON.SET b:1 $ {} NX", Nil, &[]),
        ("JSON.MERGE b:1 $ {}", Okay, BOOK),
        ("JSON.DEL b:1 $..author", Int(3), BOOK),
        ("JSON.FORGET b:1", Int(0), &[]),
        ("JSON.CLEAR b:1", Int(1), BOOK),
    ]);
}

#[test]
fn what_does_not_tell_how_many_were_written_is_not_counted() {
    let cases = ["EXPIRE b:1 10", "FLUSHDB", "EVAL b:1 1 b:1", "RENAME b:1 b:2", "LPUSH b:1 b:2"];
    let cases = cases.map(|words| -> Case<'_> { (words, Int(1), &[]) });
    check(&cases);
}
