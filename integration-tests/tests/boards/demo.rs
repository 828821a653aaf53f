//! `scripts/demo` shows what it promises, and leaves nothing behind.

use std::{fs, path::Path, process::Command, time::Duration};

use integration_tests::{Client, Process, Signal, eventually};

/// It may have to build the bookshop, on a busy machine.
const READY: Duration = Duration::from_mins(5);

/// A first scrape takes five seconds, and the alert's windows are of 15.
const FIRES: Duration = Duration::from_mins(1);

const GONE: Duration = Duration::from_secs(20);

#[tokio::test(flavor = "multi_thread")]
async fn the_demo_answers_has_an_alert_that_fires_and_leaves_nothing_running() {
    let folder = tempfile::tempdir().unwrap();
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("../scripts/demo");
    // Where the tests run in the background, nobody hears an interrupt who is not told to.
    let mut command = Command::new("env");
    let command = command.arg("--default-signal=INT").arg(script).arg("--any-port");
    let mut demo = Process::start(command.env("TMPDIR", folder.path()));
    let address = |of: &'static str| {
        demo.wait_for_line(READY, move |line| {
            line.strip_prefix(of).map(|rest| rest.trim().to_owned())
        })
    };
    let [books, metrics, live, alerts] =
        ["bookshop ", "metrics ", "live page ", "alerts "].map(address);
    for url in [&books, &metrics, &live] {
        assert_eq!(Client::new(url).get("").await.status, 200, "{url}");
    }
    let prometheus = alerts.trim_end_matches("/alerts");
    assert_eq!(Client::new(prometheus).get("/-/ready").await.status, 200);

    let fires = demo.wait_for_line(FIRES, |line| line.strip_prefix("fires ").map(str::to_owned));
    let summary = |alert: &serde_json::Value| alert["annotations"]["summary"].to_string();
    let answer = Client::new(prometheus).get("/api/v1/alerts").await.json();
    let firing = answer["data"]["alerts"].as_array().unwrap();
    assert!(firing.iter().any(|alert| alert["state"] == "firing"), "{fires}: {answer}");
    let look = async || Client::new(prometheus).get("/api/v1/alerts").await.json();
    let burns = |answer: &serde_json::Value| {
        let mut alerts = answer["data"]["alerts"].as_array().unwrap().iter();
        alerts.any(|alert| {
            alert["labels"]["alertname"] == "HttpErrorBudgetBurnsFast"
                && alert["state"] == "firing"
                && summary(alert).contains("of the requests to bookshop fail")
        })
    };
    eventually(FIRES, look, burns).await;

    let programs = children(demo.id());
    assert!(programs.len() >= 2, "a bookshop and a Prometheus: {programs:?}");
    demo.signal(Signal::Interrupt);
    let status = demo.wait(GONE);
    assert!(status.success(), "{status}: {}", demo.log());
    for program in programs {
        assert!(!Path::new(&format!("/proc/{program}")).exists(), "{program} still runs");
    }
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0, "files are left");
    assert!(Client::new(&books).try_send(http::Method::GET, "").await.is_err());
}

#[test]
fn a_wrong_option_is_named() {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("../scripts/demo");
    let output = Command::new(script).arg("--port").output().unwrap();
    assert_eq!(output.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&output.stderr).contains("--port"));
}

/// The processes that this one has started.
fn children(of: u32) -> Vec<u32> {
    let is_child = |process: u32| {
        let status = fs::read_to_string(format!("/proc/{process}/status")).unwrap_or_default();
        status.lines().any(|line| line == format!("PPid:\t{of}"))
    };
    let entries = fs::read_dir("/proc").unwrap();
    let names = entries.filter_map(|entry| entry.ok()?.file_name().to_str()?.parse().ok());
    names.filter(|process| is_child(*process)).collect()
}
