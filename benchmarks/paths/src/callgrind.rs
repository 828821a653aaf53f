//! Instructions and allocations of one subject, counted by callgrind in a process of its own.

use std::collections::HashMap;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::{env, fs, process};

use crate::BoxError;

/// The cost of doing it once more.
#[derive(Clone, Copy)]
pub struct Cost {
    /// Of the main thread.
    pub instructions: f64,
    /// Calls of the C allocator that may return a new block: malloc, calloc, realloc, memalign.
    pub allocations: f64,
    /// Of the instructions, those in which the allocator looks for room for blocks that are too large to be at hand, or
    /// puts others together to that end: how many they are depends on where blocks happen to lie, and not on the subject.
    pub searching: f64,
}

impl Cost {
    /// Instructions that depend on the subject alone.
    #[must_use]
    pub fn settled(self) -> f64 {
        self.instructions - self.searching
    }

    /// How much more it is than `base`.
    #[must_use]
    pub fn over(self, base: Self) -> Self {
        Self {
            instructions: self.instructions - base.instructions,
            allocations: self.allocations - base.allocations,
            searching: self.searching - base.searching,
        }
    }
}

/// The cost of one more time: a run of `2 * times` less a run of `times`, over `times`.
///
/// Only the main thread counts: what else a subject has running, such as a database, is not its
/// caller's time. Set-up, warm-up, verification and the dynamic loader are in both runs and fall out.
///
/// # Errors
///
/// When valgrind cannot be started, or the subject failed.
pub fn cost(subject: &str, times: u64) -> Result<Cost, BoxError> {
    eprintln!("callgrind: {subject}");
    let (once, twice) = (Run::start(subject, times)?, Run::start(subject, 2 * times)?);
    let (once, twice) = (once.finish()?, twice.finish()?);
    let per_time = |once: u64, twice: u64| (twice as f64 - once as f64) / times as f64;
    Ok(Cost {
        instructions: per_time(once.instructions, twice.instructions),
        allocations: per_time(once.allocations, twice.allocations),
        searching: per_time(once.searching, twice.searching),
    })
}

/// The median of several measurements, where one alone is not to be trusted: what an allocator does
/// depends on where its blocks happen to lie, and hash maps are seeded at random.
///
/// # Errors
///
/// As [`cost`].
pub fn median_cost(subject: &str, times: u64, measurements: usize) -> Result<Cost, BoxError> {
    let costs = (0..measurements).map(|_| cost(subject, times)).collect::<Result<Vec<_>, _>>()?;
    let median = |figure: fn(&Cost) -> f64| {
        let mut figures: Vec<f64> = costs.iter().map(figure).collect();
        figures.sort_by(f64::total_cmp);
        figures.get(figures.len() / 2).copied().ok_or("nothing was measured")
    };
    Ok(Cost {
        instructions: median(|cost| cost.instructions)?,
        allocations: median(|cost| cost.allocations)?,
        searching: median(|cost| cost.searching)?,
    })
}

/// A process under callgrind, and the profile it will leave.
struct Run {
    subject: String,
    child: Child,
    profile: PathBuf,
}

impl Run {
    fn start(subject: &str, times: u64) -> Result<Self, BoxError> {
        let name = format!("kymo-bench-{}-{}-{times}", process::id(), subject.replace('/', "-"));
        let profile = env::temp_dir().join(name);
        let child = Command::new("valgrind")
            .args(["--quiet", "--tool=callgrind", "--separate-threads=yes"])
            .arg(format!("--callgrind-out-file={}", profile.display()))
            .arg(env::current_exe()?)
            .args(["run", subject, &times.to_string()])
            .stdout(Stdio::null())
            .spawn()
            .map_err(|error| format!("cannot start valgrind: {error}; is it installed?"))?;
        Ok(Self { subject: subject.to_owned(), child, profile })
    }

    fn finish(mut self) -> Result<Totals, BoxError> {
        let status = self.child.wait()?;
        let profile = fs::read_to_string(self.profile_of(MAIN_THREAD));
        self.remove_profiles();
        if !status.success() {
            return Err(format!("{}: {status} under callgrind", self.subject).into());
        }
        Totals::read(&profile?)
    }

