//! The counts for commands and replies of all kinds, by caches that are found by prefix.

mod by_hand;
mod model;
mod observed;
mod property;
mod reads;
mod writes;

use redis::{Cmd, Value};

use self::observed::Observed;

/// A command, where one space is between two arguments; its reply; and what each cache is told:
/// hits, misses, errors and writes.
type Case<'a> = (&'a str, Value, &'a [(&'a str, [i64; 4])]);

#[track_caller]
fn check(cases: &[Case<'_>]) {
    let observed = Observed::new();
    for (words, reply, expected) in cases {
        let told = observed.answered(&command(words), reply);
        let expected = expected.iter().map(|(cache, counts)| ((*cache).to_owned(), *counts));
        assert_eq!(told, expected.collect(), "{words} → {reply:?}");
    }
}

fn command(words: &str) -> Cmd {
    let mut cmd = Cmd::new();
    for word in words.split(' ') {
        cmd.arg(word);
    }
    cmd
}

fn bulk(text: &str) -> Value {
    Value::BulkString(text.as_bytes().to_vec())
}

fn array<const N: usize>(replies: [Value; N]) -> Value {
    Value::Array(replies.into())
}

fn error() -> Value {
    redis::parse_redis_value(b"-WRONGTYPE Operation against a key\r\n").unwrap()
}

fn queued() -> Value {
    Value::SimpleString("QUEUED".to_owned())
}

fn annotated(data: Value) -> Value {
    let attributes = vec![(bulk("key-popularity"), Value::Int(7))];
    Value::Attribute { data: Box::new(data), attributes }
}
