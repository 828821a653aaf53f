//! The boards there are.

mod caches;
mod http;
mod itself;
mod overview;
mod process;
mod repositories;
mod sql;

pub(crate) use self::process::busy;
use crate::Board;

/// All boards, the overview first.
pub fn boards() -> Vec<Board> {
    vec![
        overview::board(),
        http::board(),
        sql::board(),
        caches::board(),
        repositories::board(),
        process::board(),
        itself::board(),
    ]
}
