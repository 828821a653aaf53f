//! sqlx on real databases: what every service does, and what goes wrong.

mod bare;
mod dialect;
mod fresh;
mod transcript;

use std::time::Duration;

use sqlx::{Database, pool::PoolOptions};

use self::{fresh::Fresh, transcript::Transcript};

/// One connection, so that what it remembers is always the same.
fn pool<DB: Database>(fresh: &Fresh, connections: u32) -> sqlx::Pool<DB> {
    let options =
        PoolOptions::new().max_connections(connections).acquire_timeout(Duration::from_secs(1));
    options.connect_lazy(&fresh.url).unwrap()
}

fn same(fresh: [Fresh; 2], [one, other]: [Transcript; 2]) {
    let [one_name, other_name] = fresh.map(|fresh| fresh.name);
    assert!(one.0.len() > 5, "{one:#?}");
    for (number, (one, other)) in one.0.iter().zip(&other.0).enumerate() {
        let (one, other) = (one.replace(&one_name, "…"), other.replace(&other_name, "…"));
        assert_eq!(one, other, "line {number}");
    }
    assert_eq!(one.0.len(), other.0.len());
}

#[tokio::test(flavor = "multi_thread")]
async fn sqlite_tells_the_same_twice() {
    let fresh = [Fresh::sqlite(), Fresh::sqlite()];
    let told = [
        bare::sqlite::service::run(pool(&fresh[0], 1)).await,
        bare::sqlite::service::run(pool(&fresh[1], 1)).await,
    ];
    println!("{told:#?}");
    same(fresh, told);
    let fresh = [Fresh::sqlite(), Fresh::sqlite()];
    let told = [
        bare::sqlite::own::run(pool(&fresh[0], 1)).await,
        bare::sqlite::own::run(pool(&fresh[1], 1)).await,
    ];
    println!("{told:#?}");
    same(fresh, told);
}

#[tokio::test(flavor = "multi_thread")]
async fn postgres_tells_the_same_twice() {
    let fresh = [Fresh::postgres().await, Fresh::postgres().await];
    let told = [
        bare::postgres::service::run(pool(&fresh[0], 1)).await,
        bare::postgres::service::run(pool(&fresh[1], 1)).await,
    ];
    println!("{told:#?}");
    same(fresh, told);
    let fresh = [Fresh::postgres().await, Fresh::postgres().await];
    let told = [
        bare::postgres::own::run(pool(&fresh[0], 2)).await,
        bare::postgres::own::run(pool(&fresh[1], 2)).await,
    ];
    println!("{told:#?}");
    same(fresh, told);
}

#[tokio::test(flavor = "multi_thread")]
async fn mariadb_tells_the_same_twice() {
    let fresh = [Fresh::mariadb().await, Fresh::mariadb().await];
    let told = [
        bare::mariadb::service::run(pool(&fresh[0], 1)).await,
        bare::mariadb::service::run(pool(&fresh[1], 1)).await,
    ];
    println!("{told:#?}");
    same(fresh, told);
    let fresh = [Fresh::mariadb().await, Fresh::mariadb().await];
    let told = [
        bare::mariadb::own::run(pool(&fresh[0], 1)).await,
        bare::mariadb::own::run(pool(&fresh[1], 1)).await,
    ];
    println!("{told:#?}");
    same(fresh, told);
}

#[tokio::test(flavor = "multi_thread")]
async fn whichever_database_tells_the_same_twice() {
    sqlx::any::install_default_drivers();
    let all = [
        [Fresh::sqlite(), Fresh::sqlite()],
        [Fresh::postgres().await, Fresh::postgres().await],
        [Fresh::mariadb().await, Fresh::mariadb().await],
    ];
    for fresh in all {
        let told = [
            bare::any::own::run(pool(&fresh[0], 1)).await,
            bare::any::own::run(pool(&fresh[1], 1)).await,
        ];
        println!("{told:#?}");
        same(fresh, told);
    }
}
