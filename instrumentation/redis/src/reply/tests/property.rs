//! Any command with any reply, against the model.

use std::cell::Cell;

use proptest::{collection::vec, prelude::*, sample::select};
use redis::{Cmd, Value};

use super::{
    Observed, annotated, bulk, error,
    model::{asked, told},
    queued,
};

/// `SET` and what changes a number by floats are left to the table: the model does not know them.
const NAMES: &[&str] = &[
    "GET",
    "MGET",
    "EXISTS",
    "DEL",
    "HMGET",
    "HGETEX",
    "HGETDEL",
    "GETEX",
    "GETDEL",
    "HGET",
    "HGETALL",
    "HEXISTS",
    "JSON.GET",
    "JSON.MGET",
    "TOUCH",
    "UNLINK",
    "SETEX",
    "JSON.SET",
    "SETNX",
    "HSETNX",
    "DELEX",
    "INCR",
    "APPEND",
    "GETSET",
    "JSON.DEL",
    "COPY",
    "MSET",
    "MSETNX",
    "JSON.MSET",
    "MSETEX",
    "HSET",
    "HMSET",
    "HSETEX",
    "HDEL",
    "EXPIRE",
    "CLIENT",
    "EVAL",
    "NONSENSE",
];

fn word() -> impl Strategy<Value = Vec<u8>> {
    prop_oneof![
        6 => "(b:|b:s:|u:|x)[0-2]".prop_map(String::into_bytes),
        1 => "[0-4]".prop_map(String::into_bytes),
        1 => select(vec!["FIELDS", "EX", "DB", "$"]).prop_map(|word| word.as_bytes().to_vec()),
        1 => vec(any::<u8>(), 0..4),
    ]
}

fn words() -> impl Strategy<Value = Vec<Vec<u8>>> {
    let listed = (word(), vec(word(), 0..2), 0..4_usize, vec(word(), 0..5)).prop_map(
        |(key, options, number, fields)| {
            let listed = [b"FIELDS".to_vec(), number.to_string().into_bytes()];
            [vec![key], options, listed.to_vec(), fields].concat()
        },
    );
    let arguments = prop_oneof![
        2 => vec(word(), 0..7),
        2 => vec("(b:|b:s:|u:|x)[0-2]".prop_map(String::into_bytes), 1..4),
        1 => listed,
    ];
    (select(NAMES), arguments)
        .prop_map(|(name, arguments)| [vec![name.as_bytes().to_vec()], arguments].concat())
}

fn reply() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        4 => Just(Value::Nil),
        4 => "[a-c]?".prop_map(|text| bulk(&text)),
        3 => (-1..5_i64).prop_map(Value::Int),
        2 => Just(Value::Okay),
        1 => Just(queued()),
        1 => Just(error()),
        1 => any::<i64>().prop_map(Value::Int),
        1 => any::<f64>().prop_map(Value::Double),
        1 => any::<bool>().prop_map(Value::Boolean),
    ];
    leaf.prop_recursive(3, 12, 5, |inner| {
        prop_oneof![
            6 => vec(inner.clone(), 0..5).prop_map(Value::Array),
            1 => vec((inner.clone(), inner.clone()), 0..3).prop_map(Value::Map),
            1 => vec(inner.clone(), 0..3).prop_map(Value::Set),
            1 => inner.prop_map(annotated),
        ]
    })
}

/// A command, and a reply that it mostly can have.
fn exchange() -> impl Strategy<Value = (Vec<Vec<u8>>, Value)> {
    words().prop_flat_map(|words| {
        let entries = asked(&words).len();
        let arguments = i64::try_from(words.len()).unwrap();
        let entry = prop_oneof![3 => Just(Value::Nil), 3 => Just(bulk("")), 1 => reply()];
        let fitting = if entries == 0 {
            prop_oneof![Just(Value::Okay), Just(Value::Int(1)), (0..arguments).prop_map(Value::Int)]
                .boxed()
        } else {
            let one = select(vec![Value::Nil, bulk("")]);
            let each = vec(entry, entries).prop_map(Value::Array);
            prop_oneof![one, each, (0..arguments).prop_map(Value::Int)].boxed()
        };
        let reply = prop_oneof![3 => fitting, 1 => reply()];
        (Just(words), reply)
    })
}

fn command(words: &[Vec<u8>]) -> Cmd {
    let mut cmd = Cmd::new();
    for word in words {
        cmd.arg(word.as_slice());
    }
    cmd
}

#[test]
fn any_reply_tells_what_the_model_says_and_nothing_that_was_not_asked_for() {
    let observed = Observed::new();
    let informative = Cell::new(0_u32);
    proptest!(ProptestConfig::with_cases(4_000), |((words, reply) in exchange())| {
        let counted = observed.answered(&command(&words), &reply);
        prop_assert_eq!(&counted, &told(&words, &reply));
        let results: i64 = counted.values().map(|[hits, misses, errors, _]| hits + misses + errors).sum();
        prop_assert!(results <= i64::try_from(asked(&words).len()).unwrap());
        informative.set(informative.get() + u32::from(!counted.is_empty()));
    });
    // Otherwise two that never count anything would agree.
    assert!(informative.get() > 500, "{informative:?}");
}

#[test]
fn what_is_not_answered_is_as_many_errors_as_entries_were_asked_for() {
    let observed = Observed::new();
    proptest!(|(words in words())| {
        let counted = observed.unanswered(&command(&words));
        prop_assert_eq!(counted, told(&words, &error()));
    });
}
