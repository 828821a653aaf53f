//! Instructions that are planted into a path, to see whether they are noticed.

use std::hint::black_box;

use paths::callgrind;
use paths::{BoxError, Subject};

/// A subject of this name with so many `instructions` more each time.
pub fn name(subject: &str, instructions: f64) -> Result<String, BoxError> {
    const TURNS: u64 = 1_000;
    let turns = callgrind::cost(&format!("{NOTHING}+{TURNS}"), TURNS)?.instructions;
    Ok(format!("{subject}+{:.0}", instructions * TURNS as f64 / turns))
}

/// The subject called `name`, or `name+TURNS` with as many turns of a loop after each time.
pub fn subject(name: &str) -> Result<Box<dyn Subject>, BoxError> {
    let Some((name, turns)) = name.rsplit_once('+') else { return paths::subject(name) };
    let inner = if name == NOTHING { Box::new(Nothing) } else { paths::subject(name)? };
    Ok(Box::new(Planted { inner, turns: turns.parse()? }))
}

const NOTHING: &str = "nothing";

struct Nothing;

impl Subject for Nothing {
    fn run(&mut self, _: u64) {}

    fn verify(&self) -> Result<(), BoxError> {
        Ok(())
    }
}

struct Planted {
    inner: Box<dyn Subject>,
    turns: u64,
}

impl Subject for Planted {
    fn run(&mut self, times: u64) {
        self.inner.run(times);
        for turn in 0..times * self.turns {
            black_box(turn);
        }
    }

    fn verify(&self) -> Result<(), BoxError> {
        self.inner.verify()
    }
}
