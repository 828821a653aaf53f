//! Holds the main paths to the instructions that they took when the baseline was written.
//!
//! `gate` counts them, and exits with 1 when one takes over 5 % more than the baseline says. It also plants 6 % and
//! 3 % into one of them, and exits with 2 unless the first is noticed and the second is not.
//! `gate --renew` writes the baseline. `gate --plant PERCENT` counts all of them with so much planted into each.
//! `gate run SUBJECT TIMES` does one thing `TIMES` times and nothing else, for callgrind.

mod baseline;
mod counted_path;
mod planted;
mod verdict;

use std::env;
use std::process::ExitCode;

use baseline::Baseline;
use counted_path::PATHS;
use paths::BoxError;
use verdict::Verdict;

fn main() -> ExitCode {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let outcome = match arguments[..] {
        [] => judge(0.0).and_then(|all_are_kept| prove().map(|()| all_are_kept)),
        ["--plant", percent] => percent.parse().map_err(Into::into).and_then(judge),
        ["--renew"] => renew().map(|()| true),
        ["run", subject, times] => run(subject, times).map(|()| true),
        _ => Err("usage: gate [--renew | --plant PERCENT | run SUBJECT TIMES]".into()),
    };
    match outcome {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("gate: {error}");
            ExitCode::from(2)
        }
    }
}

/// Counts each path with `planted` per cent more than it takes, and says whether all are within the baseline.
fn judge(planted: f64) -> Result<bool, BoxError> {
    let baseline = Baseline::read()?;
    let mut verdicts = Vec::new();
    for path in PATHS {
        let before = baseline.as_ref().and_then(|baseline| baseline.of(path.name));
        let now = path.count()?;
        let now = if planted == 0.0 { now } else { path.count_planted(now, planted)? };
        verdicts.push(Verdict { path: path.name, before, now });
    }
    print(&verdicts);
    let Some(baseline) = baseline else {
        println!("There is no baseline for {} yet: {RENEW} writes it.", env::consts::ARCH);
        return Ok(true);
    };
    let (here, there) = (baseline::compiler(), baseline.compiler);
    if here != there {
        println!("The baseline is of {there}; this is {here}, which may make other code.\n");
    }
    let risen: Vec<_> = verdicts.iter().filter(|verdict| verdict.has_risen()).collect();
    for verdict in &risen {
        println!("{verdict}");
    }
    if risen.is_empty() {
        println!("No path takes over {} % more than the baseline says.", verdict::LIMIT);
    } else {
        println!(
            "\nWhere that is worth it, {RENEW} writes the baseline anew: commit it, and say why."
        );
    }
    Ok(risen.is_empty())
}

const RENEW: &str = "`scripts/bench gate --renew`";

/// An error unless 6 % more are noticed and 3 % are not, by the same counts and the same judgement.
fn prove() -> Result<(), BoxError> {
    let path = PATHS.iter().find(|path| path.name == PROVED).ok_or("nothing is proved")?;
    let before = path.count()?;
    for (percent, is_too_much) in [(6.0, true), (3.0, false)] {
        let now = path.count_planted(before, percent)?;
        let verdict = Verdict { path: path.name, before: Some(before), now };
        if verdict.has_risen() != is_too_much {
            return Err(format!("of {percent} % that were planted it says: {verdict}").into());
        }
    }
    println!("Of what was planted into {PROVED}, 6 % were noticed, and 3 % were let pass.");
    Ok(())
}

/// The path that something is planted into.
const PROVED: &str = "repository async fn";

fn renew() -> Result<(), BoxError> {
    let count = |path: &counted_path::CountedPath| Ok((path.name.to_owned(), path.count()?));
    let counts = PATHS.iter().map(count).collect::<Result<_, BoxError>>()?;
    Baseline { compiler: baseline::compiler(), counts }.write()
}

/// Does one thing, and makes sure that it left its trace.
fn run(name: &str, times: &str) -> Result<(), BoxError> {
    let mut subject = planted::subject(name)?;
    subject.run(times.parse()?);
    subject.verify()
}

fn print(verdicts: &[Verdict]) {
    println!("| path | baseline | now | |\n|---|---:|---:|---:|");
    for Verdict { path, before, now } in verdicts {
        let change = before.map(|before| format!("{:+.1} %", (now / before - 1.0) * 100.0));
        let before = before.map(|before| format!("{before:.1}")).unwrap_or_default();
        println!("| {path} | {before} | {now:.1} | {} |", change.unwrap_or_default());
    }
    println!();
}
