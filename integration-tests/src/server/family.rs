//! A process and its children, as one.

use std::{
    fs, thread,
    time::{Duration, Instant},
};

use rustix::process::{Pid, Signal, kill_process};

use crate::process::Process;

const SOON: Duration = Duration::from_secs(10);

/// A server that forks one process per client, all of which are to be signalled.
///
/// No id can have become someone else's: children are only listed, and signalled, while the leader
/// is stopped and cannot wait for them.
pub(crate) struct Family {
    leader: Pid,
}

impl Family {
    /// The process, which has not been waited for, and whoever it forks.
    pub(crate) fn of(leader: &Process) -> Self {
        Self { leader: leader.pid() }
    }

    /// Stops the leader and then all its children where they are.
    ///
    /// # Panics
    ///
    /// When one of them does not come to a stop.
    pub(crate) fn freeze(&self) {
        signal(self.leader, Signal::STOP);
        halted(self.leader);
        for child in self.children() {
            signal(child, Signal::STOP);
            halted(child);
        }
    }

    /// Lets them all go on.
    pub(crate) fn thaw(&self) {
        for child in self.children() {
            signal(child, Signal::CONT);
        }
        signal(self.leader, Signal::CONT);
    }

    /// Kills them all, and waits until nothing of them runs. The leader is still to be waited for.
    ///
    /// # Panics
    ///
    /// When one of them is still there after 10 seconds.
    pub(crate) fn kill(&self) {
        signal(self.leader, Signal::STOP);
        halted(self.leader);
        let children = self.children();
        for &child in &children {
            signal(child, Signal::KILL);
        }
        signal(self.leader, Signal::KILL);
        for pid in children.into_iter().chain([self.leader]) {
            wait_until(pid, |seen| seen.is_none_or(|stat| stat.has_ended()));
        }
    }

    fn children(&self) -> Vec<Pid> {
        let entries = fs::read_dir("/proc").expect("this is Linux").filter_map(Result::ok);
        let names = entries.filter_map(|entry| entry.file_name().to_str()?.parse().ok());
        let pids = names.filter_map(Pid::from_raw);
        pids.filter(|&pid| Stat::of(pid).is_some_and(|stat| stat.parent == self.leader)).collect()
    }
}

/// Nobody minds when it has ended by itself.
fn signal(pid: Pid, signal: Signal) {
    let _ = kill_process(pid, signal);
}

fn halted(pid: Pid) {
    wait_until(pid, |seen| seen.is_none_or(|stat| stat.state == 'T' || stat.has_ended()));
}

fn wait_until(pid: Pid, wanted: impl Fn(Option<Stat>) -> bool) {
    let start = Instant::now();
    while !wanted(Stat::of(pid)) {
        assert!(start.elapsed() < SOON, "{pid:?} does not obey");
        thread::sleep(Duration::from_millis(1));
    }
}

/// The state and the parent of a process, as the kernel tells them.
struct Stat {
    state: char,
    parent: Pid,
}

impl Stat {
    /// `None` when there is no such process, or its parent is none of ours.
    fn of(pid: Pid) -> Option<Self> {
        let text = fs::read_to_string(format!("/proc/{}/stat", pid.as_raw_nonzero())).ok()?;
        // The name of the program, in parentheses, may hold anything.
        let (_, rest) = text.rsplit_once(')')?;
        let mut words = rest.split_whitespace();
        let state = words.next()?.chars().next()?;
        Some(Self { state, parent: Pid::from_raw(words.next()?.parse().ok()?)? })
    }

    /// Dead, and at most not yet waited for.
    fn has_ended(&self) -> bool {
        matches!(self.state, 'Z' | 'X')
    }
}
