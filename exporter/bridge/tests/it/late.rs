//! Collectors of others that do not return in time, or never.

use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    sync::{
        Arc, Condvar, Mutex,
        atomic::{AtomicUsize, Ordering},
        mpsc,
    },
    thread,
    time::{Duration, Instant},
};

use kymo_exposition::{Source, text::TextWriter};
use prometheus::{
    IntGauge,
    core::{Collector, Desc},
    proto::MetricFamily,
};

use super::scrape::{Rig, families};

/// A collector that waits until it is let go, and counts how often it is asked.
#[derive(Clone)]
struct Stuck {
    gauge: IntGauge,
    asked: Arc<AtomicUsize>,
    gate: Arc<(Mutex<bool>, Condvar)>,
}

impl Stuck {
    fn new() -> Self {
        let gauge = IntGauge::new("stuck", "S.").unwrap();
        Stuck { gauge, asked: Arc::default(), gate: Arc::default() }
    }

    fn let_go(&self) {
        *self.gate.0.lock().unwrap() = true;
        self.gate.1.notify_all();
    }
}

impl Collector for Stuck {
    fn desc(&self) -> Vec<&Desc> {
        self.gauge.desc()
    }

    fn collect(&self) -> Vec<MetricFamily> {
        self.asked.fetch_add(1, Ordering::SeqCst);
        let closed = |open: &mut bool| !*open;
        drop(self.gate.1.wait_while(self.gate.0.lock().unwrap(), closed).unwrap());
        self.gauge.collect()
    }
}

fn rig() -> Rig {
    let rig = Rig::bare();
    rig.meter().u64_counter("orders").build().add(1, &[]);
    rig.bridge.register(Box::new(IntGauge::new("depth", "D.").unwrap())).unwrap();
    rig
}

/// The families that are there within `millis`.
fn names(rig: &Rig, millis: u64) -> Vec<String> {
    let mut page = Vec::new();
    let mut writer = TextWriter::new(&mut page);
    rig.bridge.collect_by(Instant::now() + Duration::from_millis(millis), &mut writer);
    writer.finish();
    families(&String::from_utf8(page).unwrap()).into_keys().collect()
}

/// How it ends once it returns.
fn is_there_again(rig: &Rig, stuck: &Stuck, all: &[&str]) {
    stuck.let_go();
    let begun = Instant::now();
    while names(rig, 5_000) != all {
        assert!(begun.elapsed() < Duration::from_secs(10));
    }
}

#[test]
fn a_collector_that_does_not_return_and_is_guarded_costs_its_own_families() {
    let (rig, stuck) = (rig(), Stuck::new());
    rig.bridge.register(Box::new(stuck.clone())).unwrap();
    for _ in 0..3 {
        assert_eq!(names(&rig, 1_000), ["depth", "orders_total"]);
    }
    assert_eq!(stuck.asked.load(Ordering::SeqCst), 1, "it is not asked again");
    let losses = rig.bridge.losses();
    assert_eq!((losses[0].family.as_str(), losses[0].times), ("stuck", 3), "{losses:?}");
    assert!(losses[0].cause.to_string().contains("does not return"));
    is_there_again(&rig, &stuck, &["depth", "orders_total", "stuck"]);
}

#[test]
fn a_collector_that_does_not_return_and_is_not_guarded_leaves_opentelemetry_s_families() {
    let (rig, stuck) = (rig(), Stuck::new());
    rig.bridge.registry().register(Box::new(stuck.clone())).unwrap();
    for _ in 0..3 {
        assert_eq!(names(&rig, 1_000), ["orders_total"]);
    }
    assert_eq!(stuck.asked.load(Ordering::SeqCst), 1, "it is not asked again");
    assert_eq!(rig.losses(), [(String::new(), "RegistryLate".into())]);
    is_there_again(&rig, &stuck, &["depth", "orders_total", "stuck"]);
}

