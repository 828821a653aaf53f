//! The two ends of a scrape: the source of families, and the sink.

use std::time::Instant;

use crate::{Family, Series};

/// A source of families, such as a bridge or a registry.
///
/// An implementation pushes the header of a family, then all its series, then the next family. It
/// names each family once, no two series of it have the same labels, and the states of a
/// [set](crate::Kind::StateSet) are together. A writer leaves out and counts what does not keep to this, but for
/// equal series: it would have to know all of them.
pub trait Source: Send + Sync {
    /// Pushes everything there is to say now.
    fn collect(&self, sink: &mut dyn Sink);

    /// As [`Source::collect`], and leaves out the families that it would have to wait for after `deadline`.
    ///
    /// A source that waits for nobody has no use for a deadline and need not implement it.
    fn collect_by(&self, deadline: Instant, sink: &mut dyn Sink) {
        let _ = deadline;
        self.collect(sink);
    }
}

/// A destination of families: the writer of a format.
pub trait Sink {
    /// Begins a family. The series that follow belong to it.
    fn family(&mut self, family: &Family<'_>);

    /// Adds a series to the family that was begun last.
    fn series(&mut self, series: &Series<'_>);

    /// The next series has labels of the names that those of the last one have, in the same order, and the last `same`
    /// of them have the same values too, as those of a scope have.
    ///
    /// Whoever knows it says it before each such series, since a writer need not look at them again then. Where it is
    /// not so, the series gets what the last one has. Nothing needs to come of it.
    fn repeat_labels(&mut self, same: usize) {
        let _ = same;
    }

    /// Whether it has a use for exemplars: a source need not look for any otherwise.
    fn takes_exemplars(&self) -> bool {
        true
    }
}
