//! The endpoint, as a service and over real sockets.

#![allow(clippy::unwrap_used, reason = "a test may")]

mod listener;
mod service;

use std::sync::{Arc, Condvar, Mutex};

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
