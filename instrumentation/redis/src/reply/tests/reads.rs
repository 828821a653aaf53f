//! Hits and misses, as Redis and its JSON answer.

use redis::Value::{self, Int, Nil};

use super::{annotated, array, bulk, check, error};

#[test]
fn nil_is_a_miss_of_what_is_one_entry() {
    check(&[
        ("GET b:1", bulk("Dune"), &[("books", [1, 0, 0, 0])]),
        ("GET b:1", bulk(""), &[("books", [1, 0, 0, 0])]),
        ("get b:1", Nil, &[("books", [0, 1, 0, 0])]),
        ("GET b:s:1", Nil, &[("series", [0, 1, 0, 0])]),
        ("GET x", Nil, &[("redis", [0, 1, 0, 0])]),
        ("GET ", Nil, &[("redis", [0, 1, 0, 0])]),
        ("GETEX u:1 EX 10", bulk("7"), &[("users", [1, 0, 0, 0])]),
        ("HGET u:1 name", Nil, &[("users", [0, 1, 0, 0])]),
        ("HGET u:1 b:1", bulk("x"), &[("users", [1, 0, 0, 0])]),
        ("JSON.GET b:1 $", bulk("[{}]"), &[("books", [1, 0, 0, 0])]),
        ("JSON.GET b:1", Nil, &[("books", [0, 1, 0, 0])]),
    ]);
}

#[test]
fn each_key_of_several_is_asked_for() {
    let three = array([bulk("1"), Nil, bulk("3")]);
    check(&[
        ("MGET b:1 b:2 b:3", three.clone(), &[("books", [2, 1, 0, 0])]),
        ("MGET b:1 u:1 b:1", three.clone(), &[("books", [2, 0, 0, 0]), ("users", [0, 1, 0, 0])]),
        ("MGET b:1", array([Nil]), &[("books", [0, 1, 0, 0])]),
        (
            "MGET b:1 u:1",
            array([error(), Nil]),
            &[("books", [0, 0, 1, 0]), ("users", [0, 1, 0, 0])],
        ),
        (
            "JSON.MGET b:1 b:2 u:1 $.title",
            three,
            &[("books", [1, 1, 0, 0]), ("users", [1, 0, 0, 0])],
        ),
        ("JSON.MGET b:1 $", array([Nil]), &[("books", [0, 1, 0, 0])]),
    ]);
}

#[test]
fn each_field_of_a_hash_is_asked_for() {
    let three = array([bulk("1"), Nil, bulk("3")]);
    check(&[
        ("HMGET u:1 a b:1 c", three.clone(), &[("users", [2, 1, 0, 0])]),
        ("HGETEX u:1 EX 60 FIELDS 3 a b c", three.clone(), &[("users", [2, 1, 0, 0])]),
        ("HGETEX u:1 fields 1 FIELDS", array([Nil]), &[("users", [0, 1, 0, 0])]),
        ("HGETDEL u:1 FIELDS 3 a b c", three, &[("users", [2, 1, 0, 2])]),
    ]);
}

#[test]
fn what_is_read_and_deleted_is_written_as_well() {
    check(&[
        ("GETDEL b:1", bulk("Dune"), &[("books", [1, 0, 0, 1])]),
        ("GETDEL b:1", Nil, &[("books", [0, 1, 0, 0])]),
    ]);
}

#[test]
fn a_hash_without_fields_is_not_there() {
    check(&[
        ("HGETALL u:1", array([]), &[("users", [0, 1, 0, 0])]),
        ("HGETALL u:1", Value::Map(vec![]), &[("users", [0, 1, 0, 0])]),
        ("HGETALL u:1", array([bulk("name"), bulk("Paul")]), &[("users", [1, 0, 0, 0])]),
        ("HGETALL u:1", Value::Map(vec![(bulk("a"), bulk("b"))]), &[("users", [1, 0, 0, 0])]),
    ]);
}

#[test]
fn a_number_tells_how_many_were_there() {
    check(&[
        ("EXISTS b:1", Int(1), &[("books", [1, 0, 0, 0])]),
        ("EXISTS b:1", Int(0), &[("books", [0, 1, 0, 0])]),
        ("EXISTS b:1 b:2 b:2", Int(2), &[("books", [2, 1, 0, 0])]),
        ("TOUCH b:1 b:2", Int(1), &[("books", [1, 1, 0, 0])]),
        ("HEXISTS u:1 name", Int(1), &[("users", [1, 0, 0, 0])]),
        ("HEXISTS u:1 name", Int(0), &[("users", [0, 1, 0, 0])]),
    ]);
}

#[test]
fn a_number_of_keys_of_several_caches_tells_only_if_it_is_none_or_all() {
    let all = [("books", [2, 0, 0, 0]), ("users", [1, 0, 0, 0])];
    let none = [("books", [0, 2, 0, 0]), ("users", [0, 1, 0, 0])];
    check(&[
        ("EXISTS b:1 u:1 b:2", Int(3), &all),
        ("EXISTS b:1 u:1 b:2", Int(0), &none),
        ("EXISTS b:1 u:1 b:2", Int(1), &[]),
        ("TOUCH b:1 u:1 b:2", Int(2), &[]),
    ]);
}

#[test]
fn replies_may_be_annotated() {
    check(&[
        ("GET b:1", annotated(annotated(Nil)), &[("books", [0, 1, 0, 0])]),
        ("MGET b:1 b:2", annotated(array([annotated(Nil), bulk("")])), &[("books", [1, 1, 0, 0])]),
        ("GET b:1", annotated(error()), &[("books", [0, 0, 1, 0])]),
    ]);
}
