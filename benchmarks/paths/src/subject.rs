//! One thing whose cost is wanted.

use std::error::Error;

/// Why something could not be measured.
pub type BoxError = Box<dyn Error + Send + Sync>;

/// Something that can be done again and again, and checked afterwards.
pub trait Subject {
    /// Does it `times` times.
    fn run(&mut self, times: u64);

    /// Makes sure that what was done is recorded.
    ///
    /// # Errors
    ///
    /// When it left no trace, or a wrong one: a layer that records into a no-op provider would win every race.
    fn verify(&self) -> Result<(), BoxError>;
}
