//! The books that the service keeps.

use sqlx::FromRow;

use super::{Pool, dialect};

#[derive(Clone, Debug, FromRow)]
pub(super) struct Book {
    pub(super) id: i64,
    pub(super) author: i64,
    pub(super) title: String,
    pub(super) pages: Option<i32>,
    pub(super) price: Option<f64>,
    pub(super) rating: Option<f32>,
    pub(super) available: Option<bool>,
    pub(super) cover: Option<Vec<u8>>,
}

impl Book {
    pub(super) fn new(id: i64, title: &str) -> Self {
        let title = title.to_owned();
        Self {
            id,
            author: 1,
            title,
            pages: Some(412),
            price: Some(9.75),
            rating: Some(4.5),
            available: Some(true),
            cover: Some(vec![0, 255]),
        }
    }

    /// One with nothing but a title.
    pub(super) fn bare(id: i64, title: &str) -> Self {
        let book = Self::new(id, title);
        Self { pages: None, price: None, rating: None, available: None, cover: None, ..book }
    }
}

/// How many there are.
pub(super) async fn count(pool: &Pool) -> i64 {
    sqlx::query_scalar("SELECT count(*) FROM books").fetch_one(pool).await.unwrap()
}

pub(super) async fn titles(pool: &Pool) -> Vec<String> {
    sqlx::query_scalar(dialect::TITLES).bind(1_i64).bind(1000_i64).fetch_all(pool).await.unwrap()
}
