//! One reading for all the metrics of a collection.

use std::{
    sync::{Mutex, PoisonError},
    time::{Duration, Instant},
};

use crate::reading::Reading;

/// How old a reading may be that an instrument is given, if others brought it about.
const MAX_AGE: Duration = Duration::from_millis(50);

/// Reads the process once for a collection.
///
/// The SDK does not tell its callbacks which collection they are called for. An instrument is
/// asked once in each: whoever asks a second time begins another one.
#[derive(Debug, Default)]
pub(crate) struct Sampler(Mutex<Option<Sample>>);

#[derive(Debug)]
struct Sample {
    reading: Reading,
    taken: Instant,
    /// One bit for each instrument that was given this reading.
    given: u32,
}

impl Sampler {
    /// A reading that `instrument`, a number below 32, was not given before.
    pub(crate) fn read(&self, instrument: u32) -> Reading {
        self.read_with(instrument, Reading::take)
    }

    fn read_with(&self, instrument: u32, take: impl FnOnce() -> Reading) -> Reading {
        let bit = 1_u32.checked_shl(instrument).unwrap_or(0);
        let mut sample = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(sample) = &mut *sample
            && sample.given & bit == 0
            && bit != 0
            && sample.taken.elapsed() < MAX_AGE
        {
            sample.given |= bit;
            return sample.reading;
        }
        let reading = take();
        *sample = Some(Sample { reading, taken: Instant::now(), given: bit });
        reading
    }
}

#[cfg(test)]
mod tests {
    use std::{cell::Cell, thread};

    use super::*;

    fn counting(taken: &Cell<u32>) -> Reading {
        taken.set(taken.get() + 1);
        Reading::default()
    }

    #[test]
    fn every_collection_is_one_reading() {
        let (sampler, taken) = (Sampler::default(), Cell::new(0));
        for collection in 1..=3 {
            for instrument in [4, 0, 31] {
                sampler.read_with(instrument, || counting(&taken));
            }
            assert_eq!(taken.get(), collection);
        }
    }

    #[test]
    fn nobody_is_given_an_old_reading() {
        let (sampler, taken) = (Sampler::default(), Cell::new(0));
        sampler.read_with(0, || counting(&taken));
        thread::sleep(MAX_AGE);
        sampler.read_with(1, || counting(&taken));
        assert_eq!(taken.get(), 2);
    }
}
