//! A database is called by its place, and nothing else of its connection options is told.

use std::str::FromStr;

use kymo_sqlx::{PoolSettings, System};
use proptest::prelude::*;
use sqlx::{
    Database, Executor, Pool,
    any::{AnyPoolOptions, install_default_drivers},
    mysql::{MySqlConnectOptions, MySqlPoolOptions},
    pool::PoolOptions,
    postgres::{PgConnectOptions, PgPoolOptions},
    sqlite::{SqliteConnectOptions, SqlitePoolOptions},
};

use crate::database_meters::{DURATION, DatabaseMeters, PENDING};

/// A database as it is told of: its system, namespace, address and port, and the pool's name.
type Told<'a> = (&'a str, &'a str, &'a str, &'a str, &'a str);

#[tokio::test]
async fn a_sqlite_database_is_called_by_the_name_of_its_file() {
    for (url, name) in [
        ("sqlite::memory:", ":memory:"),
        ("sqlite://shared?mode=memory", ":memory:"),
        ("sqlite:///var/lib/shop/books.db", "books.db"),
        ("sqlite://data/books.db?mode=rwc", "books.db"),
        ("sqlite:books.db", "books.db"),
        ("sqlite://my%20books.db", "my books.db"),
    ] {
        let options = SqliteConnectOptions::from_str(url).unwrap();
        let pool = SqlitePoolOptions::new().connect_lazy_with(options);
        assert_told(pool, &PoolSettings::new(), ("sqlite", name, "", "", name)).await;
    }
    for (path, name) in [
        (r"C:\shop\books.db", "books.db"),
        (":memory:", ":memory:"),
        ("file:/shop/books.db?mode=rwc&key=hunter2#x", "books.db"),
        ("/shop/cafe\u{301} \"x\", port: 7.db", "cafe\u{301} \"x\", port: 7.db"),
    ] {
        let options = SqliteConnectOptions::new().filename(path);
        let pool = SqlitePoolOptions::new().connect_lazy_with(options);
        assert_told(pool, &PoolSettings::new(), ("sqlite", name, "", "", name)).await;
    }
}

#[tokio::test]
async fn a_postgresql_database_is_called_by_its_server_and_its_name() {
    for (url, namespace, address, port, name) in [
        (
            "postgres://me:pw@db.shop:5433/orders",
            "orders",
            "db.shop",
            "5433",
            "db.shop:5433/orders",
        ),
        ("postgres://me:pw@db.shop:5432/orders", "orders", "db.shop", "", "db.shop:5432/orders"),
        ("postgres://me:pw@db.shop/orders", "orders", "db.shop", "", "db.shop:5432/orders"),
        ("postgres://me@10.0.0.7/orders", "orders", "10.0.0.7", "", "10.0.0.7:5432/orders"),
        ("postgres://me@[::1]:5433/orders", "orders", "::1", "5433", "[::1]:5433/orders"),
        ("postgres://me@db.shop", "", "db.shop", "", "db.shop:5432"),
        ("postgres://me@%2Frun%2Fpg/orders", "orders", SOCKET, "", "/run/pg/.s.PGSQL.5432/orders"),
        ("postgres:///orders?host=/run/pg/", "orders", SOCKET, "", "/run/pg/.s.PGSQL.5432/orders"),
    ] {
        let pool = PgPoolOptions::new().connect_lazy_with(PgConnectOptions::from_str(url).unwrap());
        let told = ("postgresql", namespace, address, port, name);
        assert_told(pool, &PoolSettings::new(), told).await;
    }
}

#[tokio::test]
async fn a_mysql_database_is_called_by_its_server_and_its_name() {
    let maria = PoolSettings::new().system(System::Mariadb);
    let plain = PoolSettings::new();
    for (settings, system, url, namespace, address, port, name) in [
        (&plain, "mysql", "mysql://me:pw@db:3307/shop", "shop", "db", "3307", "db:3307/shop"),
        (&plain, "mysql", "mysql://me:pw@db/shop", "shop", "db", "", "db:3306/shop"),
        (&maria, "mariadb", "mariadb://me:pw@db/shop", "shop", "db", "", "db:3306/shop"),
        (&plain, "mysql", "mysql://me@db?socket=/run/m.sock", "", "/run/m.sock", "", "/run/m.sock"),
        (&plain, "mysql", "mysql://me@[::1]/shop", "shop", "::1", "", "[::1]:3306/shop"),
    ] {
        let options = MySqlConnectOptions::from_str(url).unwrap();
        let pool = MySqlPoolOptions::new().connect_lazy_with(options);
        assert_told(pool, settings, (system, namespace, address, port, name)).await;
    }
}

