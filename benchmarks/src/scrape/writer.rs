//! The writers of kymo alone, fed with families that are already there.

use ::kymo::prometheus::exposition::{
    Family, Format, Histogram, Kind, Label, Number, Scheme, Series as Sample, Sink as _, Value,
    Writer,
};

use paths::callgrind;
use paths::scrape::{
    BOUNDS, Expose, HELP, LabelSet, OBSERVATIONS, Peer, Scraper, Series, Workload, verify_text,
};
use paths::{BoxError, Subject};

use super::{SIZES, messages, name};
use crate::promise::Promise;

/// The writer of each format; that of text 0.0.4 is the one that the others are compared with.
pub const PEERS: [Peer; 3] = [
    Peer {
        name: "writer",
        title: "text 0.0.4",
        record: |workload| Ok(expose(workload, Format::Text004)),
    },
    Peer {
        name: "writer-openmetrics",
        title: "OpenMetrics 1.0.0",
        record: |workload| Ok(expose(workload, Format::OpenMetrics100)),
    },
    Peer {
        name: "writer-protobuf",
        title: "protobuf",
        record: |workload| Ok(expose(workload, Format::Protobuf)),
    },
];

/// How the names of those end whose document has no lines.
const PROTOBUF: &str = "protobuf";

/// The writer of a format, again and again.
pub fn subject(peer: &Peer, workload: Workload) -> Result<Box<dyn Subject>, BoxError> {
    let verify = if peer.name.ends_with(PROTOBUF) { messages::verify } else { verify_text };
    Ok(Box::new(Scraper::new(peer.name, workload, (peer.record)(&workload)?, verify)))
}

/// Says what each writer costs for each sample, apart from what it costs for each family.
pub fn summary() -> Result<Vec<Promise>, BoxError> {
    let mut promises = Vec::new();
    let mut allocations = 0.0_f64;
    for series in [Series::Counters, Series::Histograms] {
        let [fewer, more] = SIZES.map(|size| Workload::of_one_instrument(series, size.lines));
        let per_sample = |few: f64, many: f64| (many - few) / (more.lines() - fewer.lines()) as f64;
        let mut of_text = None;
        for peer in &PEERS {
            let cost =
                |workload: &Workload| callgrind::cost(&name(series, workload.lines(), peer), 1);
            let (few, many) = (cost(&fewer)?, cost(&more)?);
            allocations = allocations.max(per_sample(few.allocations, many.allocations));
            let instructions = per_sample(few.instructions, many.instructions);
            println!(
                "The writer of {} alone, {}: {instructions:.0} instructions and {} allocations a sample.\n",
                peer.title,
                series.name(),
                per_sample(few.allocations, many.allocations),
            );
            let Some(of_text) = of_text else {
                of_text = Some(instructions);
                continue;
            };
            let what =
                format!("instructions of {}, {}, over text 0.0.4", peer.title, series.name());
            promises.push(Promise::at_most(1.2, what, instructions / of_text));
        }
    }
    let what = "allocations per sample in a writer";
    promises.push(Promise::at_most(0.0, what, allocations));
    Ok(promises)
}

fn expose(workload: &Workload, format: Format) -> Box<Expose> {
    let workload = *workload;
    let name = match workload.series {
        Series::Counters => workload.counting_sample(0),
        Series::Histograms => workload.family(0),
    };
    let sets: Vec<_> = workload.sets().map(|set| (set.values(), set.count())).collect();
    let counts = counts();
    Box::new(move |text| {
        let mut writer = Writer::new(text, format, Scheme::Underscores);
        let kind = match workload.series {
            Series::Counters => Kind::Counter,
            Series::Histograms => Kind::Histogram,
        };
        writer.family(&Family { name: &name, help: HELP, unit: "", kind });
        for (values, count) in &sets {
            let labels: [_; 3] =
                std::array::from_fn(|label| Label::new(LabelSet::NAMES[label], &values[label]));
            let value = match workload.series {
                Series::Counters => Value::Number(Number::U64(*count), None),
                Series::Histograms => Value::Histogram(Histogram {
                    bounds: &BOUNDS,
                    counts: &counts,
                    sum: Some(Number::F64(OBSERVATIONS.iter().sum())),
                    can_fall: false,
                    exemplars: &[],
                }),
            };
            writer.series(&Sample { labels: &labels, start_time: None, timestamp: None, value });
        }
        let samples = writer.finish().samples;
        if samples == workload.lines() as u64 { Ok(()) } else { Err("a sample is missing".into()) }
    })
}

/// The observations of one histogram in its buckets.
fn counts() -> [u64; BOUNDS.len() + 1] {
    let mut counts = [0; BOUNDS.len() + 1];
    for observation in OBSERVATIONS {
        counts[BOUNDS.partition_point(|bound| *bound < observation)] += 1;
    }
    counts
}
