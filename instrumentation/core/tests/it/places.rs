//! The places of databases, and the count of those that were folded.

use std::{
    collections::HashSet,
    sync::{Arc, OnceLock, mpsc},
    thread,
    time::Duration,
};

use kymo_core::{MetricKind, MetricSpec, Place, PlaceKey, Places, key};
use kymo_testing::TestMeters;
use opentelemetry::{
    KeyValue,
    metrics::{
        BoundSyncInstrument, Counter, InstrumentBuilder, InstrumentProvider, Meter, SyncInstrument,
    },
};

const QUERIES: MetricSpec =
    MetricSpec::new("queries", MetricKind::Counter, "{query}", "Queries that were sent.")
        .with_attributes(&[key::DB_NAMESPACE.key]);

const NOWHERE: Place<'_> = Place { system: "a", namespace: None, address: None, port: None };

fn shown(places: &Places, key: PlaceKey) -> Vec<String> {
    places.attributes(key).iter().map(|pair| format!("{}={}", pair.key, pair.value)).collect()
}

#[test]
fn only_what_is_known_is_an_attribute() {
    let places = Places::new(&TestMeters::new().meter("test"), &QUERIES);
    let nowhere = places.bound(NOWHERE);
    assert_eq!(shown(&places, nowhere), ["db.system.name=a"]);
    let somewhere = Place { namespace: Some("n"), address: Some("h"), port: Some(1), ..NOWHERE };
    let somewhere = places.bound(somewhere);
    assert_eq!(
        shown(&places, somewhere),
        ["db.namespace=n", "db.system.name=a", "server.address=h", "server.port=1"]
    );
    assert_eq!(places.bound(NOWHERE), nowhere);
}

#[test]
fn a_flood_of_places_ends_in_one_other_of_each_system_and_is_counted() {
    let meters = TestMeters::new();
    let folded = |expected: i64| {
        let snapshot = meters.snapshot();
        let folded = snapshot.counter("kymo.cardinality.folded");
        let folded = folded.with("kymo.cardinality.attribute", "db.namespace");
        folded.with("kymo.cardinality.metric", "queries").assert(expected);
    };
    let places = Places::new(&meters.meter("test"), &QUERIES);
    folded(0);
    let first = places.bound(NOWHERE);
    let keys: HashSet<_> = (0..1000)
        .map(|n: u32| {
            places.bound(Place { namespace: Some(&n.to_string()), port: Some(1), ..NOWHERE })
        })
        .collect();
    assert_eq!(keys.len(), 64, "63 that found room, and all the others");
    folded(1000 - 63);
    assert_eq!(places.bound(NOWHERE), first);
    folded(1000 - 63);
    let late = places.bound(Place { address: Some("late"), ..NOWHERE });
    assert_eq!(shown(&places, late), ["db.namespace=_OTHER", "db.system.name=a"]);
    let other = places.bound(Place { system: "b", ..NOWHERE });
    assert_eq!(shown(&places, other), ["db.namespace=_OTHER", "db.system.name=b"]);
    folded(1000 - 63 + 2);
}

/// Counters that ask for a place when they count.
#[derive(Clone, Default)]
struct Asking(Arc<OnceLock<Places>>);

impl Asking {
    fn ask(&self) {
        self.0.get().map(|places| places.bound(NOWHERE));
    }
}

impl InstrumentProvider for Asking {
    fn u64_counter(&self, _: InstrumentBuilder<'_, Counter<u64>>) -> Counter<u64> {
        Counter::new(Arc::new(self.clone()))
    }
}

impl SyncInstrument<u64> for Asking {
    fn measure(&self, _: u64, _: &[KeyValue]) {
        self.ask();
    }
    fn bind(&self, _: &[KeyValue]) -> Box<dyn BoundSyncInstrument<u64> + Send + Sync> {
        Box::new(self.clone())
    }
}

impl BoundSyncInstrument<u64> for Asking {
    fn measure(&self, _: u64) {
        self.ask();
    }
}

#[test]
fn a_counter_may_ask_for_a_place_when_a_place_is_folded() {
    let asking = Asking::default();
    let places = Places::new(&Meter::new(Arc::new(asking.clone())), &QUERIES);
    places.bound(NOWHERE);
    assert!(asking.0.set(places).is_ok());
    let (done, bound) = mpsc::channel();
    thread::spawn(move || {
        for port in 1..100 {
            asking.0.get().unwrap().bound(Place { port: Some(port), ..NOWHERE });
        }
        done.send(()).unwrap();
    });
    bound.recv_timeout(Duration::from_secs(10)).expect("all are bound");
}
