//! Counts by hand what a bare connection was answered.

use std::collections::BTreeMap;

use redis::{RedisResult, Value};

use super::act::Words;

/// The counts that a measured connection must have of the same.
#[derive(Debug, Default, PartialEq)]
pub(crate) struct Expected {
    pub(crate) operations: BTreeMap<String, u64>,
    pub(crate) caches: BTreeMap<String, u64>,
}

impl Expected {
    /// One command was answered so.
    pub(crate) fn command(&mut self, words: &Words, answer: &RedisResult<Value>) {
        let error = answer.as_ref().map_or_else(
            |error| Some(error.code().unwrap_or_else(|| panic!("{error:?}")).to_owned()),
            first_error,
        );
        self.operation(&name(words), error.as_deref());
        self.entries(words, answer.as_ref().ok());
    }

    /// Several were, one value for each.
    pub(crate) fn pipeline(&mut self, all: &[Words], answer: &RedisResult<Vec<Value>>) {
        let values = answer.as_ref().unwrap_or_else(|error| panic!("{all:?}: {error:?}"));
        assert_eq!(values.len(), all.len());
        self.operation(&names("PIPELINE", all), first_of(values).as_deref());
        for (words, value) in all.iter().zip(values) {
            self.entries(words, Some(value));
        }
    }

    /// Several were at once, or none.
    pub(crate) fn transaction(&mut self, all: &[Words], answer: &RedisResult<Vec<Value>>) {
        let name = names("MULTI", all);
        match answer.as_ref().map(Vec::as_slice) {
            Ok([Value::Array(values)]) => {
                assert_eq!(values.len(), all.len());
                self.operation(&name, first_of(values).as_deref());
                for (words, value) in all.iter().zip(values) {
                    self.entries(words, Some(value));
                }
                return;
            }
            Ok([Value::Nil]) => self.operation(&name, None),
            Ok(others) => panic!("not an answer to EXEC: {others:?}"),
            Err(error) => {
                let errors = error.clone().into_server_errors().expect("the server answers");
                self.operation(&name, Some(errors[0].1.code()));
            }
        }
        for words in all {
            self.entries(words, None);
        }
    }

    fn operation(&mut self, name: &str, error: Option<&str>) {
        let name = match error {
            None => name.to_owned(),
            Some(
                code @ ("ERR" | "WRONGTYPE" | "NOSCRIPT" | "NOGROUP" | "BUSYGROUP" | "EXECABORT"
                | "INVALIDOBJ"),
            ) => {
                format!("{name} -{code}")
            }
            Some("MYAPP") => format!("{name} _OTHER -MYAPP"),
            // A script may say anything.
            Some(_) => format!("{name} -_OTHER"),
        };
        *self.operations.entry(name).or_default() += 1;
    }

    fn entries(&mut self, words: &Words, answer: Option<&Value>) {
        let answer = answer.filter(|value| !matches!(value, Value::ServerError(_)));
        let command = name(words);
        let asked = match &*command {
            "GET" | "GETEX" | "GETDEL" | "HGET" | "HEXISTS" | "HGETALL" => 1,
            "MGET" | "EXISTS" | "TOUCH" => words.len() - 1,
            "HMGET" => words.len() - 2,
            _ => 0,
        };
        let found = answer.map(|answer| match answer {
            _ if asked == 0 => 0,
            Value::Nil => 0,
            Value::BulkString(_) => 1,
            Value::Int(found) => usize::try_from(*found).unwrap(),
            Value::Array(parts) if command == "HGETALL" => usize::from(!parts.is_empty()),
            Value::Map(parts) => usize::from(!parts.is_empty()),
            Value::Array(each) => each.iter().filter(|value| **value != Value::Nil).count(),
            other => panic!("{command} is answered with {other:?}"),
        });
        match found {
            Some(found) => {
                self.count("hit", found);
                self.count("miss", asked - found);
            }
            None => self.count("error", asked),
        }
        if let Some(answer) = answer {
            self.count("write", written(&command, words, answer));
        }
    }

    fn count(&mut self, result: &str, n: usize) {
        if n > 0 {
            *self.caches.entry(format!("redis {result}")).or_default() += n as u64;
        }
    }
}

/// How many entries were written, as far as the answer tells.
fn written(command: &str, words: &Words, answer: &Value) -> usize {
    let number = || match answer {
        Value::Int(number) => usize::try_from(*number).unwrap(),
        other => panic!("{command} is answered with {other:?}"),
    };
    let okay = *answer == Value::Okay;
    let found = *answer != Value::Nil;
    match command {
        "SET" if words.last().unwrap() == b"GET" => usize::from(found),
        "SET" | "SETEX" | "HMSET" => usize::from(okay),
        "GETDEL" => usize::from(found),
        "GETSET" | "APPEND" | "INCR" | "INCRBY" | "INCRBYFLOAT" | "DECR" | "HINCRBY"
        | "HINCRBYFLOAT" => 1,
        "SETRANGE" => usize::from(!words[3].is_empty()),
        "MSET" => 2,
        "MSETNX" => 2 * number(),
        "SETNX" | "DEL" | "UNLINK" | "COPY" | "HSETNX" | "HDEL" => number(),
        "HSET" => (words.len() - 2) / 2,
        _ => 0,
    }
}

/// The name of an operation with one command.
pub(crate) fn name(words: &Words) -> String {
    let upper = |word: &Words| String::from_utf8_lossy(&word[0]).to_uppercase();
    let first = upper(words);
    match &*first {
        "OBJECT" if words[1] == b"NOSUCH" => first,
        "CLIENT" | "CONFIG" | "OBJECT" | "SCRIPT" | "XGROUP" => {
            format!("{first} {}", String::from_utf8_lossy(&words[1]))
        }
        "" | "NOSUCHTHING" => "_OTHER".to_owned(),
        _ => first,
    }
}

fn names(prefix: &str, all: &[Words]) -> String {
    let first = name(&all[0]);
    if all.iter().all(|words| name(words) == first) {
        format!("{prefix} {first}")
    } else {
        prefix.to_owned()
    }
}

/// The first command of several that failed; else the first in the answer of one.
fn first_of(values: &[Value]) -> Option<String> {
    let failed = values.iter().find(|value| matches!(value, Value::ServerError(_)));
    failed
        .or_else(|| values.iter().find(|value| first_error(value).is_some()))
        .and_then(first_error)
}

fn first_error(value: &Value) -> Option<String> {
    match value {
        Value::ServerError(error) => Some(error.code().to_owned()),
        Value::Array(values) | Value::Set(values) => values.iter().find_map(first_error),
        Value::Map(pairs) => {
            pairs.iter().find_map(|(key, value)| first_error(key).or_else(|| first_error(value)))
        }
        _ => None,
    }
}
