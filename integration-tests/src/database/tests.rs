use std::{
    fs,
    panic::{self, AssertUnwindSafe},
    path::PathBuf,
    process::{Command, Stdio},
    time::{Duration, Instant},
};

use sqlx::{AnyPool, any::AnyPoolOptions};

use super::*;
use crate::server::GONE;

/// A pool that gives up soon.
fn pool(url: &str) -> AnyPool {
    sqlx::any::install_default_drivers();
    let options = AnyPoolOptions::new().acquire_timeout(Duration::from_secs(1));
    options.connect_lazy(url).unwrap()
}

async fn survives<E: Engine>() {
    let mut server = Database::<E>::start();
    let pool = pool(&server.url());
    sqlx::query("CREATE TABLE books (id INT)").execute(&pool).await.unwrap();
    let insert = async || sqlx::query("INSERT INTO books VALUES (1)").execute(&pool).await;
    let count = || sqlx::query_scalar::<_, i64>("SELECT count(*) FROM books").fetch_one(&pool);
    insert().await.unwrap();

    server.kill();
    assert!(count().await.is_err());
    server.restart();
    assert_eq!(count().await.unwrap(), 1, "what was committed stays");

    insert().await.unwrap();
    server.freeze();
    let start = Instant::now();
    assert!(matches!(count().await, Err(sqlx::Error::PoolTimedOut)), "nobody answers");
    assert!(start.elapsed() >= Duration::from_secs(1));
    server.thaw();
    assert_eq!(count().await.unwrap(), 2);

    server.stop();
    server.restart();
    assert_eq!(count().await.unwrap(), 2);
}

#[tokio::test]
async fn postgres_survives_whatever_is_done_to_it() {
    survives::<postgres::Engine>().await;
}

#[tokio::test]
async fn mariadb_survives_whatever_is_done_to_it() {
    survives::<mariadb::Engine>().await;
}

/// The ids of all processes that work in a folder of ours.
fn processes_in(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir("/proc").unwrap().filter_map(Result::ok).map(|entry| entry.path());
    let there = |process: &PathBuf| {
        fs::read_link(process.join("cwd")).is_ok_and(|cwd| cwd.starts_with(folder))
    };
    entries.filter(there).collect()
}

async fn nothing_outlives_a_panic_of<E: Engine>(frozen: bool) {
    let mut server = Database::<E>::start();
    let folder = server.server.folder().to_owned();
    // One of the processes serves a client.
    let mut connection = pool(&server.url()).acquire().await.unwrap();
    let slow = if E::NAME == "MariaDB" { "SELECT sleep(60)" } else { "SELECT pg_sleep(60)" };
    let query = sqlx::query(slow).execute(&mut *connection);
    assert!(tokio::time::timeout(Duration::from_millis(100), query).await.is_err());
    assert!(!processes_in(&folder).is_empty(), "{folder:?}");
    if frozen {
        server.freeze();
    }
    let test = AssertUnwindSafe(move || {
        let _server = server;
        panic!("as a test does");
    });
    assert!(panic::catch_unwind(test).is_err());
    assert_eq!(processes_in(&folder), Vec::<PathBuf>::new());
    assert!(!folder.exists());
}

#[tokio::test]
async fn no_postgres_outlives_a_panic() {
    nothing_outlives_a_panic_of::<postgres::Engine>(false).await;
    nothing_outlives_a_panic_of::<postgres::Engine>(true).await;
}

#[tokio::test]
async fn no_mariadb_outlives_a_panic() {
    nothing_outlives_a_panic_of::<mariadb::Engine>(false).await;
    nothing_outlives_a_panic_of::<mariadb::Engine>(true).await;
}

/// In a process of its own, which aborts.
#[test]
fn nothing_outlives_an_abort() {
    const CHILD: &str = "KYMO_TEST_ABORTS";
    if std::env::var_os(CHILD).is_some() {
        let servers = (Postgres::start(), MariaDb::start());
        println!("folders: {:?}", [servers.0.server.folder(), servers.1.server.folder()]);
        std::process::abort();
    }
    let output = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "database::tests::nothing_outlives_an_abort", "--nocapture"])
        .env(CHILD, "")
        .stdin(Stdio::null())
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    let Some((_, folders)) = said.split_once("folders: ") else {
        panic!("it did not start both: {}", String::from_utf8_lossy(&output.stderr))
    };
    let folders = folders.lines().next().unwrap();
    let folders: [PathBuf; 2] = serde_json::from_str(folders).unwrap();
    for folder in folders {
        let start = Instant::now();
        while folder.exists() || !processes_in(&folder).is_empty() {
            assert!(start.elapsed() < GONE, "{folder:?} is still there");
            std::thread::sleep(Duration::from_millis(50));
        }
    }
}

fn tells_a_taken_port<E: Engine>() {
    let taken = Database::<E>::start();
    let other = scratch::folder();
    scratch::copy(E::template(), &other.path().join("data"));
    let program = Database::<E>::program();
    assert!(program.listening(other.path(), &[taken.server.address()], E::started).is_none());
}

#[test]
fn a_taken_port_is_told_from_other_failures() {
    tells_a_taken_port::<postgres::Engine>();
    tells_a_taken_port::<mariadb::Engine>();
}
