//! What a request asks of a database is on its bill.

use std::time::Duration;

use futures_util::{
    FutureExt, StreamExt,
    future::{join, join_all},
};
use kymo_core::{OperationKind, Part};
use kymo_sea_orm::MeasuredDatabaseConnection;
use kymo_testing::UnitOfWork;
use sea_orm::{ActiveModelTrait, ConnectionTrait, DbErr, EntityTrait, TransactionTrait};
use tokio::{sync::oneshot, time::sleep};

use crate::{
    book,
    bookshop::{Bookshop, DURATION},
};

const OUTSIDE: &str = "kymo.http.server.request.outside";
const LONG: Duration = Duration::from_millis(50);

/// Each way in which a statement runs, and ends.
async fn ask(db: &MeasuredDatabaseConnection) -> Result<(), DbErr> {
    book::called("Emma").insert(db).await?;
    book::called("Emma").insert(db).await.unwrap_err();
    db.execute_unprepared("UPDATE books SET title = 'Dune'").await?;
    drop(book::Entity::find().all(db.inner()).await?);
    let mut rows = book::Entity::find().stream(db).await?;
    rows.next().await.unwrap()?;
    drop(rows);
    drop(book::Entity::find().stream(db).await?);
    assert!(book::Entity::find().all(db).now_or_never().is_none());
    let transaction = db.begin().await?;
    let rows = book::Entity::find().stream(&transaction).await?;
    assert_eq!(rows.count().await, 1);
    drop(book::Entity::find().stream(&transaction).await?);
    book::Entity::delete_many().exec(&transaction).await?;
    transaction.commit().await
}

#[tokio::test]
async fn the_bills_and_what_is_outside_add_up_to_all_operations() {
    let shop = Bookshop::open().await;
    let mut account = UnitOfWork::new();
    account.around(ask(&shop.db)).await.unwrap();
    let of_one = i64::from(account.end().operations(OperationKind::Sql));
    assert_eq!(shop.points().count(DURATION, &[]), of_one);
    ask(&shop.db).await.unwrap();
    let points = shop.points();
    assert_eq!((points.count(OUTSIDE, &[]), points.count(DURATION, &[])), (of_one, 2 * of_one));
    let mut accounts: Vec<_> = (0..3).map(|_| UnitOfWork::new()).collect();
    let titles =
        accounts.iter_mut().map(|account| account.around(book::Entity::find().all(&shop.db)));
    join_all(titles).await.into_iter().for_each(|it| drop(it.unwrap()));
    for account in accounts {
        assert_eq!(account.end().operations(OperationKind::Sql), 1);
    }
    assert_eq!(shop.points().count(OUTSIDE, &[]), of_one);
}

#[tokio::test]
async fn the_wait_for_a_connection_is_no_time_of_the_statement() {
    let shop = Bookshop::open().await;
    for is_stream in [false, true] {
        let only = shop.db.begin().await.unwrap();
        let (asked, asking) = oneshot::channel();
        let keeping = async {
            asking.await.unwrap();
            sleep(LONG).await;
            only.rollback().await.unwrap();
        };
        let mut account = UnitOfWork::new();
        let request = account.around(async {
            asked.send(()).unwrap();
            if is_stream {
                drop(book::Entity::find().stream(&shop.db).await.unwrap());
            } else {
                drop(book::Entity::find().all(&shop.db).await.unwrap());
            }
        });
        join(keeping, request).await;
        let bill = account.end();
        // By the clock of the system, which the statement is timed by, less what that may be off.
        assert!(bill.time(Part::PoolWait) >= LONG * 9 / 10, "{bill:?}");
        assert_eq!(bill.operations(OperationKind::Sql), u32::from(!is_stream));
    }
}
