//! The memory that telemetry takes before anything is measured.

use std::any::Any;

use allocation_counter::measure;
use kymo::{
    Telemetry, TelemetryBuilder, pool::PoolState, redis::RedisSettings, sqlx::PoolSettings,
};
use opentelemetry_sdk::metrics::ManualReader;
use sqlx::SqlitePool;
use tower::Layer;

/// Heap bytes that are still there after `code`, in KB.
fn kilobytes(code: impl FnOnce()) -> i64 {
    (measure(code).bytes_current + 500) / 1000
}

fn pool() -> SqlitePool {
    SqlitePool::connect_lazy("sqlite::memory:").unwrap()
}

/// A telemetry with what it hands out, and what each takes, in KB.
struct Shop {
    telemetry: Telemetry,
    _kept: Vec<Box<dyn Any>>,
    takes: Vec<(&'static str, i64)>,
}

impl Shop {
    fn open(shape: impl FnOnce(TelemetryBuilder) -> TelemetryBuilder) -> Self {
        let builder = shape(Telemetry::for_service("shop").environment([("", "")]));
        let mut built = None;
        let whole = kilobytes(|| built = Some(builder.process().build().unwrap()));
        let telemetry = built.unwrap();
        let mut kept: Vec<Box<dyn Any>> = Vec::with_capacity(20);
        let mut takes = vec![("telemetry", whole)];
        // A pool of sqlx that is not measured takes memory itself.
        let [books, orders] = [pool(), pool()];
        let (settings, redis) = (PoolSettings::new().named("books"), RedisSettings::new());
        let state = |pool: &SqlitePool| PoolState::new(pool.size(), pool.num_idle());
        let mut keep = |what, make: &dyn Fn() -> Box<dyn Any>| {
            takes.push((what, kilobytes(|| kept.push(make()))));
        };
        keep("layer", &|| Box::new(telemetry.http().layer(())));
        keep("second layer", &|| Box::new(telemetry.http().layer(())));
        keep("client", &|| Box::new(telemetry.http_client().layer(())));
        keep("cache", &|| Box::new(telemetry.cache("sessions")));
        keep("second cache", &|| Box::new(telemetry.cache("books")));
        keep("redis", &|| Box::new(telemetry.redis_handle(&redis)));
        keep("repository", &|| Box::new(telemetry.repository("books")));
        keep("unit of work", &|| Box::new(telemetry.unit_of_work("reindex")));
        keep("sqlx", &|| Box::new(telemetry.sqlx_with(books.clone(), &settings).unwrap()));
        keep("pool", &|| Box::new(telemetry.pool("orders", orders.clone(), state).unwrap()));
        keep("counter", &|| Box::new(telemetry.meter("shop").u64_counter("sold").build()));
        Self { telemetry, _kept: kept, takes }
    }
}

#[tokio::test]
async fn what_is_shown_at_zero_takes_room_for_its_series_and_nothing_else_does() {
    let at_once = Shop::open(|it| it.reader(ManualReader::default()));
    let shop = Shop::open(TelemetryBuilder::prometheus);
    println!("with a reader of the application: {:?} KB", at_once.takes);
    println!("without: {:?} KB", shop.takes);
    for (what, kilobytes) in &shop.takes {
        let most = match *what {
            // Its counters that are only read, until they are read.
            "telemetry" => 160,
            "cache" => 200,
            "layer" | "client" | "redis" | "repository" => 60,
            "unit of work" => 120,
            "sqlx" => 500,
            _ => 4,
        };
        assert!(*kilobytes <= most, "{what} takes {kilobytes} KB");
    }
    // What is only read takes no more after it was.
    let registry = shop.telemetry.bridge().unwrap().registry();
    let first = kilobytes(|| {
        for family in registry.gather() {
            println!("{} {}", family.name(), family.get_metric().len());
        }
    });
    let telemetry = shop.takes.iter().find(|(what, _)| *what == "telemetry").unwrap().1;
    println!("the first reading gives {} of {telemetry} KB back", -first);
    assert!(telemetry + first <= 70, "{telemetry} {first}");
    let read = kilobytes(|| drop(registry.gather()));
    assert!(read < 1, "{read}");
}
