//! How late runtimes wake their tasks.

use std::{
    fs,
    sync::mpsc,
    thread,
    time::{Duration, Instant},
};

use kymo_process::RuntimeMetrics;
use tokio::runtime::{Builder, Handle, Runtime};

use super::{
    alone::alone,
    page::Page,
    runtime::{eventually, of},
};

const BLOCKED: Duration = Duration::from_millis(500);

fn one_worker() -> Runtime {
    Builder::new_multi_thread().worker_threads(1).enable_time().build().unwrap()
}

/// How many delays of `runtime` there were, and their sum in seconds.
fn delays(page: &Page, runtime: &str) -> (f64, f64) {
    let samples = page.samples();
    let part = |part| samples.get(&of(part, runtime)).copied().unwrap_or(0.0);
    (part("delay_seconds_count"), part("delay_seconds_sum"))
}

fn has_answered(page: &Page, runtime: &str, more_than: f64) {
    eventually(|| delays(page, runtime).0 > more_than + 0.5);
}

/// Blocks the thread until a task waits to be polled, for `BLOCKED` after that, and says how many wait then.
fn block(handle: &Handle) -> usize {
    let waiting = || handle.metrics().global_queue_depth();
    eventually(|| waiting() > 0);
    thread::sleep(BLOCKED);
    waiting()
}

#[test]
fn a_runtime_whose_worker_is_blocked_wakes_late_and_one_beside_it_does_not() {
    let page = Page::new();
    let metrics = RuntimeMetrics::new(&page.meters);
    let (blocked, clean) = (one_worker(), one_worker());
    metrics.watch("blocked", blocked.handle());
    metrics.watch("clean", clean.handle());
    has_answered(&page, "blocked", 0.0);
    has_answered(&page, "clean", 0.0);
    let before = ["blocked", "clean"].map(|name| delays(&page, name));

    let handle = blocked.handle().clone();
    let (done, waited) = mpsc::channel();
    blocked.spawn(async move { done.send(block(&handle)).unwrap() });
    let waiting = waited.recv_timeout(Duration::from_secs(60)).unwrap();
    assert_eq!(waiting, 1, "a task that has not answered is not woken again");

    has_answered(&page, "blocked", before[0].0);
    has_answered(&page, "clean", before[1].0);
    let late = delays(&page, "blocked").1 - before[0].1;
    let in_time = delays(&page, "clean").1 - before[1].1;
    assert!(late >= BLOCKED.as_secs_f64(), "{late}");
    assert!(in_time < late, "{in_time} {late}");
}

#[test]
fn a_current_thread_runtime_that_is_blocked_wakes_late() {
    let page = Page::new();
    let runtime = Builder::new_current_thread().enable_time().build().unwrap();
    RuntimeMetrics::new(&page.meters).watch("main", runtime.handle());
    let late = runtime.block_on(async {
        // Under way, it is woken by another thread.
        let until_answered = async |more_than| {
            while delays(&page, "main").0 < more_than + 0.5 {
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
            delays(&page, "main")
        };
        let before = until_answered(0.0).await;
        block(&Handle::current());
        until_answered(before.0).await.1 - before.1
    });
    assert!(late >= BLOCKED.as_secs_f64(), "{late}");
}

#[test]
fn what_waits_when_a_runtime_ends_has_waited_until_then() {
    let page = Page::new();
    let runtime = Builder::new_current_thread().build().unwrap();
    RuntimeMetrics::new(&page.meters).watch("short", runtime.handle());
    runtime.block_on(async { tokio::task::yield_now().await });
    // Nobody drives it any more.
    let before = delays(&page, "short");
    block(runtime.handle());
    assert_eq!(delays(&page, "short"), before);
    let begin = Instant::now();
    drop(runtime);
    assert!(begin.elapsed() < Duration::from_secs(5));
    let after = delays(&page, "short");
    let (count, sum) = (after.0 - before.0, after.1 - before.1);
    assert!((count - 1.0).abs() < 1e-9 && sum >= BLOCKED.as_secs_f64(), "{count} {sum}");
}

#[test]
fn a_runtime_that_nobody_has_driven_yet_is_not_late() {
    let page = Page::new();
    let runtime = Builder::new_current_thread().build().unwrap();
    RuntimeMetrics::new(&page.meters).watch("idle", runtime.handle());
    thread::sleep(BLOCKED);
    drop(runtime);
    assert_eq!(delays(&page, "idle"), (0.0, 0.0));
}

#[cfg(target_os = "linux")]
#[test]
fn there_is_one_thread_for_as_long_as_there_is_a_runtime_and_somebody_who_asks() {
    alone(
        "delay::there_is_one_thread_for_as_long_as_there_is_a_runtime_and_somebody_who_asks",
        || {
            let threads = || {
                let tasks = fs::read_dir("/proc/self/task").unwrap();
                let names = tasks
                    .filter_map(|task| fs::read_to_string(task.ok()?.path().join("comm")).ok());
                names.filter(|name| name.trim() == "kymo-tokio").count()
            };
            let page = Page::new();
            let metrics = RuntimeMetrics::new(&page.meters);
            assert_eq!(threads(), 0);
            for _ in 0..2 {
                let runtimes = [one_worker(), one_worker(), one_worker()];
                for (n, runtime) in runtimes.iter().enumerate() {
                    metrics.watch(&format!("runtime-{n}"), runtime.handle());
                }
                let before = delays(&page, "runtime-2").0;
                has_answered(&page, "runtime-2", before);
                assert_eq!(threads(), 1);
                drop(runtimes);
                eventually(|| threads() == 0);
            }
            let runtime = one_worker();
            metrics.watch("last", runtime.handle());
            has_answered(&page, "last", 0.0);
            drop(metrics);
            drop(page);
            eventually(|| threads() == 0);
        },
    );
}
