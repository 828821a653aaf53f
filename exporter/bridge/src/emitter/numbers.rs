//! The numbers of a metric, one after the other.

use kymo_exposition::{Number, Series, Value};

use super::{Emitter, times::Times};
use crate::{point::Attributed, position::Position};

impl Emitter<'_> {
    /// Gives out a number for each of these `points`, none of which has an exemplar.
    pub(super) fn numbers<'p, P: Attributed + 'p>(
        &mut self,
        points: impl Iterator<Item = &'p P>,
        times: Times,
        number: impl Fn(&P) -> Number,
        at: Position<'_>,
    ) {
        if self.is_merging {
            for point in points {
                let value = || Value::Number(number(point), None);
                self.series(point, times, value, at);
            }
            return;
        }
        let it = at.surroundings(&self.scopes);
        let Emitter { assembler, outlet, .. } = self;
        assembler.give_all(points, it, |point, labels, same| {
            let value = Value::Number(number(point), None);
            let start_time = times.start;
            outlet.give_next(&Series { labels, start_time, timestamp: None, value }, same);
        });
    }
}