#[test]
fn a_collector_that_panics_costs_its_own_families_within_a_deadline_too() {
    struct Broken(IntGauge);
    impl Collector for Broken {
        fn desc(&self) -> Vec<&Desc> {
            self.0.desc()
        }
        fn collect(&self) -> Vec<MetricFamily> {
            panic!("no luck")
        }
    }
    let rig = rig();
    rig.bridge.register(Box::new(Broken(IntGauge::new("broken", "B.").unwrap()))).unwrap();
    assert_eq!(names(&rig, 5_000), ["depth", "orders_total"]);
    assert_eq!(rig.losses(), [("broken".into(), "CollectorPanicked".into())]);
}

#[test]
fn whoever_reads_within_is_told_the_deadline_and_decides() {
    let rig = rig();
    let told = Arc::new(Mutex::new(Vec::new()));
    let tell = Arc::clone(&told);
    rig.bridge.read_within(move |deadline, read| {
        let mut told = tell.lock().unwrap();
        told.push(deadline);
        if told.len() != 2 {
            read();
        }
    });
    // Only the first one counts.
    rig.bridge.read_within(|_, _| unreachable!());
    let before = Instant::now();
    assert_eq!(names(&rig, 5_000), ["depth", "orders_total"]);
    assert_eq!(names(&rig, 5_000), ["depth"]);
    assert_eq!(rig.losses(), [(String::new(), "CallbackScraped".into())]);
    assert_eq!(rig.bridge.registry().gather().len(), 2);
    let told = told.lock().unwrap();
    assert!(told[0].unwrap() >= before + Duration::from_secs(5));
    assert_eq!(told[2], None, "who gathers a registry has no deadline");
}

#[test]
fn a_reading_that_panics_on_the_way_is_no_reading_any_more() {
    let rig = rig();
    let is_broken = Arc::new(AtomicUsize::new(2));
    rig.bridge.read_within(move |_, read| {
        let before = is_broken.load(Ordering::SeqCst);
        is_broken.store(before.saturating_sub(1), Ordering::SeqCst);
        if before == 1 {
            read();
        }
        assert_eq!(before, 0, "no luck");
        read();
    });
    for _ in 0..2 {
        catch_unwind(AssertUnwindSafe(|| names(&rig, 5_000))).unwrap_err();
    }
    assert_eq!(names(&rig, 5_000), ["depth", "orders_total"]);
    assert!(rig.losses().is_empty(), "{:?}", rig.losses());
}

#[test]
fn a_callback_that_scrapes_on_the_same_thread_hangs_nobody() {
    let rig = rig();
    let bridge = rig.bridge.clone();
    let meter = rig.meter();
    let gauge = meter.u64_observable_gauge("nested").with_callback(move |nested| {
        bridge.registry().gather();
        nested.observe(1, &[]);
    });
    gauge.build();
    let (done, ended) = mpsc::channel();
    thread::spawn(move || done.send((names(&rig, 5_000), rig.losses())));
    let (names, losses) = ended.recv_timeout(Duration::from_secs(10)).expect("an end");
    assert_eq!(names, ["depth", "nested", "orders_total"]);
    assert_eq!(losses, [(String::new(), "CallbackScraped".into())]);
}

/// As [`Bridge::register`](kymo_bridge::Bridge::register) says.
#[test]
fn registering_waits_for_a_collector_that_does_not_return_and_is_not_guarded() {
    for is_guarded in [true, false] {
        let (rig, stuck) = (rig(), Stuck::new());
        if is_guarded {
            rig.bridge.register(Box::new(stuck.clone())).unwrap();
        } else {
            rig.bridge.registry().register(Box::new(stuck.clone())).unwrap();
        }
        names(&rig, 500);
        let (bridge, (done, registered)) = (rig.bridge.clone(), mpsc::channel());
        thread::spawn(move || {
            bridge.register(Box::new(IntGauge::new("later", "L.").unwrap())).unwrap();
            done.send(()).unwrap();
        });
        if !is_guarded {
            registered.recv_timeout(Duration::from_secs(1)).unwrap_err();
            // Neither does it keep a page from those who scrape.
            assert_eq!(names(&rig, 500), ["orders_total"]);
            stuck.let_go();
        }
        registered.recv_timeout(Duration::from_secs(10)).expect("it is registered");
        stuck.let_go();
    }
}
