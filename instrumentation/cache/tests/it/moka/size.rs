//! How many entries a cache of moka has is told while the program has it.

use crate::meters::{ENTRIES, Meters};

#[tokio::test]
async fn entries_are_told_until_the_last_clone_is_gone() {
    let (meters, books) = Meters::books();
    let bare = moka::future::Cache::new(100);
    let cache = books.moka(bare.clone());
    assert_eq!(meters.sum(ENTRIES), Some(0));
    for key in 0..5 {
        cache.insert(key, key).await;
    }
    cache.run_pending_tasks().await;
    assert_eq!(meters.sum(ENTRIES), Some(5));
    let clone = cache.clone();
    drop(cache);
    clone.invalidate(&3).await;
    clone.run_pending_tasks().await;
    assert_eq!(meters.sum(ENTRIES), Some(4));
    drop(clone);
    assert_eq!(meters.sum(ENTRIES), None, "moka's own clone does not count");
    assert_eq!(bare.entry_count(), 4);
}

#[test]
fn measuring_does_not_keep_what_is_cached() {
    let (meters, books) = Meters::books();
    let value = std::sync::Arc::new(7);
    let cache = books.moka(moka::sync::Cache::new(100));
    cache.insert(1, std::sync::Arc::clone(&value));
    cache.run_pending_tasks();
    assert_eq!(meters.sum(ENTRIES), Some(1));
    drop(cache);
    assert_eq!(meters.sum(ENTRIES), None);
    // crossbeam frees in its own time; a value that only telemetry held would stay for ever.
    for _ in 0..10_000 {
        moka::sync::Cache::new(1).insert(0, 0);
        if std::sync::Arc::strong_count(&value) == 1 {
            return;
        }
    }
    panic!("the value is still held");
}
