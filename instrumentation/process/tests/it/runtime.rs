//! The numbers of tokio runtimes.

use std::{
    hint,
    sync::Arc,
    thread,
    time::{Duration, Instant},
};

use kymo_process::RuntimeMetrics;
use tokio::{
    runtime::{Builder, Runtime},
    sync::Notify,
};

use super::page::{Page, Samples};

fn two_workers() -> Runtime {
    Builder::new_multi_thread().worker_threads(2).enable_time().build().unwrap()
}

pub(crate) fn of(name: &str, runtime: &str) -> String {
    format!("kymo_tokio_{name}{{kymo_runtime_name=\"{runtime}\"}}")
}

#[track_caller]
fn assert_is(samples: &Samples, name: &str, runtime: &str, value: f64) {
    let found = samples.get(&of(name, runtime)).copied();
    assert!(found.is_some_and(|found| (found - value).abs() < 1e-9), "{name}: {found:?}");
}

pub(crate) fn eventually(what: impl Fn() -> bool) {
    let patience = Instant::now() + Duration::from_secs(20);
    while !what() {
        assert!(Instant::now() < patience, "it never came");
        thread::sleep(Duration::from_millis(5));
    }
}

#[test]
fn workers_and_tasks_are_counted_exactly() {
    let (page, runtime) = (Page::new(), two_workers());
    let metrics = RuntimeMetrics::new(&page.meters);
    metrics.watch("main", runtime.handle());
    let none = page.samples();
    assert_is(&none, "workers", "main", 2.0);
    assert_is(&none, "alive_tasks", "main", 0.0);

    let end = Arc::new(Notify::new());
    let wait = |end: Arc<Notify>| async move { end.notified().await };
    let tasks: Vec<_> = (0..5).map(|_| runtime.spawn(wait(Arc::clone(&end)))).collect();
    assert_is(&page.samples(), "alive_tasks", "main", 5.0);
    // A permit for each, whether or not it waits already.
    runtime.block_on(async {
        for task in tasks {
            while !task.is_finished() {
                end.notify_one();
                tokio::time::sleep(Duration::from_millis(1)).await;
            }
        }
    });
    eventually(|| page.samples()[&of("alive_tasks", "main")] < 0.5);
}

#[test]
fn ready_tasks_wait_in_the_global_queue_of_a_runtime_that_nobody_drives() {
    let page = Page::new();
    let runtime = Builder::new_current_thread().build().unwrap();
    RuntimeMetrics::new(&page.meters).watch("idle", runtime.handle());
    let before = page.samples()[&of("global_queue_depth", "idle")];
    for _ in 0..3 {
        runtime.spawn(async {});
    }
    assert_is(&page.samples(), "global_queue_depth", "idle", before + 3.0);
    runtime.block_on(async { tokio::task::yield_now().await });
    assert_is(&page.samples(), "workers", "idle", 1.0);
}

#[test]
fn busy_time_is_the_time_that_workers_ran() {
    let (page, runtime) = (Page::new(), two_workers());
    RuntimeMetrics::new(&page.meters).watch("main", runtime.handle());
    let busy = || page.samples()[&of("worker_busy_time_seconds_total", "main")];
    let before = busy();
    let spin = || async {
        let until = Instant::now() + Duration::from_millis(200);
        while Instant::now() < until {
            hint::spin_loop();
        }
    };
    let wall = Instant::now();
    runtime.block_on(async {
        let both = [tokio::spawn(spin()), tokio::spawn(spin())];
        for task in both {
            task.await.unwrap();
        }
    });
    // tokio adds it up when a worker goes to sleep.
    eventually(|| busy() - before >= 0.2);
    assert!(busy() - before <= wall.elapsed().as_secs_f64() * 2.0);
    assert!(page.samples()[&of("worker_parks_total", "main")] >= 1.0);
}

