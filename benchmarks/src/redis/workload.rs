//! Commands of Redis, and their replies.

use redis::aio::ConnectionLike;
use redis::{Cmd, Pipeline, RedisResult, Value, cmd, pipe};

/// One thing that programs do with Redis.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Workload {
    Get,
    Set,
    Mget,
    Pipeline,
}

/// How many keys a workload of several has.
const MANY: usize = 10;

const BOOK: &[u8] = b"Dune";

impl Workload {
    pub const ALL: [Self; 4] = [Self::Get, Self::Set, Self::Mget, Self::Pipeline];

    /// As in `bench run redis/NAME/PEER`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Get => "get",
            Self::Set => "set",
            Self::Mget => "mget",
            Self::Pipeline => "pipeline",
        }
    }

    pub const fn title(self) -> &'static str {
        match self {
            Self::Get => "`GET`",
            Self::Set => "`SET`",
            Self::Mget => "`MGET` of 10",
            Self::Pipeline => "pipeline of 10 `GET`",
        }
    }

    /// How many commands it is.
    pub const fn commands(self) -> u64 {
        if matches!(self, Self::Pipeline) { MANY as u64 } else { 1 }
    }

    /// How many entries of a cache are found each time; what is written is none.
    pub const fn hits(self) -> u64 {
        match self {
            Self::Get => 1,
            Self::Set => 0,
            Self::Mget | Self::Pipeline => MANY as u64,
        }
    }

    /// The command, or the pipeline, that is sent.
    pub fn request(self) -> Request {
        let keys = (0..MANY).map(|n| format!("book:{n}"));
        match self {
            Self::Get => Request::Command(cmd("GET").arg("book:7").to_owned()),
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
    pub fn answer(self) -> Vec<Value> {
        let book = || Value::BulkString(BOOK.into());
        match self {
            Self::Get => vec![book()],
            Self::Set => vec![Value::Okay],
            Self::Mget => vec![Value::Array(vec![book(); MANY])],
            Self::Pipeline => vec![book(); MANY],
        }
    }
}

pub enum Request {
    Command(Cmd),
    Pipeline(Pipeline),
}

impl Request {
    /// As redis-rs sends it, but for making the value into what the caller wants.
    pub async fn send(&self, connection: &mut impl ConnectionLike) -> RedisResult<()> {
        match self {
            Self::Command(cmd) => connection.req_packed_command(cmd).await.map(drop),
            Self::Pipeline(pipeline) => {
                connection.req_packed_commands(pipeline, 0, pipeline.len()).await.map(drop)
            }
        }
    }
}
