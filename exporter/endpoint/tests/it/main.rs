//! The endpoint, as a service and over real sockets.

#![allow(clippy::expect_used, clippy::unwrap_used, reason = "a test may")]

mod access;
mod churn;
mod compression;
mod deadline;
mod dialects;
mod ends;
mod filter;
mod formats;
mod last_scrape;
mod limits;
mod listener;
mod losses;
mod measured;
mod overview;
mod places;
mod service;
mod sharing;
mod site;
mod slow_links;
mod threads;
mod wakers;

use std::sync::{
    Arc, Condvar, Mutex,
    atomic::{AtomicU64, Ordering},
};

use kymo_exposition::{Family, Kind, Number, Series, Sink, Source, Value};

struct Up;

impl Source for Up {
    fn collect(&self, sink: &mut dyn Sink) {
        sink.family(&Family { name: "up", help: "", unit: "", kind: Kind::Gauge });
        let value = Value::Number(Number::U64(1), None);
        sink.series(&Series { labels: &[], start_time: None, timestamp: None, value });
    }
}

/// A source that waits until it is let go.
#[derive(Clone, Default)]
struct Gate(Arc<(Mutex<bool>, Condvar)>);

impl Gate {
    fn open(&self) {
        *self.0.0.lock().unwrap() = true;
        self.0.1.notify_all();
    }
}

impl Source for Gate {
    fn collect(&self, sink: &mut dyn Sink) {
        let open = self.0.1.wait_while(self.0.0.lock().unwrap(), |open| !*open);
        drop(open.unwrap());
        Up.collect(sink);
    }
}

/// A source that counts its collections, and says so.
#[derive(Clone, Default)]
struct Counted(Arc<AtomicU64>);

impl Counted {
    /// How many were begun.
    fn begun(&self) -> u64 {
        self.0.load(Ordering::SeqCst)
    }
}

impl Source for Counted {
    fn collect(&self, sink: &mut dyn Sink) {
        let number = self.0.fetch_add(1, Ordering::SeqCst) + 1;
        sink.family(&Family { name: "collection", help: "", unit: "", kind: Kind::Gauge });
        let value = Value::Number(Number::U64(number), None);
        sink.series(&Series { labels: &[], start_time: None, timestamp: None, value });
    }
}

/// A source of three families, of which two have some series.
struct Shelves;

impl Shelves {
    const PAGE: &str = "# TYPE books gauge\nbooks{shelf=\"0\"} 7\nbooks{shelf=\"1\"} 7\n\
        # TYPE readers gauge\nreaders{shelf=\"0\"} 7\n\
        # TYPE seats gauge\nseats{shelf=\"0\"} 7\nseats{shelf=\"1\"} 7\nseats{shelf=\"2\"} 7\n";
}

impl Source for Shelves {
    fn collect(&self, sink: &mut dyn Sink) {
        for (name, count) in [("books", 2), ("readers", 1), ("seats", 3)] {
            sink.family(&Family { name, help: "", unit: "", kind: Kind::Gauge });
            for number in 0..count {
                let number = number.to_string();
                let labels = [kymo_exposition::Label::new("shelf", &number)];
                let value = Value::Number(Number::U64(7), None);
                let series = Series { labels: &labels, start_time: None, timestamp: None, value };
                sink.series(&series);
            }
        }
    }
}

/// One source after the other.
struct Both<A, B>(A, B);

impl<A: Source, B: Source> Source for Both<A, B> {
    fn collect(&self, sink: &mut dyn Sink) {
        self.0.collect(sink);
        self.1.collect(sink);
    }
}

/// A source with more to say than the system buffers for a client that does not read.
struct Large;

impl Large {
    const LEN: usize = 6_000_000;
}

impl Source for Large {
    fn collect(&self, sink: &mut dyn Sink) {
        let help = &"x".repeat(Self::LEN);
        sink.family(&Family { name: "large", help, unit: "", kind: Kind::Gauge });
        let value = Value::Number(Number::U64(1), None);
        sink.series(&Series { labels: &[], start_time: None, timestamp: None, value });
    }
}