    /// Callgrind numbers the threads in the order in which they were started.
    fn profile_of(&self, thread: usize) -> PathBuf {
        let mut path = self.profile.clone().into_os_string();
        path.push(format!("-{thread:02}"));
        path.into()
    }

    fn remove_profiles(&self) {
        // Beside those of the threads, an empty one.
        let _ = fs::remove_file(&self.profile);
        let mut thread = MAIN_THREAD;
        while fs::remove_file(self.profile_of(thread)).is_ok() {
            thread += 1;
        }
    }
}

const MAIN_THREAD: usize = 1;

/// The counts of a whole process.
#[derive(Debug, Default)]
struct Totals {
    instructions: u64,
    allocations: u64,
    searching: u64,
}

/// What glibc calls where a block is not at hand; others may add to the names, such as `.constprop.0`.
const SEARCHES: [&str; 4] = ["_int_malloc", "malloc_consolidate", "unlink_chunk", "sysmalloc"];

const ALLOCATORS: [&str; 7] =
    ["malloc", "calloc", "realloc", "aligned_alloc", "memalign", "posix_memalign", "reallocarray"];

impl Totals {
    /// Reads the callgrind format: a name is given once, as `(id) name`, and then only its id.
    fn read(profile: &str) -> Result<Self, BoxError> {
        let mut totals = Self::default();
        let mut names = HashMap::new();
        let mut callee = "";
        let mut is_searching = false;
        let mut is_of_call = false;
        for line in profile.lines() {
            let Some((key, value)) = line.split_once(['=', ':']) else {
                // A position and its cost; behind a call, that of all that was called.
                if is_searching && !is_of_call {
                    let cost = line.split(' ').nth(1).and_then(|cost| cost.parse::<u64>().ok());
                    totals.searching += cost.unwrap_or_default();
                }
                is_of_call = false;
                continue;
            };
            match key {
                "fn" | "cfn" => {
                    let (id, name) = value.split_once(' ').unwrap_or((value, ""));
                    if !name.is_empty() {
                        names.insert(id, name);
                    }
                    callee = names.get(id).copied().unwrap_or_default();
                    if key == "fn" {
                        is_searching = SEARCHES.iter().any(|search| callee.starts_with(search));
                    }
                }
                "calls" => {
                    is_of_call = true;
                    if ALLOCATORS.contains(&callee) {
                        totals.allocations +=
                            value.split(' ').next().unwrap_or_default().parse::<u64>()?;
                    }
                }
                "totals" => totals.instructions = value.trim().parse()?,
                _ => {}
            }
        }
        match totals {
            Self { instructions: 0, .. } | Self { allocations: 0, .. } => {
                Err(format!("callgrind left {totals:?}; is the C allocator another than libc's?")
                    .into())
            }
            totals => Ok(totals),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_callee_is_recognised_by_its_id_after_its_first_mention() {
        let profile = "fn=(1) main\n1 10\ncfn=(2) malloc\ncalls=3 0\n1 90\nfn=(4) other\n\
                       cfn=(2)\ncalls=4 0\n1 5\ncfn=(3) free\ncalls=9 0\n1 5\ntotals: 110\n";
        let totals = Totals::read(profile).unwrap();
        assert_eq!((totals.instructions, totals.allocations), (110, 7));
    }

    #[test]
    fn the_search_of_the_allocator_is_known_and_not_what_it_calls() {
        let profile = "fn=(1) main\n1 10\ncfn=(2) malloc\ncalls=3 0\n1 90\nfn=(2)\n1 20\n\
                       cfn=(3) _int_malloc\ncalls=3 0\n1 70\nfn=(3)\n1 30\n+1 5\n\
                       cfn=(5) memset\ncalls=1 0\n* 25\n+2 2\nfn=(4) unlink_chunk.constprop.0\n\
                       1 8\ntotals: 110\n";
        let totals = Totals::read(profile).unwrap();
        assert_eq!((totals.instructions, totals.allocations, totals.searching), (110, 3, 45));
    }

    #[test]
    fn a_profile_without_allocations_is_refused() {
        assert!(Totals::read("fn=(1) main\n1 10\ntotals: 10\n").is_err());
    }
}