#[test]
fn a_runtime_that_ended_has_no_levels_and_keeps_its_counts() {
    let page = Page::new();
    let metrics = RuntimeMetrics::new(&page.meters);
    let parks = of("worker_parks_total", "jobs");
    let mut counted = 0.0;
    for _ in 0..3 {
        let runtime = two_workers();
        metrics.watch("jobs", runtime.handle());
        assert_is(&page.samples(), "workers", "jobs", 2.0);
        runtime.block_on(async { tokio::time::sleep(Duration::from_millis(5)).await });
        let handle = runtime.handle().clone();
        drop(runtime);
        let samples = page.samples();
        assert!(!samples.contains_key(&of("workers", "jobs")), "{samples:?}");
        assert!(!samples.contains_key(&of("alive_tasks", "jobs")), "{samples:?}");
        assert!(samples[&parks] >= counted, "a counter never falls");
        counted = samples[&parks];
        // Watching what has ended adds nothing.
        metrics.watch("jobs", &handle);
        assert!(!page.samples().contains_key(&of("workers", "jobs")));
    }
    assert!(counted >= 3.0, "{counted}");
}

#[test]
fn runtimes_of_one_name_are_summed_and_one_runtime_counts_once() {
    let page = Page::new();
    let metrics = RuntimeMetrics::new(&page.meters);
    let runtimes = [two_workers(), two_workers(), two_workers()];
    for runtime in &runtimes {
        metrics.watch("shards", runtime.handle());
        metrics.clone().watch("shards", runtime.handle());
        metrics.watch("another", runtime.handle());
    }
    let samples = page.samples();
    assert_is(&samples, "workers", "shards", 6.0);
    assert_is(&samples, "alive_tasks", "shards", 0.0);
    assert!(!samples.contains_key(&of("workers", "another")));
}

#[test]
fn names_beyond_the_budget_become_other() {
    let page = Page::new();
    let metrics = RuntimeMetrics::new(&page.meters);
    let runtimes: Vec<_> =
        (0..40).map(|_| Builder::new_current_thread().build().unwrap()).collect();
    for (n, runtime) in runtimes.iter().enumerate() {
        metrics.watch(&format!("runtime-{n}"), runtime.handle());
    }
    let samples = page.samples();
    assert_is(&samples, "workers", "_OTHER", 8.0);
    let of_workers = |series: &&String| series.starts_with("kymo_tokio_workers{");
    assert_eq!(samples.keys().filter(of_workers).count(), 33);
    let folded: f64 = samples
        .iter()
        .filter(|(series, _)| series.starts_with("kymo_cardinality_folded_total"))
        .map(|(_, value)| value)
        .sum();
    assert!((folded - 8.0).abs() < 1e-9, "{folded}");
}

#[test]
fn watching_does_not_keep_a_runtime_from_ending() {
    let page = Page::new();
    let runtime = two_workers();
    RuntimeMetrics::new(&page.meters).watch("main", runtime.handle());
    let before = Instant::now();
    drop(runtime);
    assert!(before.elapsed() < Duration::from_secs(5));
}

#[cfg(tokio_unstable)]
#[test]
fn unstable_tokio_tells_more() {
    let (page, runtime) = (Page::new(), two_workers());
    RuntimeMetrics::new(&page.meters).watch("main", runtime.handle());
    let before = page.samples();
    assert_is(&before, "task_spawned_total", "main", 0.0);
    runtime.block_on(async {
        for _ in 0..10 {
            tokio::spawn(async {}).await.unwrap();
        }
        tokio::task::spawn_blocking(|| ()).await.unwrap();
    });
    let after = page.samples();
    assert_is(&after, "task_spawned_total", "main", 10.0);
    eventually(|| page.samples()[&of("worker_polls_total", "main")] >= 10.0);
    for name in [
        "worker_steals_total",
        "worker_overflows_total",
        "task_remote_schedules_total",
        "task_forced_yields_total",
        "local_queue_depth",
        "blocking_threads",
        "blocking_idle_threads",
        "blocking_queue_depth",
    ] {
        assert!(after.contains_key(&of(name, "main")), "{name}");
    }
    assert!(after[&of("blocking_threads", "main")] >= 1.0);
}
