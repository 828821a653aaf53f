//! The text writer of kymo alone, fed with families that are already there.

use ::kymo::prometheus::exposition::text::TextWriter;
use ::kymo::prometheus::exposition::{
    Family, Histogram, Kind, Label, Number, Series as Sample, Sink as _, Value,
};

use super::workload::{BOUNDS, HELP, LabelSet, OBSERVATIONS, Series, Workload};
use super::{Expose, Peer, SIZES, name};
use crate::callgrind;
use crate::promise::Promise;
use crate::subject::BoxError;

pub const PEER: Peer = Peer {
    name: "writer",
    title: "kymo's text writer alone",
    record: |workload| Ok(expose(workload)),
};

/// Says what the writer costs for each sample, apart from what it costs for each family.
pub fn summary() -> Result<Vec<Promise>, BoxError> {
    let mut allocations = 0.0_f64;
    for series in [Series::Counters, Series::Histograms] {
        let [fewer, more] = SIZES.map(|size| Workload::of_one_instrument(series, size.lines));
        let cost = |workload: &Workload| callgrind::cost(&name(series, workload.lines(), &PEER), 1);
        let (few, many) = (cost(&fewer)?, cost(&more)?);
        let per_sample = |few: f64, many: f64| (many - few) / (more.lines() - fewer.lines()) as f64;
        allocations = allocations.max(per_sample(few.allocations, many.allocations));
        println!(
            "The text writer alone, {}: {:.0} instructions and {} allocations a sample.\n",
            series.name(),
            per_sample(few.instructions, many.instructions),
            per_sample(few.allocations, many.allocations),
        );
    }
    let what = "allocations per sample in the text writer";
    Ok(vec![Promise::at_most(0.0, what, allocations)])
}

fn expose(workload: &Workload) -> Box<Expose> {
    let workload = *workload;
    let name = match workload.series {
        Series::Counters => workload.counting_sample(0),
        Series::Histograms => workload.family(0),
    };
    let sets: Vec<_> = workload.sets().map(|set| (set.values(), set.count())).collect();
    let counts = counts();
    Box::new(move |text| {
        let mut writer = TextWriter::new(text);
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
                    exemplars: &[],
                }),
            };
            writer.series(&Sample { labels: &labels, start_time: None, timestamp: None, value });
        }
        writer.finish();
        Ok(())
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
