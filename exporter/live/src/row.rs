//! Rows.

use std::collections::VecDeque;

use crate::{
    pace::{POINTS, WINDOW},
    reading::Reading,
    section::{Column, Kept, Section, Value},
};

/// A row: what is known of it now, how it rose lately, and what its columns were earlier.
#[derive(Debug)]
pub(crate) struct Row {
    /// The values of its attributes, each behind a [`SEPARATOR`].
    pub(crate) key: Box<str>,
    /// What the reading that is under way says of it.
    pub(crate) next: Reading,
    now: Reading,
    /// The last that is known of each of its numbers: one that is late for once did not begin anew.
    known: Reading,
    /// What it rose by in each of the last readings.
    window: VecDeque<Reading>,
    /// The earlier numbers of the columns that keep some, each in the place of its reading.
    kept: Vec<Option<Box<[f32]>>>,
}

/// Ends a value of a key.
pub(crate) const SEPARATOR: char = '\u{1f}';

impl Row {
    /// A row of `section`, or all of its rows together, of which nothing is known.
    pub(crate) fn new(key: &str, section: &Section, is_total: bool) -> Self {
        let least = if is_total { Kept::Total } else { Kept::Rows };
        let history = |column: &Column| {
            (column.kept >= least).then(|| vec![f32::NAN; POINTS].into_boxed_slice())
        };
        Self {
            key: key.into(),
            next: Reading::default(),
            now: Reading::default(),
            known: Reading::default(),
            window: VecDeque::with_capacity(WINDOW),
            kept: section.columns.iter().map(history).collect(),
        }
    }

    /// Whether the last reading had something to say of it.
    pub(crate) fn is_there(&self) -> bool {
        !self.now.is_empty()
    }

    /// Makes the reading that is complete the last one: number `count` of all, after `seconds` altogether of the
    /// window.
    ///
    /// The first reading of all says nothing of how anything rose. Whatever appears later began at nothing, but
    /// for slots of which the reading before said nothing at all, in no row, so that they may have been late.
    pub(crate) fn commit(
        &mut self,
        section: &Section,
        count: usize,
        seconds: f64,
        is_late: impl Fn(usize) -> bool,
    ) {
        if count > 0 {
            if self.window.len() == WINDOW {
                self.window.pop_front();
            }
            let mut rise = self.next.since(&self.known);
            rise.forget(is_late);
            self.window.push_back(rise);
        }
        self.known.renew(&self.next);
        std::mem::swap(&mut self.now, &mut self.next);
        self.next.clear();
        let rise = self.rise();
        let numbers: Vec<_> =
            section.columns.iter().map(|column| self.of(column, rise.as_ref(), seconds)).collect();
        for (history, number) in self.kept.iter_mut().zip(numbers) {
            if let Some(history) = history {
                #[expect(
                    clippy::cast_possible_truncation,
                    reason = "a line on a screen is as fine"
                )]
                let number = number as f32;
                history[count % POINTS] = number;
            }
        }
    }

    /// The numbers of its columns.
    pub(crate) fn numbers(&self, section: &Section, seconds: f64) -> Vec<f64> {
        let rise = self.rise();
        section.columns.iter().map(|column| self.of(column, rise.as_ref(), seconds)).collect()
    }

    /// The earlier numbers of each column that keeps some: the last `points` of `count` readings, the oldest
    /// first.
    pub(crate) fn earlier(
        &self,
        count: usize,
        points: usize,
    ) -> impl Iterator<Item = (usize, impl Iterator<Item = f64> + '_)> {
        let histories = self.kept.iter().enumerate();
        histories.filter_map(move |(column, history)| {
            let history = history.as_deref()?;
            let places = count.saturating_sub(points.min(POINTS))..count;
            Some((column, places.map(|place| f64::from(history[place % POINTS]))))
        })
    }

    /// What it rose by within the window, if anybody knows.
    fn rise(&self) -> Option<Reading> {
        let mut rises = self.window.iter();
        let mut sum = rises.next()?.clone();
        rises.for_each(|rise| sum.absorb(rise));
        Some(sum)
    }

    fn of(&self, column: &Column, rise: Option<&Reading>, seconds: f64) -> f64 {
        let number = match column.value {
            Value::Latest(slot) => self.now.slot(slot),
            Value::Rate(slots) => rise.and_then(|rise| rise.sum(slots)).map(|sum| sum / seconds),
            Value::Share(slot, slots) => rise.and_then(|rise| {
                let among = rise.sum(slots).filter(|sum| *sum > 0.0)?;
                Some(rise.slot(slot).unwrap_or(0.0) / among)
            }),
            Value::Level(slot, other) => {
                let among = self.now.slot(other).filter(|number| *number > 0.0);
                among.and_then(|among| Some(self.now.slot(slot)? / among))
            }
            Value::RatePer(slot, other) => rise.and_then(|rise| {
                let each = self.now.slot(other).filter(|number| *number > 0.0)?;
                Some(rise.slot(slot)? / seconds / each)
            }),
            Value::Quantile(q) => rise.map(|rise| rise.buckets.quantile(q)),
        };
        number.unwrap_or(f64::NAN)
    }
}
