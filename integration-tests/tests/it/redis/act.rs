//! Made-up acts of a program with a Redis.

use proptest::{collection::vec, prelude::*, sample::select};

/// A command: its name and its arguments.
pub(crate) type Words = Vec<Vec<u8>>;

/// Something that a program does.
#[derive(Clone, Debug)]
pub(crate) enum Act {
    /// One command.
    Command(Words),
    /// A pipeline of several, atomic or not.
    Pipeline(bool, Vec<Words>),
    /// An atomic pipeline, after a key was watched that somebody else then changed.
    Aborted(Vec<u8>, Vec<Words>),
}

pub(crate) fn act() -> impl Strategy<Value = Act> {
    let command = || command(TEMPLATES);
    prop_oneof![
        8 => command().prop_map(Act::Command),
        2 => (any::<bool>(), vec(command(), 1..5)).prop_map(|(atomic, all)| Act::Pipeline(atomic, all)),
        // Of one name.
        1 => (any::<bool>(), select(TEMPLATES), 1..4_usize).prop_flat_map(|(atomic, template, n)| {
            vec(filled(template), n).prop_map(move |all| Act::Pipeline(atomic, all))
        }),
        1 => (select(KEYS), vec(command(), 1..3)).prop_map(|(key, all)| Act::Aborted(key.to_vec(), all)),
    ]
}

/// One of these commands, whose placeholders are filled.
pub(crate) fn command(templates: &'static [&'static str]) -> impl Strategy<Value = Words> {
    select(templates).prop_flat_map(filled)
}

fn filled(template: &'static str) -> impl Strategy<Value = Words> {
    // Fillers, of which any placeholder takes its own.
    let filler = (select(KEYS), value(), 0..4_u8, -3..30_i8);
    (any::<bool>(), vec(filler, template.split(' ').count())).prop_map(move |(upper, fillers)| {
        let words =
            template.split(' ').zip(fillers).map(
                |(word, (key, value, field, number))| match word {
                    "<key>" => key.to_vec(),
                    "<value>" => value,
                    "<field>" => vec![b'f', field],
                    "<n>" => number.to_string().into_bytes(),
                    "<float>" => format!("{}", f64::from(number) / 4.0).into_bytes(),
                    "<id>" => format!("{}-{field}", number.max(0)).into_bytes(),
                    "\"\"" => Vec::new(),
                    word => word.replace('_', " ").into_bytes(),
                },
            );
        let mut words = words.collect::<Words>();
        if !upper {
            words[0].make_ascii_lowercase();
        }
        words
    })
}

fn value() -> impl Strategy<Value = Vec<u8>> {
    prop_oneof![
        vec(any::<u8>(), 0..40),
        select(TELLING).prop_map(<[u8]>::to_vec),
        (any::<u8>(), 1000..20_000_usize).prop_map(|(byte, length)| vec![byte; length]),
    ]
}

/// Values that a parser may stumble over.
const TELLING: &[&[u8]] = &[b"", b"0", b"-7", b"12.5", b"\r\n", b"*3\r\n$3\r\n", b"+OK\r\n", b"\0"];

const KEYS: &[&[u8]] = &[b"a", b"b", b"", b"\0\xff\r\n", b"session:7", b"\xc3\xbc"];

