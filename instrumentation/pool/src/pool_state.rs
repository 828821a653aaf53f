//! The levels of a pool at one moment.

/// How many connections a pool has, and what else it tells of itself.
///
/// A pool tells its size and how many of that are idle. What it does not tell is left out, and is absent
/// from the metrics then. A number that does not fit is the nearest one that does, and no pool has more
/// idle connections than connections.
///
/// ```
/// use kymo_pool::PoolState;
///
/// fn state(pool: &deadpool::managed::Pool<impl deadpool::managed::Manager>) -> PoolState {
///     let status = pool.status();
///     PoolState::new(status.size, status.available).max(status.max_size).waiting(status.waiting)
/// }
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PoolState {
    pub(crate) idle: i64,
    pub(crate) used: i64,
    pub(crate) max: Option<i64>,
    pub(crate) waiting: Option<i64>,
    pub(crate) idle_max: Option<i64>,
    pub(crate) idle_min: Option<i64>,
}

impl PoolState {
    /// A pool of `size` connections, of which `idle` are in nobody's hands.
    pub fn new(size: impl TryInto<i64>, idle: impl TryInto<i64>) -> Self {
        let size = level(size);
        // The two are not read at one moment.
        let idle = level(idle).min(size);
        let used = size - idle;
        Self { idle, used, max: None, waiting: None, idle_max: None, idle_min: None }
    }

    /// How many connections it opens at most: `db.client.connection.max`.
    pub fn max(self, max: impl TryInto<i64>) -> Self {
        Self { max: Some(level(max)), ..self }
    }

    /// How many requests for a connection wait: `db.client.connection.pending_requests`.
    pub fn waiting(self, waiting: impl TryInto<i64>) -> Self {
        Self { waiting: Some(level(waiting)), ..self }
    }

    /// How many idle connections it keeps at most: `db.client.connection.idle.max`.
    pub fn idle_max(self, max: impl TryInto<i64>) -> Self {
        Self { idle_max: Some(level(max)), ..self }
    }

    /// How many idle connections it tries to have at least: `db.client.connection.idle.min`.
    pub fn idle_min(self, min: impl TryInto<i64>) -> Self {
        Self { idle_min: Some(level(min)), ..self }
    }

    /// The levels of two pools of one name; those are absent that one of them does not tell.
    pub(crate) fn and(self, other: Self) -> Self {
        let add = i64::saturating_add;
        let both = |one: Option<i64>, other: Option<i64>| Some(add(one?, other?));
        Self {
            idle: add(self.idle, other.idle),
            used: add(self.used, other.used),
            max: both(self.max, other.max),
            waiting: both(self.waiting, other.waiting),
            idle_max: both(self.idle_max, other.idle_max),
            idle_min: both(self.idle_min, other.idle_min),
        }
    }
}

fn level(number: impl TryInto<i64>) -> i64 {
    number.try_into().map_or(i64::MAX, |number| number.max(0))
}
