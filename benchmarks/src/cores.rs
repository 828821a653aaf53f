//! Threads that record at once, into one series or each into its own: by time, since what they wait for costs no
//! instructions.

mod cells;
mod observations;
mod requests;
mod team;

use paths::BoxError;

use crate::promise::Promise;

/// Prints the tables; what they say depends on the machine, and so nothing is promised.
pub fn table() -> Result<Vec<Promise>, BoxError> {
    requests::table()?;
    observations::table()?;
    Ok(Vec::new())
}

/// The series of the threads, one for each.
const TRAFFIC: [(&str, &[usize]); 3] = [
    ("one thread", &[0]),
    ("two threads, one series", &[0, 0]),
    ("two threads, two series", &[0, 1]),
];

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}
