//! The same rules, written down command by command.

use redis::Value;

use super::observed::Told;

/// Hits, misses, errors and writes of a key.
type Counts = [i64; 4];

const HIT: Counts = [1, 0, 0, 0];
const MISS: Counts = [0, 1, 0, 0];
const ERROR: Counts = [0, 0, 1, 0];
const WRITE: Counts = [0, 0, 0, 1];

/// The counts that the caches are told of a command of these words and its reply.
pub(super) fn told(words: &[Vec<u8>], reply: &Value) -> Told {
    let reply = data(reply);
    let asked = asked(words);
    let counts: Vec<(Vec<u8>, Counts)> = match reply {
        Value::ServerError(_) => asked.into_iter().map(|key| (key, ERROR)).collect(),
        _ if asked.is_empty() => wrote(words, reply),
        _ => answered(words, asked, reply),
    };
    let mut told = Told::new();
    for (key, counts) in counts {
        let sums = told.entry(cache(&key).to_owned()).or_default();
        (0..4).for_each(|of| sums[of] += counts[of]);
    }
    told.retain(|_, counts| *counts != [0; 4]);
    told
}

/// The key of each entry that is asked for.
pub(super) fn asked(words: &[Vec<u8>]) -> Vec<Vec<u8>> {
    let keys = words.get(1..).unwrap_or_default();
    let Some((key, fields)) = keys.split_first() else { return Vec::new() };
    match &*name(words) {
        "GET" | "GETEX" | "GETDEL" | "HGET" | "HGETALL" | "HEXISTS" | "JSON.GET" => {
            vec![key.clone()]
        }
        "MGET" | "EXISTS" | "TOUCH" => keys.to_vec(),
        "JSON.MGET" => keys[..keys.len() - 1].to_vec(),
        "HMGET" => vec![key.clone(); fields.len()],
        "HGETEX" | "HGETDEL" => vec![key.clone(); listed(fields, 1).unwrap_or(0)],
        _ => Vec::new(),
    }
}

fn answered(words: &[Vec<u8>], asked: Vec<Vec<u8>>, reply: &Value) -> Vec<(Vec<u8>, Counts)> {
    let takes = matches!(&*name(words), "GETDEL" | "HGETDEL");
    let each = |(key, reply): (Vec<u8>, &Value)| match data(reply) {
        Value::BulkString(_) if takes => Some((key, [1, 0, 0, 1])),
        Value::BulkString(_) => Some((key, HIT)),
        Value::Nil => Some((key, MISS)),
        Value::ServerError(_) => Some((key, ERROR)),
        _ => None,
    };
    match (&*name(words), reply) {
        ("HGETALL", Value::Array(a)) => numbered(asked, i64::from(!a.is_empty()), HIT, MISS),
        ("HGETALL", Value::Map(m)) => numbered(asked, i64::from(!m.is_empty()), HIT, MISS),
        ("EXISTS" | "TOUCH" | "HEXISTS", Value::Int(n)) => numbered(asked, *n, HIT, MISS),
        ("MGET" | "JSON.MGET" | "HMGET" | "HGETEX" | "HGETDEL", Value::Array(replies)) => {
            let all = replies.len() == asked.len();
            asked.into_iter().zip(replies).filter(|_| all).filter_map(each).collect()
        }
        ("GET" | "GETEX" | "GETDEL" | "HGET" | "JSON.GET", _) => {
            asked.into_iter().map(|key| (key, reply)).filter_map(each).collect()
        }
        _ => Vec::new(),
    }
}

fn wrote(words: &[Vec<u8>], reply: &Value) -> Vec<(Vec<u8>, Counts)> {
    let keys = words.get(1..).unwrap_or_default();
    let Some((key, rest)) = keys.split_first() else { return Vec::new() };
    let okay = *reply == Value::Okay;
    let one = *reply == Value::Int(1);
    let pairs = |of: &[Vec<u8>], n| of.chunks_exact(n).map(|c| c[0].clone()).collect::<Vec<_>>();
    let fields = |n: Option<usize>| vec![key.clone(); n.unwrap_or(0)];
    let written: Vec<Vec<u8>> = match (&*name(words), reply) {
        ("SETEX" | "PSETEX" | "JSON.SET", _) if okay => vec![key.clone()],
        ("SETNX" | "HSETNX" | "DELEX", _) if one => vec![key.clone()],
        ("INCR" | "APPEND", Value::Int(_) | Value::Double(_) | Value::BulkString(_))
        | ("GETSET", Value::Nil | Value::BulkString(_))
        | ("JSON.DEL", Value::Int(1..)) => vec![key.clone()],
        ("COPY", _) if one => match rest {
            [target, options @ ..] if !options.iter().any(|o| o == b"DB") => vec![target.clone()],
            _ => Vec::new(),
        },
        ("MSET", _) if okay => pairs(keys, 2),
        ("MSETNX", _) if one => pairs(keys, 2),
        ("JSON.MSET", _) if okay => pairs(keys, 3),
        ("MSETEX", _) if one => match count(key) {
            Some(n) if n <= rest.len() / 2 => pairs(&rest[..2 * n], 2),
            _ => Vec::new(),
        },
        ("HSET", Value::Int(_) | Value::Double(_) | Value::BulkString(_)) => {
            fields(Some(rest.len() / 2))
        }
        ("HMSET", _) if okay => fields(Some(rest.len() / 2)),
        ("HSETEX", _) if one => fields(listed(rest, 2)),
        ("DEL" | "UNLINK", Value::Int(n)) => return numbered(keys.to_vec(), *n, WRITE, [0; 4]),
        ("HDEL", Value::Int(n)) => return numbered(fields(Some(rest.len())), *n, WRITE, [0; 4]),
        _ => Vec::new(),
    };
    written.into_iter().map(|key| (key, WRITE)).collect()
}

/// The first `number` of `keys` are `of`, the others `else`, if it is known whose they are.
fn numbered(keys: Vec<Vec<u8>>, number: i64, of: Counts, others: Counts) -> Vec<(Vec<u8>, Counts)> {
    let all = i64::try_from(keys.len()).unwrap();
    let mixed = keys.windows(2).any(|pair| cache(&pair[0]) != cache(&pair[1]));
    if !(0..=all).contains(&number) || mixed && number != 0 && number != all {
        return Vec::new();
    }
    let counts = (0..).map(|at| if at < number { of } else { others });
    keys.into_iter().zip(counts).collect()
}

/// How many fields are listed, with so many words each.
fn listed(words: &[Vec<u8>], each: usize) -> Option<usize> {
    let at = words.iter().position(|word| word == b"FIELDS")?;
    let number = count(words.get(at + 1)?)?;
    (number <= (words.len() - at - 2) / each).then_some(number)
}

fn count(word: &[u8]) -> Option<usize> {
    String::from_utf8(word.to_vec()).ok()?.parse().ok()
}

fn name(words: &[Vec<u8>]) -> String {
    String::from_utf8_lossy(words.first().map_or(&[][..], |word| word)).into_owned()
}

fn data(reply: &Value) -> &Value {
    if let Value::Attribute { data: inner, .. } = reply { data(inner) } else { reply }
}

fn cache(key: &[u8]) -> &'static str {
    match key {
        [b'b', b':', b's', b':', ..] => "series",
        [b'b', b':', ..] => "books",
        [b'u', b':', ..] => "users",
        _ => "redis",
    }
}
