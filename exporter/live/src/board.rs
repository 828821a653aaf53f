//! The rows of a section.

use std::{collections::HashMap, sync::Arc};

use kymo_exposition::Value;

use crate::{
    row::Row,
    section::{Section, To},
};

/// The rows of a section, and all of them together.
#[derive(Debug)]
pub(crate) struct Board {
    pub(crate) section: &'static Section,
    pub(crate) total: Row,
    rows: Vec<Row>,
    places: HashMap<Box<str>, usize>,
    /// Series of this reading whose row has no room.
    without_room: usize,
    /// Those of the last reading.
    pub(crate) left: usize,
    /// Bounds that histograms share.
    bounds: Arc<[f64]>,
}

/// Rows that a section has at most; what exceeds them is in the total alone.
pub(crate) const MOST_ROWS: usize = 400;

impl Board {
    pub(crate) fn new(section: &'static Section) -> Self {
        Self {
            section,
            total: Row::new("", section, true),
            rows: Vec::new(),
            places: HashMap::new(),
            without_room: 0,
            left: 0,
            bounds: Arc::default(),
        }
    }

    /// Forgets what a reading has said that did not come to its end.
    pub(crate) fn begin(&mut self) {
        self.total.next.clear();
        self.rows.iter_mut().for_each(|row| row.next.clear());
        self.without_room = 0;
    }

    /// Adds a series to its row, which is made if there is `room`; takes a place of that.
    pub(crate) fn take(
        &mut self,
        key: &str,
        value: &Value<'_>,
        to: To,
        has_failed: bool,
        room: &mut usize,
    ) {
        self.total.next.take(value, to, has_failed, &mut self.bounds);
        if matches!(to, To::Total(_)) {
            return;
        }
        let place = match self.places.get(key) {
            Some(place) => *place,
            None if *room > 0 && self.rows.len() < MOST_ROWS => {
                *room -= 1;
                self.rows.push(Row::new(key, self.section, false));
                self.places.insert(key.into(), self.rows.len() - 1);
                self.rows.len() - 1
            }
            None => {
                self.without_room += 1;
                return;
            }
        };
        if let Some(row) = self.rows.get_mut(place) {
            row.next.take(value, to, has_failed, &mut self.bounds);
        }
    }

    /// As [`Row::commit`], of all rows.
    pub(crate) fn commit(&mut self, count: usize, seconds: f64) {
        self.total.commit(self.section, count, seconds);
        self.rows.iter_mut().for_each(|row| row.commit(self.section, count, seconds));
        self.left = self.without_room;
        self.without_room = 0;
    }

    /// The rows that there are with their numbers, those first that have the most of the column by which they are
    /// shown, and then of what they ever had.
    pub(crate) fn ordered(&self, seconds: f64) -> Vec<(&Row, Vec<f64>)> {
        let there = self.rows.iter().filter(|row| row.is_there());
        let mut rows: Vec<_> = there.map(|row| (row, row.numbers(self.section, seconds))).collect();
        let order = self.section.order;
        let total = self.section.columns.iter().position(|column| column.id == "total");
        let by = |numbers: &[f64], column: usize| {
            let number = numbers.get(column).copied().unwrap_or(f64::NAN);
            if number.is_nan() { f64::NEG_INFINITY } else { number }
        };
        rows.sort_by(|(a, left), (b, right)| {
            let of = |column| by(right, column).total_cmp(&by(left, column));
            of(order).then_with(|| of(total.unwrap_or(order))).then_with(|| a.key.cmp(&b.key))
        });
        rows
    }
}
