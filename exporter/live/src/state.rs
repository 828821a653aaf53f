//! All that is kept while somebody looks.

use std::{
    collections::VecDeque,
    time::{Duration, Instant, SystemTime, UNIX_EPOCH},
};

use kymo_exposition::Source;

use crate::{
    about::About,
    board::{Board, OWN_ROWS},
    catalog::SECTIONS,
    census::Census,
    index::Index,
    intake::Intake,
    pace::{POINTS, WINDOW},
};

/// All that is kept while somebody looks.
///
/// It has 1,024 rows at most, each of which takes no more than 16 KiB, and hardly ever more than 4.
#[derive(Debug)]
pub(crate) struct State {
    pub(crate) boards: Vec<Board>,
    pub(crate) about: About,
    pub(crate) census: Census,
    /// Rows that may still be made beside those that each section has room for.
    room: usize,
    /// Readings that came to their end.
    pub(crate) readings: usize,
    /// When the last of them began, in milliseconds since the beginning of 1970.
    pub(crate) times: VecDeque<u64>,
    /// The seconds between those of the window.
    spans: VecDeque<f64>,
    last: Option<Instant>,
    /// When all of it began, by both clocks: one that is set back later moves no line.
    began: (Instant, Duration),
}

/// Rows at most, of all sections together.
const ROOM: usize = 1024;
/// Those that all sections share.
const SHARED: usize = ROOM - SECTIONS.len() * OWN_ROWS;

impl State {
    pub(crate) fn new() -> Self {
        Self {
            boards: SECTIONS.iter().map(|section| Board::new(section)).collect(),
            about: About::default(),
            census: Census::default(),
            room: SHARED,
            readings: 0,
            times: VecDeque::new(),
            spans: VecDeque::new(),
            last: None,
            began: (
                Instant::now(),
                SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default(),
            ),
        }
    }

    /// Reads `source` by `deadline`; a panic of it leaves everything as it was after the last reading.
    pub(crate) fn read(&mut self, source: &dyn Source, index: &Index, deadline: Instant) {
        let begun = Instant::now();
        let time = self.began.1 + begun.duration_since(self.began.0);
        let mut intake = Intake::new(index, &mut self.boards, &mut self.room, &mut self.about);
        source.collect_by(deadline, &mut intake);
        intake.census.finish();
        self.census = intake.census;
        if let Some(last) = self.last {
            push(&mut self.spans, WINDOW, begun.duration_since(last).as_secs_f64());
        }
        self.last = Some(begun);
        push(&mut self.times, POINTS, u64::try_from(time.as_millis()).unwrap_or(u64::MAX));
        let (readings, seconds) = (self.readings, self.seconds());
        self.boards.iter_mut().for_each(|board| board.commit(readings, seconds));
        self.readings += 1;
    }

    /// The seconds of the window.
    pub(crate) fn seconds(&self) -> f64 {
        self.spans.iter().sum()
    }
}

/// Appends to the last `most`.
fn push<T>(all: &mut VecDeque<T>, most: usize, one: T) {
    if all.len() == most {
        all.pop_front();
    }
    all.push_back(one);
}
