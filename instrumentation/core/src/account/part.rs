//! The parts of the time of a request, and the kinds of its operations.

/// A part of the time of a request, or of another unit of work.
///
/// At each moment one of them is current, so that they add up to the time that the work took. The first
/// of this list wins: the time during which a query waits for a connection is [`PoolWait`](Self::PoolWait), however many
/// others run meanwhile.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Part {
    /// It waits for a connection of a pool.
    PoolWait,
    /// A database runs a statement of it.
    Sql,
    /// Redis runs a command of it.
    Redis,
    /// It calls another service.
    HttpClient,
    /// It loads what a cache did not have, apart from what is measured of that load.
    CacheLoad,
    /// It is polled, until it has its response's head: code runs.
    Handler,
    /// It is not polled, and waits for nothing of the above, until it has its response's head.
    Waiting,
    /// The body of its response is on its way, from its head to its end.
    Body,
}

impl Part {
    /// Each of them, in order.
    pub const ALL: [Self; 8] = [
        Self::PoolWait,
        Self::Sql,
        Self::Redis,
        Self::HttpClient,
        Self::CacheLoad,
        Self::Handler,
        Self::Waiting,
        Self::Body,
    ];

    /// Its name in the metrics, such as `pool_wait`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::PoolWait => "pool_wait",
            Self::Sql => "sql",
            Self::Redis => "redis",
            Self::HttpClient => "http_client",
            Self::CacheLoad => "cache_load",
            Self::Handler => "handler",
            Self::Waiting => "waiting",
            Self::Body => "body",
        }
    }
}

/// A kind of operations that a request, or another unit of work, asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
pub enum OperationKind {
    /// A statement that a database runs.
    Sql,
    /// A command or a pipeline that Redis runs.
    Redis,
    /// A call of another service.
    HttpClient,
    /// A look-up in a cache.
    Cache,
    /// A method of a repository.
    Repository,
}

impl OperationKind {
    /// Each of them, in order.
    pub const ALL: [Self; 5] =
        [Self::Sql, Self::Redis, Self::HttpClient, Self::Cache, Self::Repository];

    /// Its name in the metrics, such as `sql`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Sql => "sql",
            Self::Redis => "redis",
            Self::HttpClient => "http_client",
            Self::Cache => "cache",
            Self::Repository => "repository",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_is_listed_where_its_number_says() {
        for (number, part) in Part::ALL.into_iter().enumerate() {
            assert_eq!(part as usize, number, "{}", part.name());
        }
        for (number, kind) in OperationKind::ALL.into_iter().enumerate() {
            assert_eq!(kind as usize, number, "{}", kind.name());
        }
    }
}
