//! Exemplars that are kept beside the provider, on their way into a scrape.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    thread,
    time::Duration,
};

use kymo_bridge::Bridge;
use kymo_core::{ExemplarFilter, ExemplarSlots, Exemplars, MetricExemplars, Serving, Trace};
use kymo_exposition::{Exemplar, Family, Series, Sink, Source, Value, text::TextWriter};
use opentelemetry::{InstrumentationScope, KeyValue, metrics::MeterProvider};
use opentelemetry_sdk::metrics::{
    Aggregation, Instrument, InstrumentKind, SdkMeterProvider, Stream,
};

const SENT: &[u8] = b"00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";

/// The exemplars of a series.
fn of<'a>(series: &Series<'a>) -> Vec<Exemplar<'a>> {
    match series.value {
        Value::Number(_, exemplar) => exemplar.into_iter().collect(),
        Value::Histogram(it) => it.exemplars.iter().flatten().copied().collect(),
        Value::NativeHistogram(it) => {
            let classic = it.classic.iter().flat_map(|classic| classic.exemplars.iter().flatten());
            it.exemplars.iter().chain(classic).copied().collect()
        }
        _ => Vec::new(),
    }
}

/// Whether a series has an exemplar.
pub(crate) fn has_any(series: &Series<'_>) -> bool {
    !of(series).is_empty()
}

/// The metrics of a shop, and their exemplars.
pub(crate) struct Shop {
    meters: SdkMeterProvider,
    sold: Arc<MetricExemplars>,
    waited: Arc<MetricExemplars>,
    weight: Arc<MetricExemplars>,
}

impl Shop {
    /// Sells, waits for so long and weighs as much, in a trace if it is traced.
    pub(crate) fn trade(&self, number: i64, value: f64, is_traced: bool) {
        let meter = self.meters.meter("shop");
        let queue = [KeyValue::new("queue", number)];
        meter.f64_counter("sold").build().add(value, &queue);
        meter.f64_histogram("waited").with_boundaries(vec![1.0, 2.0]).build().record(value, &queue);
        meter.f64_histogram("weight").build().record(value, &queue);
        let _serving = Serving::enter(Trace::of_traceparent(SENT).filter(|_| is_traced));
        for metric in [&self.sold, &self.waited, &self.weight] {
            metric.observe(|| value, &queue, || []);
        }
    }
}

/// A shop with so many series of each metric, of which so many were observed in a trace.
pub(crate) fn shop(series: i64, traced: i64) -> (Bridge, Arc<Shop>) {
    let bridge = Bridge::builder().without_target_info().build().unwrap();
    let view = |instrument: &Instrument| {
        let is_one =
            instrument.kind() == InstrumentKind::Histogram && instrument.name() == "weight";
        let aggregation = Aggregation::Base2ExponentialHistogram {
            max_size: 160,
            max_scale: 20,
            record_min_max: true,
        };
        is_one.then(|| Stream::builder().with_aggregation(aggregation).build().ok()).flatten()
    };
    let meters = SdkMeterProvider::builder().with_view(view).with_reader(bridge.reader()).build();
    let kept = Exemplars::new(ExemplarFilter::TraceBased).unwrap();
    let scope = InstrumentationScope::builder("shop").build();
    let spread = ExemplarSlots::Buckets([1.0, 2.0].into());
    let shop = Arc::new(Shop {
        meters,
        sold: kept.metric(&scope, "sold", "", ExemplarSlots::One),
        waited: kept.metric(&scope, "waited", "", spread),
        weight: kept.metric(&scope, "weight", "", ExemplarSlots::Powers),
    });
    bridge.show_exemplars(kept);
    for number in 0..series {
        shop.trade(number, 0.5, number < traced);
    }
    (bridge, shop)
}

/// The exemplars of a scrape: the family, and the value.
#[derive(Default)]
struct Seen {
    name: String,
    all: Vec<(String, f64)>,
}

impl Sink for Seen {
    fn family(&mut self, family: &Family<'_>) {
        family.name.clone_into(&mut self.name);
    }

    fn series(&mut self, series: &Series<'_>) {
        self.all.extend(of(series).iter().map(|one| (self.name.clone(), one.value)));
    }
}

fn seen(bridge: &Bridge) -> Vec<(String, f64)> {
    let mut seen = Seen::default();
    bridge.collect(&mut seen);
    seen.all
}

#[test]
fn what_is_observed_after_the_collection_is_not_in_its_scrape() {
    let (bridge, shop) = shop(1, 1);
    let (late, is_first) = (Arc::clone(&shop), AtomicBool::new(true));
    // Whoever reads lets others go on before it writes.
    bridge.read_within(move |_, read| {
        read();
        thread::sleep(Duration::from_millis(2));
        if is_first.swap(false, Ordering::Relaxed) {
            late.trade(0, 1.5, true);
        }
    });
    let pair = |(name, value): (&str, f64)| (name.to_owned(), value);
    let once = [("waited", 0.5), ("weight", 0.5), ("weight", 0.5)].map(pair);
    assert_eq!(seen(&bridge), once, "the counter has its latest no more");
    let next = seen(&bridge);
    assert!(next.contains(&pair(("waited", 1.5))) && next.contains(&pair(("weight", 1.5))));
}

#[test]
fn a_writer_without_exemplars_says_so_and_a_registry_is_one() {
    let (bridge, _shop) = shop(1, 1);
    let mut page = Vec::new();
    let mut writer = TextWriter::new(&mut page);
    assert!(!writer.takes_exemplars());
    bridge.collect(&mut writer);
    assert_eq!(writer.finish().dropped, 0);
    assert!(!bridge.registry().gather().is_empty());
    assert_eq!(seen(&bridge).len(), 4);
}
