//! Which process this is.

use std::{process, sync::OnceLock, time::Duration};

use opentelemetry::KeyValue;

use crate::start;

/// The attributes that tell this process from every other, for the resource of its metrics:
/// `process.pid`, and `process.creation.time` in UTC.
///
/// The conventions require both of the entity to which the metrics of a process belong. The time is
/// absent where the system does not tell it, and is the same at every call.
pub fn entity() -> Vec<KeyValue> {
    static CREATION: OnceLock<Option<String>> = OnceLock::new();

    let creation = CREATION.get_or_init(|| start::since_epoch().and_then(iso_8601)).clone();
    let pid = KeyValue::new("process.pid", i64::from(process::id()));
    let creation = creation.map(|time| KeyValue::new("process.creation.time", time));
    [pid].into_iter().chain(creation).collect()
}

/// Seconds since the Unix epoch as a date and a time, such as `2023-11-21T09:25:34.853Z`.
fn iso_8601(seconds: f64) -> Option<String> {
    const DAY: u64 = 24 * 60 * 60 * 1000;

    // A fraction is seldom a whole number of milliseconds in binary.
    let microseconds = Duration::try_from_secs_f64(seconds).ok()?.as_micros();
    let milliseconds = u64::try_from((microseconds + 500) / 1000).ok()?;
    let (year, month, day) = date(milliseconds / DAY);
    let (seconds, fraction) = (milliseconds % DAY / 1000, milliseconds % 1000);
    let (hour, minute, second) = (seconds / 3600, seconds / 60 % 60, seconds % 60);
    Some(format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}.{fraction:03}Z"))
}

/// The year, the month and the day that is so many days after 1970-01-01.
fn date(days: u64) -> (u64, u64, u64) {
    // From a March, so that a leap day is the last of its year, in eras of 400 years, which are alike.
    let days = days + 719_468;
    let (era, day) = (days / 146_097, days % 146_097);
    let year = (day - day / 1460 + day / 36_524 - day / 146_096) / 365;
    let day = day - (365 * year + year / 4 - year / 100);
    let month = (5 * day + 2) / 153;
    let day = day - (153 * month + 2) / 5 + 1;
    let month = if month < 10 { month + 3 } else { month - 9 };
    (era * 400 + year + u64::from(month <= 2), month, day)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_is_written_as_the_conventions_have_it() {
        // As `date --utc --iso-8601=ns --date=@…` writes them.
        for (seconds, expected) in [
            (0.0, "1970-01-01T00:00:00.000Z"),
            (951_782_400.0, "2000-02-29T00:00:00.000Z"),
            (1_700_558_734.853, "2023-11-21T09:25:34.853Z"),
            (1_735_689_599.999, "2024-12-31T23:59:59.999Z"),
            (4_107_542_400.0, "2100-03-01T00:00:00.000Z"),
        ] {
            assert_eq!(iso_8601(seconds).as_deref(), Some(expected));
        }
        assert_eq!(iso_8601(-1.0), None);
        assert_eq!(iso_8601(f64::NAN), None);
    }

    #[test]
    fn a_process_is_the_same_at_every_call() {
        let first = entity();
        assert_eq!(first[0], KeyValue::new("process.pid", i64::from(process::id())));
        assert_eq!(entity(), first);
        #[cfg(target_os = "linux")]
        {
            assert_eq!(first[1].key.as_str(), "process.creation.time");
            let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap();
            let now = iso_8601(now.as_secs_f64()).unwrap();
            assert!(*first[1].value.as_str() <= *now && first.len() == 2, "{first:?}");
        }
    }
}
