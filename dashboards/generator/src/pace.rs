//! How fast time goes by in rules.

/// In production an alert waits for minutes and hours; who watches the demo has seconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pace {
    /// As it is written.
    Production,
    /// A minute for an hour, and a quarter of a minute at least.
    Demo,
}

impl Pace {
    /// So many minutes that a rate looks back, as Prometheus writes it.
    pub fn minutes(self, minutes: u32) -> String {
        match self {
            Self::Production => written(minutes * 60),
            Self::Demo => written(minutes.max(15)),
        }
    }

    /// So many minutes that an alert waits.
    pub fn patience(self, minutes: u32) -> String {
        match self {
            Self::Production => written(minutes * 60),
            Self::Demo => written(minutes.min(5)),
        }
    }
}

/// The largest unit that gives a whole number.
fn written(seconds: u32) -> String {
    let units = [(86_400, "d"), (3_600, "h"), (60, "m")];
    let fits = |(size, _): &&(u32, &str)| seconds >= *size && seconds.is_multiple_of(*size);
    match units.iter().find(fits) {
        Some((size, unit)) => format!("{}{unit}", seconds / size),
        None => format!("{seconds}s"),
    }
}
