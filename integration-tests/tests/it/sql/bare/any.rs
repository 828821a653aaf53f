//! Whichever database, through a pool of sqlx.

#[path = "../code/any.rs"]
pub(crate) mod own;

pub(crate) type Pool = sqlx::AnyPool;
pub(crate) type Transaction<'c> = sqlx::Transaction<'c, sqlx::Any>;
