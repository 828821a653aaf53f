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
    /// The slots that this reading has said something of, and those of the last one.
    told: [Slots; 2],
}

/// A bit for each slot.
type Slots = u16;

/// Rows that a section has at most; what exceeds them is in the total alone.
pub(crate) const MOST_ROWS: usize = 400;
/// Rows that it has in any case, however many the others have.
pub(crate) const OWN_ROWS: usize = 48;

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
            told: [0; 2],
        }
    }

    /// Forgets what a reading has said that did not come to its end.
    pub(crate) fn begin(&mut self) {
        self.total.next.clear();
        self.rows.iter_mut().for_each(|row| row.next.clear());
        self.without_room = 0;
        self.told[0] = 0;
    }

    /// A series goes there, though it may be in no row: what rises from it later was not late.
    pub(crate) fn tell(&mut self, to: To) {
        if let To::Slot(slot) | To::Total(slot) = to {
            self.told[0] |= 1 << slot;
        }
    }

    /// Adds a series to its row, which is made if there is room: its own, or a place of the `room` of all.
    pub(crate) fn take(
        &mut self,
        key: &str,
        value: &Value<'_>,
        to: To,
        has_failed: bool,
        room: &mut usize,
    ) {
        self.total.next.take(value, to, has_failed, &mut self.bounds);
        self.tell(to);
        if matches!(to, To::Total(_)) {
            return;
        }
        let place = match self.places.get(key) {
            Some(place) => *place,
            None if self.rows.len() < OWN_ROWS || (*room > 0 && self.rows.len() < MOST_ROWS) => {
                if self.rows.len() >= OWN_ROWS {
                    *room -= 1;
                }
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
        // A metric that was not there before may have been late: how it rose, nobody knows.
        let [now, before] = self.told;
        let is_late = |slot: usize| now & !before & (1 << slot) != 0;
        self.total.commit(self.section, count, seconds, is_late);
        self.rows.iter_mut().for_each(|row| row.commit(self.section, count, seconds, is_late));
        self.told = [0, now];
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
