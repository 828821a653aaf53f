//! Commands of Redis, and their replies.

use redis::aio::ConnectionLike;
use redis::{Cmd, Pipeline, RedisResult, Value, cmd, pipe};

/// One thing that programs do with Redis.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Workload {
    /// One entry, by its key.
    Get,
    /// The same, where so many prefixes of keys are caches of their own.
    Prefixes(usize),
    /// One entry is written.
    Set,
    /// Ten entries, by one command.
    Mget,
    /// Ten entries, by ten commands.
    Pipeline,
}

/// How many keys a workload of several has.
const MANY: usize = 10;

const BOOK: &[u8] = b"Dune";

impl Workload {
    /// All of them.
    pub const ALL: [Self; 6] = [
        Self::Get,
        Self::Prefixes(100),
        Self::Prefixes(1_000),
        Self::Set,
        Self::Mget,
        Self::Pipeline,
    ];

    /// The one that is called so.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|workload| workload.name() == name)
    }

    /// As in `run redis/NAME/PEER`.
    pub fn name(self) -> String {
        match self {
            Self::Get => "get".to_owned(),
            Self::Prefixes(prefixes) => format!("get-{prefixes}"),
            Self::Set => "set".to_owned(),
            Self::Mget => "mget".to_owned(),
            Self::Pipeline => "pipeline".to_owned(),
        }
    }

    /// Its name in the table.
    pub fn title(self) -> String {
        match self {
            Self::Get => "`GET`".to_owned(),
            Self::Prefixes(prefixes) => format!("`GET`, {prefixes} caches by prefix"),
            Self::Set => "`SET`".to_owned(),
            Self::Mget => "`MGET` of 10".to_owned(),
            Self::Pipeline => "pipeline of 10 `GET`".to_owned(),
        }
    }

    /// The starts of keys that are caches of their own; one of them is that of the key.
    pub(super) fn prefixes(self) -> impl Iterator<Item = String> {
        let prefixes = if let Self::Prefixes(prefixes) = self { prefixes } else { 0 };
        let others = (1..prefixes).map(|n| format!("shelf-{n:04}:"));
        others.chain((prefixes > 0).then(|| "book:".to_owned()))
    }

    /// How many commands it is.
    pub const fn commands(self) -> u64 {
        if matches!(self, Self::Pipeline) { MANY as u64 } else { 1 }
    }

    /// How many entries of a cache are found each time; what is written is none.
    pub const fn hits(self) -> u64 {
        match self {
            Self::Get | Self::Prefixes(_) => 1,
            Self::Set => 0,
            Self::Mget | Self::Pipeline => MANY as u64,
        }
    }

    /// The command, or the pipeline, that is sent.
    pub fn request(self) -> Request {
        let keys = (0..MANY).map(|n| format!("book:{n}"));
        match self {
            Self::Get | Self::Prefixes(_) => Request::Command(cmd("GET").arg("book:7").to_owned()),
            Self::Set => Request::Command(cmd("SET").arg("book:7").arg(BOOK).to_owned()),
            Self::Mget => Request::Command(cmd("MGET").arg(keys.collect::<Vec<_>>()).to_owned()),
            Self::Pipeline => {
                let mut pipeline = pipe();
                for key in keys {
                    pipeline.cmd("GET").arg(key);
                }
                Request::Pipeline(pipeline)
            }
        }
    }

    /// The reply of a server that has every book: one value, or one for each command.
    pub(super) fn answer(self) -> Vec<Value> {
        let book = || Value::BulkString(BOOK.into());
        match self {
            Self::Get | Self::Prefixes(_) => vec![book()],
            Self::Set => vec![Value::Okay],
            Self::Mget => vec![Value::Array(vec![book(); MANY])],
            Self::Pipeline => vec![book(); MANY],
        }
    }
}

/// What is sent.
pub enum Request {
    /// One command.
    Command(Cmd),
    /// Several of them.
    Pipeline(Pipeline),
}

impl Request {
    /// As redis-rs sends it, but for making the value into what the caller wants.
    ///
    /// # Errors
    ///
    /// Those of the connection.
    pub async fn send(&self, connection: &mut impl ConnectionLike) -> RedisResult<()> {
        match self {
            Self::Command(cmd) => connection.req_packed_command(cmd).await.map(drop),
            Self::Pipeline(pipeline) => {
                connection.req_packed_commands(pipeline, 0, pipeline.len()).await.map(drop)
            }
        }
    }
}
