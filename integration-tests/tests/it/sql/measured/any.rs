//! Whichever database, through a measured pool.

#[path = "../code/any.rs"]
pub(crate) mod own;

pub(crate) type Pool = kymo::sqlx::MeasuredPool<sqlx::Any>;
pub(crate) type Transaction<'c> = kymo::sqlx::MeasuredTransaction<'c, sqlx::Any>;
