//! Programs that migrate and end: what they measured arrives before they are gone.

use std::{fs, path::Path, process::Command};

use integration_tests::{
    Process, Receiver, Rotel, eventually,
    otlp::{Point, latest, sum},
};

use super::{
    PATIENCE,
    place::{Kind, Place},
};

/// A folder of three migrations.
fn folder(second: &str) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, sql: &str| fs::write(folder.path().join(name), sql).unwrap();
    write("1_one.sql", "CREATE TABLE one (id INT)");
    write("2_two.sql", second);
    write("3_three.sql", "CREATE TABLE three (id INT)");
    folder
}

/// Migrates, and pushes to `endpoint` when it ends and not before; whether it said that all went well.
fn migrate(place: &Place, folder: &Path, protocol: &str, endpoint: &str) -> bool {
    let mut command = Command::new(env!("CARGO_BIN_EXE_migrate_and_end"));
    command.arg(&place.fresh.url).arg(folder).env_clear();
    command.env("OTEL_METRICS_EXPORTER", "otlp").env("OTEL_METRIC_EXPORT_INTERVAL", "3600000");
    command.env("OTEL_EXPORTER_OTLP_PROTOCOL", protocol);
    command.env("OTEL_EXPORTER_OTLP_ENDPOINT", endpoint);
    Process::start(&mut command).wait(PATIENCE).success()
}

fn count(points: &[Point], state: &str) -> f64 {
    sum(points, "kymo.migrations", &[("kymo.migration.state", state)])
}

#[track_caller]
fn close(value: f64, wanted: u32) {
    assert!((value - f64::from(wanted)).abs() < 0.5, "{value} and not {wanted}");
}

/// Asserts that three migrations arrived that went well.
fn all_went_well(points: &[Point]) {
    close(sum(points, "kymo.migration.duration", &[("kymo.migration.direction", "up")]), 3);
    for version in ["1", "2", "3"] {
        let attributes = [("kymo.migration.version", version), ("kymo.migration.direction", "up")];
        assert!(sum(points, "kymo.migration.last_duration", &attributes) > 0.0);
    }
    close(sum(points, "kymo.migration.run.duration", &[]), 1);
    close(sum(points, "kymo.migration.lock.wait_time", &[]), 1);
    close(sum(points, "kymo.migration.running", &[]), 0);
    let states = ["applied", "pending", "failed", "mismatch", "unknown"];
    let counts = states.map(|state| count(points, state));
    assert_eq!(format!("{counts:?}"), "[3.0, 0.0, 0.0, 0.0, 0.0]");
    close(sum(points, "kymo.migration.latest_version", &[]), 3);
    close(sum(points, "kymo.migration.read.errors", &[]), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_job_measured_arrives_before_it_ends() {
    let folder = folder("CREATE TABLE two (id INT)");
    for kind in Kind::ALL {
        for protocol in ["http/protobuf", "grpc"] {
            let receiver = Receiver::start();
            let place = Place::new(kind).await;
            assert!(migrate(&place, folder.path(), protocol, &receiver.url()));
            all_went_well(&receiver.latest());
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_job_measured_arrives_at_a_collector() {
    let folder = folder("CREATE TABLE two (id INT)");
    for protocol in ["http/protobuf", "grpc"] {
        let rotel = Rotel::start();
        let endpoint = if protocol == "grpc" { rotel.grpc() } else { rotel.http() };
        let place = Place::new(Kind::Sqlite).await;
        assert!(migrate(&place, folder.path(), protocol, &endpoint));
        all_went_well(&latest(rotel.stop()));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_job_measured_arrives_also_when_it_fails() {
    let folder = folder("CREATE TABLE two (id INT); SELECT * FROM nothing");
    for kind in Kind::ALL {
        let receiver = Receiver::start();
        let place = Place::new(kind).await;
        assert!(!migrate(&place, folder.path(), "http/protobuf", &receiver.url()));
        let points = receiver.latest();
        for version in ["1", "2"] {
            let last = ("kymo.migration.version", version);
            assert!(sum(&points, "kymo.migration.last_duration", &[last]) > 0.0);
        }
        close(sum(&points, "kymo.migration.duration", &[]), 2);
        let error = match kind {
            Kind::Sqlite => "database_error",
            _ => "syntax_error_or_access_rule_violation",
        };
        close(sum(&points, "kymo.migration.duration", &[("error.type", error)]), 1);
        close(sum(&points, "kymo.migration.run.duration", &[("error.type", error)]), 1);
        close(count(&points, "applied"), 1);
        let failed = u32::from(!kind.rolls_back());
        close(count(&points, "failed"), failed);
        close(count(&points, "pending"), 2 - failed);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_job_whose_database_is_not_there_says_so() {
    let folder = folder("CREATE TABLE two (id INT)");
    let receiver = Receiver::start();
    let mut place = Place::new(Kind::Sqlite).await;
    place.fresh.url = "sqlite:///no/such/folder/books.db".to_owned();
    assert!(!migrate(&place, folder.path(), "http/protobuf", &receiver.url()));
    let look = async || receiver.latest();
    let arrived = |points: &Vec<Point>| sum(points, "kymo.migration.run.duration", &[]) > 0.5;
    let points = eventually(PATIENCE, look, arrived).await;
    assert!(sum(&points, "kymo.migration.read.errors", &[]) > 0.5);
    assert!(points.iter().all(|point| point.name != "kymo.migrations"));
}
