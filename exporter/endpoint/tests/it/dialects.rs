//! Who asks for other formats than others shares their collections.

use std::{
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use kymo_endpoint::Endpoint;
use tokio::task::JoinSet;

use crate::{
    Both, Counted, Gate, Shelves,
    formats::{OPENMETRICS, TEXT, get},
};

/// Accepts that differ.
const ACCEPTS: [&str; 8] = [
    "*/*",
    "application/openmetrics-text",
    "application/openmetrics-text;escaping=allow-utf-8",
    "text/plain;version=1.0.0",
    "text/plain;version=1.0.0;escaping=allow-utf-8",
    "text/plain;version=1.0.0;escaping=dots",
    "text/plain;version=1.0.0;escaping=values",
    "application/openmetrics-text;escaping=values",
];

/// What each of `accepts` gets who ask at the same time, after a collection that was under way; and how many
/// collections there were.
async fn at_once(accepts: &[&'static str]) -> (Vec<(String, String)>, u64) {
    let (counted, gate) = (Counted::default(), Gate::default());
    let endpoint = Endpoint::new(Both(counted.clone(), gate.clone()));
    let first = tokio::spawn({
        let endpoint = endpoint.clone();
        async move { get(&endpoint, "*/*").await }
    });
    while counted.begun() < 1 {
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
    let mut others = JoinSet::new();
    for (place, accept) in accepts.iter().copied().enumerate() {
        let endpoint = endpoint.clone();
        others.spawn(async move { (place, get(&endpoint, accept).await) });
        // They are spawned in their order, and so they ask.
        tokio::task::yield_now().await;
    }
    tokio::time::sleep(Duration::from_millis(50)).await;
    gate.open();
    first.await.unwrap();
    let mut got = others.join_all().await;
    got.sort_by_key(|(place, _)| *place);
    (got.into_iter().map(|(_, got)| got).collect(), counted.begun())
}

#[tokio::test]
async fn all_who_ask_at_the_same_time_share_one_collection_whatever_their_formats() {
    let accepts: Vec<_> = ACCEPTS[..6].iter().copied().cycle().take(60).collect();
    let (got, collections) = at_once(&accepts).await;
    assert_eq!(collections, 2);
    for (place, (content_type, body)) in got.iter().enumerate() {
        assert!(body.contains("collection 2\n"), "{body}");
        assert_eq!(*content_type, got[place % 6].0);
        assert_eq!(content_type == TEXT, place % 6 == 0, "{content_type}");
    }
}

#[tokio::test]
async fn who_wants_a_seventh_dialect_at_the_same_time_shares_the_collection_after_it() {
    let accepts: Vec<_> = ACCEPTS.iter().copied().cycle().take(40).collect();
    let (got, collections) = at_once(&accepts).await;
    assert_eq!(collections, 3);
    for (place, (content_type, body)) in got.iter().enumerate() {
        let collection = if place % 8 < 6 { 2 } else { 3 };
        assert!(body.contains(&format!("collection {collection}\n")), "{place}: {body}");
        assert_eq!(*content_type, got[place % 8].0, "each gets what it asks for");
    }
    let different: std::collections::BTreeSet<_> = got.iter().map(|(said, _)| said).collect();
    assert_eq!(different.len(), 8);
}

#[tokio::test(flavor = "multi_thread")]
async fn clients_that_ask_for_odd_formats_in_a_loop_change_nobody_s() {
    let endpoint = Endpoint::new(Both(Counted::default(), Shelves));
    let schemes = ["underscores", "allow-utf-8", "dots", "values"];
    let (mut crowd, pages) = (JoinSet::new(), Arc::<AtomicU64>::default());
    for format in ["text/plain;version=1.0.0", "application/openmetrics-text", "text/plain"] {
        for scheme in schemes {
            let (endpoint, pages) = (endpoint.clone(), Arc::clone(&pages));
            let accept = format!("{format};escaping={scheme}");
            crowd.spawn(async move {
                loop {
                    assert!(!get(&endpoint, &accept).await.1.is_empty());
                    pages.fetch_add(1, Ordering::Relaxed);
                }
            });
        }
    }
    for _ in 0..100 {
        let accept = "application/openmetrics-text;version=1.0.0,text/plain;version=0.0.4;q=0.5";
        let (said, body) = get(&endpoint, accept).await;
        assert_eq!(said, OPENMETRICS);
        assert!(body.ends_with("# EOF\n"), "{body}");
    }
    let pages = pages.load(Ordering::Relaxed);
    assert!(pages > 100, "the others got {pages}");
    assert!(crowd.try_join_next().is_none(), "all of them still ask");
    crowd.shutdown().await;
}

#[tokio::test]
async fn a_cache_has_the_formats_of_those_who_come_again() {
    let counted = Counted::default();
    let endpoint = Endpoint::new(Both(counted.clone(), Shelves));
    let endpoint = endpoint.cache_for(Duration::from_secs(3600));
    for _ in 0..5 {
        for accept in &ACCEPTS[..5] {
            let (_, body) = get(&endpoint, accept).await;
            assert!(body.contains("collection "), "{body}");
        }
    }
    assert_eq!(counted.begun(), 5, "one for each that nobody asked for before");
    for _ in 0..5 {
        for accept in ACCEPTS {
            get(&endpoint, accept).await;
        }
    }
    assert_eq!(counted.begun(), 8, "more than a collection has take it from nobody");
}
