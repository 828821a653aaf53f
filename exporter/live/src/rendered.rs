//! Documents as they are sent.

use std::io::Write;

use bytes::Bytes;
use flate2::{Compression, write::GzEncoder};

use crate::{
    document::{Extent, Origin, RECENT, write},
    state::State,
};

/// The documents of one reading, which all who look share.
#[derive(Debug)]
pub(crate) struct Rendered {
    pub(crate) run: u64,
    pub(crate) seq: usize,
    pub(crate) whole: Packed,
    pub(crate) recent: Packed,
}

/// Bytes as they are, and compressed if that makes them fewer.
#[derive(Debug, Clone)]
pub(crate) struct Packed {
    pub(crate) plain: Bytes,
    pub(crate) gzip: Option<Bytes>,
}

impl Rendered {
    pub(crate) fn new(state: &State, origin: &Origin<'_>) -> Self {
        let pack = |extent| Packed::new(write(state, origin, extent).into());
        Self {
            run: origin.run,
            seq: state.readings,
            whole: pack(Extent::Whole),
            recent: pack(Extent::Recent),
        }
    }

    /// What someone needs who has had the readings of `run` up to `seq`.
    pub(crate) fn since(&self, run: u64, seq: usize) -> &Packed {
        let missed = self.seq.checked_sub(seq);
        let has_all_before = seq > 0 && missed.is_some_and(|missed| missed <= RECENT);
        if run == self.run && has_all_before { &self.recent } else { &self.whole }
    }
}

impl Packed {
    pub(crate) fn new(plain: Bytes) -> Self {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::new(LEVEL));
        let gzip = encoder.write_all(&plain).and_then(|()| encoder.finish()).ok();
        let gzip = gzip.filter(|gzip| gzip.len() < plain.len()).map(Bytes::from);
        Self { plain, gzip }
    }
}

/// Little work: a document is sent once to each who looks.
const LEVEL: u32 = 2;