/// Commands whose answers depend on nothing but what was said before. A `_` in a script is a blank.
///
/// None of their errors quotes what is no text: the client cannot read that, and gives up the
/// connection.
const TEMPLATES: &[&str] = &[
    "GET <key>",
    "GET <key>",
    "GETEX <key> PERSIST",
    "GETDEL <key>",
    "MGET <key> <key> <key>",
    "EXISTS <key> <key>",
    "TOUCH <key> <key>",
    "STRLEN <key>",
    "GETRANGE <key> <n> <n>",
    "SET <key> <value>",
    "SET <key> <value>",
    "SET <key> <value> NX",
    "SET <key> <value> XX GET",
    "SET <key> <n>",
    "SETEX <key> 1000 <value>",
    "SETEX <key> <n> <value>",
    "SETNX <key> <value>",
    "GETSET <key> <value>",
    "MSET <key> <value> <key> <value>",
    "MSETNX <key> <value> <key> <value>",
    "APPEND <key> <value>",
    "SETRANGE <key> 3 <value>",
    "INCR <key>",
    "INCRBY <key> <n>",
    "INCRBYFLOAT <key> <float>",
    "DECR <key>",
    "DEL <key>",
    "DEL <key> <key>",
    "UNLINK <key>",
    "COPY <key> <key>",
    "RENAME <key> <key>",
    "TYPE <key>",
    "TTL a",
    "EXPIREAT <key> 9999999999",
    "EXPIREAT <key> 1",
    "EXPIRETIME <key>",
    "PERSIST <key>",
    "OBJECT ENCODING <key>",
    "OBJECT NOSUCH <key>",
    "KEYS *",
    "DBSIZE",
    "SCAN 0 COUNT 1000",
    "SETBIT <key> <n> 1",
    "GETBIT <key> <n>",
    "BITCOUNT <key>",
    "BITPOS <key> 1",
    "BITFIELD <key> SET u8 0 200 GET i8 0",
    "BITOP NOT <key> <key>",
    "HSET <key> <field> <value> <field> <value>",
    "HSET <key> <field> <value>",
    "HSETNX <key> <field> <value>",
    "HMSET <key> <field> <value>",
    "HGET <key> <field>",
    "HMGET <key> <field> <field>",
    "HGETALL <key>",
    "HEXISTS <key> <field>",
    "HDEL <key> <field> <field>",
    "HINCRBY <key> <field> <n>",
    "HINCRBYFLOAT <key> <field> <float>",
    "HKEYS <key>",
    "HLEN <key>",
    "HSCAN <key> 0",
    "RPUSH <key> <value> <value>",
    "LPUSHX <key> <value>",
    "LPOP <key>",
    "LPOP <key> 2",
    "LRANGE <key> 0 -1",
    "LINDEX <key> <n>",
    "LSET <key> <n> <value>",
    "LINSERT <key> BEFORE <value> <value>",
    "LPOS <key> <value>",
    "LMOVE <key> <key> LEFT RIGHT",
    "BLPOP <key> 0.01",
    "SADD <key> <value> <field>",
    "SREM <key> <field>",
    "SMEMBERS <key>",
    "SISMEMBER <key> <field>",
    "SMISMEMBER <key> <field> <value>",
    "SINTER <key> <key>",
    "SUNIONSTORE <key> <key> <key>",
    "SSCAN <key> 0",
    "ZADD <key> <float> <value> <n> <field>",
    "ZADD <key> INCR <float> <field>",
    "ZADD <key> <value> <field>",
    "ZSCORE <key> <field>",
    "ZMSCORE <key> <field> <field>",
    "ZRANGE <key> 0 -1 WITHSCORES",
    "ZRANK <key> <field>",
    "ZPOPMIN <key>",
    "ZINCRBY <key> inf <field>",
    "ZINCRBY <key> -inf <field>",
    "ZSCAN <key> 0",
    "XADD <key> <id> <field> <value>",
    "XLEN <key>",
    "XRANGE <key> - +",
    "XREAD COUNT 2 STREAMS <key> 0",
    "XGROUP CREATE <key> <field> 0",
    "XREADGROUP GROUP <field> me STREAMS a >",
    "XDEL <key> <id>",
    "PFADD <key> <value>",
    "PFCOUNT <key>",
    "GEOADD <key> 13.5 52.5 <field>",
    "GEOPOS <key> <field>",
    "PING",
    "PING <value>",
    "ECHO <value>",
    "EVAL return_redis.call('get',KEYS[1]) 1 <key>",
    "EVAL return_redis.pcall('incr',KEYS[1]) 1 <key>",
    "EVAL return_{1,{'two',false,{ok='fine'}},3.9} 0",
    "EVAL return_{1,redis.error_reply('-MYAPP_no')} 0",
    "EVAL return_redis.error_reply('-MYAPP_no') 0",
    "EVAL return_redis.error_reply('-a_private_text') 0",
    "EVAL redis.setresp(3)_return_redis.call('hgetall',KEYS[1]) 1 <key>",
    "EVAL return_{double=2.5} 0",
    "EVAL return_{map={a=true}} 0",
    "EVAL return_no_such_thing() 0",
    "EVALSHA ffffffffffffffffffffffffffffffffffffffff 0",
    "SCRIPT LOAD return_1",
    "SCRIPT EXISTS ffffffffffffffffffffffffffffffffffffffff",
    "INCR <key> too many",
    "NOSUCHTHING <n>",
    "LPUSH <key>",
    "\"\"",
];
