//! Reading back messages of protobuf.

use paths::BoxError;
use paths::scrape::{Series, Workload};
use prometheus::proto::MetricFamily;
use protobuf::CodedInputStream;

/// Every series is there, and every value.
pub fn verify(workload: &Workload, document: &[u8]) -> Result<(), BoxError> {
    let mut input = CodedInputStream::from_bytes(document);
    let mut families = Vec::new();
    while !input.eof()? {
        families.push(input.read_message::<MetricFamily>()?);
    }
    families.retain(|family| family.name().starts_with("bench_"));
    let series: usize = families.iter().map(|family| family.get_metric().len()).sum();
    if families.len() != workload.instruments || series != workload.series_at_all() {
        return Err(format!("{series} series in {} families", families.len()).into());
    }
    for family in families {
        let counts = family.get_metric().iter().map(|metric| match workload.series {
            Series::Counters => metric.get_counter().value(),
            Series::Histograms => metric.get_histogram().sample_count() as f64,
        });
        let counted: f64 = counts.sum();
        if counted != workload.counted() as f64 {
            return Err(format!("{} adds up to {counted}", family.name()).into());
        }
    }
    Ok(())
}
