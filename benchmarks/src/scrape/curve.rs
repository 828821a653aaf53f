//! What a scrape of kymo costs, from a thousand lines to a million.

use std::{env, fs, process::Command};

use paths::scrape::{KYMO, Series, Workload, scraper, verify_text};
use paths::{BoxError, callgrind};

use super::name;
use crate::clock;
use crate::promise::Promise;
use crate::table;

/// From here on instruments have as many label sets as the SDK has room for.
const MANY: usize = 1_000_000;

/// Lines, and how many scrapes are timed.
const SIZES: [(usize, usize); 4] = [(1_000, 101), (10_000, 41), (100_000, 9), (MANY, 3)];

/// Prints the table and returns what it promises.
pub fn table() -> Result<Vec<Promise>, BoxError> {
    let mut rows = Vec::new();
    let mut promises = Vec::new();
    for (lines, rounds) in SIZES {
        let subject = name(Series::Counters, lines, &KYMO);
        // Callgrind would take minutes for the last one.
        let instructions = if lines < MANY {
            let cost = callgrind::cost(&subject, (100_000 / lines) as u64)?;
            format!("{:.0}", cost.instructions / lines as f64)
        } else {
            String::new()
        };
        let mut subjects = [scraper(&KYMO, workload(lines))?];
        let time = clock::interleaved(&mut subjects, rounds, 1).median(0);
        let (page, peak) = peak(lines)?;
        rows.push(vec![
            lines.to_string(),
            format!("{:.2}", time / 1e6),
            instructions,
            format!("{:.0}", page / lines as f64),
            format!("{:.0}", peak / lines as f64),
        ]);
        if lines >= MANY {
            let what =
                format!("scrape of {lines} lines: bytes in memory at most, by those of its page");
            promises.push(Promise::at_most(3.0, what, peak / page));
        }
    }
    let columns =
        ["lines", "ms", "instructions/line", "bytes/line of the page", "bytes/line at most"];
    table::print("Scrape: from a thousand lines to a million, counters", 0, &columns, &rows);
    Ok(promises)
}

/// The bytes of a page, and how many more the process has at most while it is made for the first time; in a process
/// of its own.
fn peak(lines: usize) -> Result<(f64, f64), BoxError> {
    eprintln!("peak: {lines} lines");
    let output = Command::new(env::current_exe()?).args(["peak", &lines.to_string()]).output()?;
    let said = String::from_utf8(output.stdout)?;
    let numbers = said.split_whitespace().map(str::parse).collect::<Result<Vec<f64>, _>>()?;
    match (output.status.success(), &numbers[..]) {
        (true, &[page, peak]) => Ok((page, peak)),
        _ => Err(format!("peak {lines}: {}", String::from_utf8_lossy(&output.stderr)).into()),
    }
}

/// Makes a page of so many lines once, and prints its bytes and those by which the process grew at most.
pub fn print_peak(lines: &str) -> Result<(), BoxError> {
    let workload = workload(lines.parse()?);
    let mut expose = (KYMO.record)(&workload)?;
    let mut page = Vec::new();
    let before = status("VmRSS")?;
    // The highest is from now on.
    fs::write("/proc/self/clear_refs", "5")?;
    expose(&mut page)?;
    let highest = status("VmHWM")?;
    verify_text(&workload, &page)?;
    println!("{} {}", page.len(), highest.saturating_sub(before) * 1024);
    Ok(())
}

/// Instruments with few label sets each, or with many where they would be too many.
fn workload(lines: usize) -> Workload {
    if lines < MANY {
        Workload::new(Series::Counters, lines)
    } else {
        Workload::of_full_instruments(Series::Counters, lines)
    }
}

/// A number of this process, in kilobytes.
fn status(what: &str) -> Result<u64, BoxError> {
    let status = fs::read_to_string("/proc/self/status")?;
    let line = status.lines().find_map(|line| line.strip_prefix(what)?.strip_prefix(':'));
    let number = line.and_then(|line| line.split_whitespace().next());
    Ok(number.ok_or_else(|| format!("there is no {what}"))?.parse()?)
}
