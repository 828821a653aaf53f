//! The orders, in the database.

use kymo::{
    Telemetry,
    repository::{ChangeSet, Entity, ErrorTypes, Repository},
    sqlx::MeasuredPool,
};
use sqlx::Sqlite;

use crate::orders::{Order, Refusal};

/// All that is asked of the orders. Clones share one pool.
#[derive(Clone, Debug)]
pub(crate) struct Orders {
    pool: MeasuredPool<Sqlite>,
    repository: Repository,
    order: Entity,
    book: Entity,
}

/// The names of refusals in the metrics.
const REFUSALS: ErrorTypes<Refusal> = ErrorTypes::new(|refusal| match refusal {
    Refusal::NoBook => "no_book",
    Refusal::SoldOut => "sold_out",
    Refusal::Store(error) => kymo::sqlx::ERRORS.of(error),
});

impl Orders {
    pub(crate) fn new(telemetry: &Telemetry, pool: MeasuredPool<Sqlite>) -> Self {
        let repository = telemetry.repository_of::<Self>();
        let [order, book] = ["order", "book"].map(|entity| repository.entity(entity));
        Self { pool, repository, order, book }
    }
}

#[kymo::repository("orders", errors = REFUSALS)]
impl Orders {
    /// Takes copies of a book out of the stock; an order that is refused leaves nothing behind.
    #[kymo(errors("no_book", "sold_out"))]
    pub(crate) async fn place(&self, order: Order) -> Result<(), Refusal> {
        let mut transaction = self.pool.begin().await?;
        let mut changes = ChangeSet::default();
        sqlx::query("INSERT INTO orders (book, copies) VALUES (?, ?)")
            .bind(order.book)
            .bind(order.copies)
            .execute(&mut *transaction)
            .await?;
        changes.insert(&self.order, 1);
        let taken =
            sqlx::query("UPDATE books SET stock = stock - ?2 WHERE id = ?1 AND stock >= ?2")
                .bind(order.book)
                .bind(order.copies)
                .execute(&mut *transaction)
                .await?;
        changes.update(&self.book, taken.rows_affected());
        if taken.rows_affected() == 0 {
            transaction.rollback().await?;
            return Err(Refusal::SoldOut);
        }
        Ok(changes.commit_after(transaction.commit()).await?)
    }
}

/// An order of a book that is not there breaks the reference to it.
impl From<sqlx::Error> for Refusal {
    fn from(error: sqlx::Error) -> Self {
        match error.as_database_error() {
            Some(broken) if broken.is_foreign_key_violation() => Self::NoBook,
            _ => Self::Store(error),
        }
    }
}
