//! What is made of series.

use crate::{Context, Histograms, Series, selector::label, series::Part};

/// A figure of some series, such as their rate.
#[derive(Clone, Copy, Debug)]
pub enum Figure {
    /// Events per second: of a counter, or the observations of a histogram.
    Rate,
    /// Events of the window.
    Increase,
    /// The sum of what a histogram has observed, per second.
    Total,
    /// The mean of what it has observed.
    Mean,
    /// The mean of all that it has observed since the processes began.
    Average,
    /// A quantile of it, from 0 to 1.
    Quantile(f64),
    /// The part of it that is no greater than a bound.
    Within(&'static str),
    /// Levels, added up.
    Sum,
    /// The greatest level.
    Max,
    /// The least level.
    Min,
    /// How often a gauge fell.
    Falls,
}

impl Figure {
    pub(crate) fn text(
        self,
        context: &Context<'_>,
        series: &Series,
        by: &[&'static str],
        window: &str,
    ) -> String {
        let is_native = context.names.histograms() == Histograms::Native;
        let range = |part| format!("{}[{window}]", series.selector(context, part, &[]));
        let level = || series.selector(context, Part::Whole, &[]);
        let sum = |inner: &str| grouped("sum", context, by, &[], inner);
        let observed = |function: &str, part, name: &str| {
            if is_native {
                format!("{name}({function}({}))", range(Part::Whole))
            } else {
                format!("{function}({})", range(part))
            }
        };
        let count = |function: &str| {
            if series.is_histogram() {
                observed(function, Part::Count, "histogram_count")
            } else {
                format!("{function}({})", range(Part::Whole))
            }
        };
        match self {
            Self::Rate => sum(&count("rate")),
            Self::Increase => sum(&count("increase")),
            Self::Total => sum(&observed("rate", Part::Sum, "histogram_sum")),
            Self::Mean => {
                let total = sum(&observed("rate", Part::Sum, "histogram_sum"));
                format!("{total} / {}", sum(&count("rate")))
            }
            Self::Average if is_native => {
                let of = |function| sum(&format!("{function}({})", level()));
                format!("{} / {}", of("histogram_sum"), of("histogram_count"))
            }
            Self::Average => {
                let of = |part| sum(&series.selector(context, part, &[]));
                format!("{} / {}", of(Part::Sum), of(Part::Count))
            }
            Self::Quantile(quantile) => {
                let buckets = if is_native {
                    sum(&format!("rate({})", range(Part::Whole)))
                } else {
                    grouped("sum", context, by, &["le"], &format!("rate({})", range(Part::Bucket)))
                };
                format!("histogram_quantile({quantile}, {buckets})")
            }
            Self::Within(bound) if is_native => {
                format!(
                    "histogram_fraction(0, {bound}, {})",
                    sum(&format!("rate({})", range(Part::Whole)))
                )
            }
            Self::Within(bound) => {
                let below = series.selector(context, Part::Bucket, &[format!("le=\"{bound}\"")]);
                let below = sum(&format!("rate({below}[{window}])"));
                format!("{below} / {}", sum(&count("rate")))
            }
            Self::Sum => sum(&level()),
            Self::Max => grouped("max", context, by, &[], &level()),
            Self::Min => grouped("min", context, by, &[], &level()),
            Self::Falls => sum(&format!("resets({})", range(Part::Whole))),
        }
    }
}

/// An aggregation in groups of these attributes, and of the labels that the context has in each.
fn grouped(
    how: &str,
    context: &Context<'_>,
    by: &[&'static str],
    first: &[&str],
    inner: &str,
) -> String {
    let keys = context.groups.iter().chain(by).map(|key| label(context.names, key));
    let keys: Vec<_> = first.iter().map(|key| (*key).to_owned()).chain(keys).collect();
    if keys.is_empty() {
        format!("{how}({inner})")
    } else {
        format!("{how} by ({}) ({inner})", keys.join(", "))
    }
}