#[tokio::test]
async fn a_database_of_any_kind_is_called_as_its_url_says() {
    install_default_drivers();
    for (url, told) in [
        (
            "postgres://me:p%40w@db.shop:5433/orders?sslmode=disable",
            ("postgresql", "orders", "db.shop", "5433", "db.shop:5433/orders"),
        ),
        (
            "postgres://me:pw@db.shop/a%20b",
            ("postgresql", "a b", "db.shop", "", "db.shop:5432/a b"),
        ),
        ("postgres://me@[::1]:5433/o", ("postgresql", "o", "::1", "5433", "[::1]:5433/o")),
        (
            "postgres://me@%2Frun%2Fpg:5433/o",
            ("postgresql", "o", "/run/pg/.s.PGSQL.5433", "", "/run/pg/.s.PGSQL.5433/o"),
        ),
        (
            "postgres://me:pw@127.0.0.1:1/a?host=/run/pg&port=5433&dbname=o&password=pw",
            ("postgresql", "o", "/run/pg/.s.PGSQL.5433", "", "/run/pg/.s.PGSQL.5433/o"),
        ),
        (
            "mysql://me:pw@db/shop?socket=/run/my%20sql.sock",
            ("mysql", "shop", "/run/my sql.sock", "", "/run/my sql.sock/shop"),
        ),
        ("postgres://me@db/o?host=one&host=two", ("postgresql", "o", "two", "", "two:5432/o")),
        ("mysql://me@db/shop?port=1&host=x", ("mysql", "shop", "db", "", "db:3306/shop")),
        ("mysql://me:pw@db:3306/shop", ("mysql", "shop", "db", "", "db:3306/shop")),
        ("mariadb://me:pw@db/shop", ("mariadb", "shop", "db", "", "db:3306/shop")),
        ("sqlite::memory:", ("sqlite", ":memory:", "", "", ":memory:")),
        ("sqlite://data/books.db?mode=rwc", ("sqlite", "books.db", "", "", "books.db")),
        ("sqlite:///data/my%20books.db", ("sqlite", "my books.db", "", "", "my books.db")),
    ] {
        let pool = AnyPoolOptions::new().connect_lazy(url).unwrap();
        assert_told(pool, &PoolSettings::new(), told).await;
    }
}

#[tokio::test]
async fn what_the_settings_say_goes_before_what_the_options_say() {
    let url = "postgres://me:pw@127.0.0.1:6432/orders";
    let settings = PoolSettings::new().named("main").namespace("shop").server("db.shop", 5432);
    let pool = PgPoolOptions::new().connect_lazy(url).unwrap();
    assert_told(pool, &settings, ("postgresql", "shop", "db.shop", "", "main")).await;
    let settings = PoolSettings::new().server("db.shop", 5433).system(System::OtherSql);
    let pool = PgPoolOptions::new().connect_lazy(url).unwrap();
    assert_told(pool, &settings, ("other_sql", "orders", "db.shop", "5433", "db.shop:5433/orders"))
        .await;
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, ..ProptestConfig::default() })]

    #[test]
    fn no_attribute_has_a_part_of_a_password(
        noise in "\\PC{0,12}|[\"\\\\{}(),:@/?#% ]{0,12}|\", host: \"x\", port: 7 \\}",
    ) {
        let secret = format!("{noise}s3cr3t{noise}");
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let postgres = PgConnectOptions::new_without_pgpass().host("db").port(7).database("shop");
            let postgres = postgres.username("me").password(&secret).application_name(&secret);
            told(PgPoolOptions::new().connect_lazy_with(postgres), &secret).await?;
            let mysql = MySqlConnectOptions::new().host("db").port(7).database("shop");
            let mysql = mysql.username("me").password(&secret);
            told(MySqlPoolOptions::new().connect_lazy_with(mysql), &secret).await?;
            install_default_drivers();
            let escaped: Vec<_> = secret.bytes().map(|byte| format!("%{byte:02X}")).collect();
            let escaped = escaped.concat();
            let url = format!("postgres://me:{escaped}@db:7/shop?password={escaped}");
            told(PoolOptions::<sqlx::Any>::new().connect_lazy(&url).unwrap(), &secret).await
        })?;
    }
}

async fn told<DB: Database>(pool: Pool<DB>, secret: &str) -> Result<(), TestCaseError>
where
    DB::QueryResult: std::fmt::Debug,
    for<'c> &'c mut DB::Connection: Executor<'c, Database = DB>,
{
    let meters = DatabaseMeters::new();
    let pool = meters.metrics.pool(pool);
    pool.close().await;
    let _ = (&pool).execute("SELECT 1").await;
    for point in meters.points() {
        for (key, value) in &point.attributes {
            prop_assert!(!value.contains("s3cr3t"), "{key}: {value} of {secret}");
        }
    }
    let point = meters.only(DURATION);
    prop_assert_eq!(point.get("db.namespace"), Some("shop"));
    prop_assert_eq!(point.get("server.address"), Some("db"));
    prop_assert_eq!(point.get("server.port"), Some("7"));
    Ok(())
}

async fn assert_told<DB: Database>(pool: Pool<DB>, settings: &PoolSettings, told: Told<'_>)
where
    DB::QueryResult: std::fmt::Debug,
    for<'c> &'c mut DB::Connection: Executor<'c, Database = DB>,
{
    let meters = DatabaseMeters::new();
    let options = format!("{:?}", pool.connect_options());
    let pool = meters.metrics.pool_with(pool, settings).unwrap();
    // No server is needed to be refused by a pool that is closed.
    pool.close().await;
    (&pool).execute("SELECT 1").await.unwrap_err();
    let (operation, pool) = (meters.only(DURATION), meters.only(PENDING));
    let get = |key| operation.get(key).unwrap_or("");
    let seen = (
        get("db.system.name"),
        get("db.namespace"),
        get("server.address"),
        get("server.port"),
        pool.get("db.client.connection.pool.name").unwrap_or(""),
    );
    assert_eq!(seen, told, "{options}");
}

const SOCKET: &str = "/run/pg/.s.PGSQL.5432";
