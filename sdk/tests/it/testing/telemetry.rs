//! Telemetry of a test's own.

use std::{process::Command, time::Duration};

use kymo::{
    Telemetry, TelemetryBuilder,
    opentelemetry::{global, metrics::MeterProvider},
    testing::{Snapshot, SnapshotReader, TestTelemetry},
};
use opentelemetry_sdk::metrics::{ManualReader, SdkMeterProvider};

use super::message;

#[test]
fn two_tests_see_nothing_of_each_other_and_nothing_global() {
    let [one, other] = [TestTelemetry::new(), TestTelemetry::new()];
    one.meter("shop").u64_counter("books.sold").build().add(1, &[]);
    global::meter("third-party").u64_counter("calls").build().add(1, &[]);
    one.snapshot().counter("books.sold").assert(1);
    one.snapshot().assert_absent("calls");
    other.snapshot().assert_absent("books.sold");
}

#[test]
fn only_the_variables_that_a_test_gives_are_there() {
    // This test again, in a process whose environment says something else.
    const INNER: &str = "KYMO_TEST_INNER";
    if std::env::var_os(INNER).is_none() {
        let test = "testing::telemetry::only_the_variables_that_a_test_gives_are_there";
        let mut inner = Command::new(std::env::current_exe().unwrap());
        inner.args(["--exact", test]).env(INNER, "1").env("OTEL_SERVICE_NAME", "of-the-shell");
        let output = inner.output().unwrap();
        let said = String::from_utf8_lossy(&output.stdout);
        assert!(output.status.success() && said.contains("1 passed"), "{said}");
        return;
    }
    let builder = || Telemetry::for_service("bookshop");
    let name = |builder: TelemetryBuilder| {
        let snapshot = TestTelemetry::of(builder).snapshot();
        snapshot.resource.get("service.name").unwrap().to_string()
    };
    assert_eq!(name(builder()), "bookshop");
    assert_eq!(name(builder().environment([("OTEL_SERVICE_NAME", "staging")])), "staging");
}

#[test]
fn what_there_was_at_the_end_can_be_read_after_it() {
    let telemetry = TestTelemetry::new();
    let sold = telemetry.meter("shop").u64_counter("books.sold").build();
    sold.add(3, &[]);
    telemetry.shutdown_blocking(Duration::from_secs(1)).unwrap();
    telemetry.snapshot().counter("books.sold").assert(3);

    let reader = SnapshotReader::new();
    let provider = SdkMeterProvider::builder().with_reader(reader.clone()).build();
    let sold = provider.meter("shop").u64_counter("books.sold").build();
    sold.add(3, &[]);
    provider.shutdown().unwrap();
    sold.add(1, &[]);
    reader.snapshot().counter("books.sold").assert(3);
}

#[test]
fn a_provider_of_somebody_else_takes_the_reader_itself() {
    let reader = SnapshotReader::new();
    let provider = SdkMeterProvider::builder().with_reader(reader.clone()).build();
    provider.meter("third-party").u64_counter("calls").build().add(2, &[]);
    reader.snapshot().counter("calls").scope("third-party").assert(2);

    let unread = message(|| drop(SnapshotReader::new().snapshot()));
    assert!(unread.contains("give this reader to one"), "{unread}");
}

#[test]
fn every_reader_of_a_builder_reads_everything() {
    let readers = [(); 2].map(|()| SnapshotReader::new());
    let builder = Telemetry::for_service("shop").reader(ManualReader::default());
    let builder = readers.iter().cloned().fold(builder, TelemetryBuilder::reader);
    let telemetry = builder.build().unwrap();
    telemetry.meter("shop").u64_counter("books.sold").build().add(3, &[]);
    for reader in &readers {
        for _ in 0..2 {
            reader.snapshot().counter("books.sold").assert(3);
        }
    }
}

#[tokio::test]
async fn what_another_task_records_is_waited_for_on_one_thread() {
    let telemetry = TestTelemetry::new();
    let sold = telemetry.meter("shop").u64_counter("books.sold").build();
    let sales = tokio::spawn(async move {
        for _ in 0..5 {
            tokio::task::yield_now().await;
            sold.add(1, &[]);
        }
    });
    let five = |metrics: &Snapshot| metrics.counter("books.sold").try_value() == Some(5.into());
    let metrics = telemetry.eventually(Duration::from_secs(10), five).await;
    metrics.counter("books.sold").assert(5);
    sales.await.unwrap();
}

#[tokio::test]
#[should_panic(
    expected = "still not so after 30ms; there is:\nbooks.sold: counter of shop\n  {} 1"
)]
async fn what_never_comes_is_shown_as_it_is() {
    let telemetry = TestTelemetry::new();
    telemetry.meter("shop").u64_counter("books.sold").build().add(1, &[]);
    let never = |metrics: &Snapshot| metrics.histogram("books.sold").try_count().is_some();
    telemetry.eventually(Duration::from_millis(30), never).await;
}
