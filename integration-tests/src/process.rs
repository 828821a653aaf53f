//! A real process that dies with its owner.

use std::{
    fmt::Write,
    fs,
    io::{BufRead, BufReader, Read},
    process::{Child, Command, ExitStatus, Stdio},
    sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError},
    thread::{self, JoinHandle},
    time::{Duration, Instant},
};

use rustix::process::{Pid, kill_process};

/// A signal that asks a process to stop.
#[derive(Clone, Copy, Debug)]
pub enum Signal {
    /// A terminal sends it for Ctrl-C.
    Interrupt,
    /// A supervisor sends it.
    Terminate,
    /// Nobody can catch it.
    Kill,
}

/// A child with both outputs recorded. Dropping it kills it, also when a test panics, and then
/// shows what it had said.
#[derive(Debug)]
pub struct Process {
    name: String,
    child: Child,
    log: Arc<Log>,
    readers: Vec<JoinHandle<()>>,
}

impl Process {
    /// Starts the program with nothing on its standard input.
    ///
    /// # Panics
    ///
    /// When it cannot be started, such as when it is not installed.
    #[track_caller]
    pub fn start(command: &mut Command) -> Self {
        let name = command.get_program().to_string_lossy().into_owned();
        let mut child = command
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap_or_else(|error| panic!("cannot start {name}: {error}"));
        let log = Arc::new(Log::default());
        let out = child.stdout.take().map(|pipe| record(pipe, Output::Standard, &log));
        let err = child.stderr.take().map(|pipe| record(pipe, Output::Error, &log));
        Self { name, child, log, readers: out.into_iter().chain(err).collect() }
    }

    /// Waits for the first line, of either output, that `found` knows, and gives back what it finds.
    ///
    /// # Panics
    ///
    /// When no such line has come within `limit`, or the outputs are closed.
    #[track_caller]
    pub fn wait_for_line<T>(&self, limit: Duration, found: impl Fn(&str) -> Option<T>) -> T {
        let deadline = Instant::now() + limit;
        let mut state = self.log.state();
        loop {
            if let Some(found) = state.lines.iter().find_map(|(_, line)| found(line)) {
                return found;
            }
            let left = deadline.saturating_duration_since(Instant::now());
            assert!(!left.is_zero(), "{} did not say so within {limit:?}", self.name);
            assert!(state.closed < self.readers.len(), "{} ended before saying so", self.name);
            let waited = self.log.changed.wait_timeout(state, left);
            state = waited.unwrap_or_else(PoisonError::into_inner).0;
        }
    }

    /// Its id, which cannot become anyone else's while this is alive and not waited for.
    pub fn id(&self) -> u32 {
        self.child.id()
    }

    pub(crate) fn pid(&self) -> Pid {
        Pid::from_child(&self.child)
    }

    /// Asks it to stop, without waiting.
    pub fn signal(&self, signal: Signal) {
        let signal = match signal {
            Signal::Interrupt => rustix::process::Signal::INT,
            Signal::Terminate => rustix::process::Signal::TERM,
            Signal::Kill => rustix::process::Signal::KILL,
        };
        // The child is not yet waited for, so its id cannot be anyone else's.
        kill_process(self.pid(), signal).expect("a child can be signalled");
    }

    /// The memory that it occupies, in bytes.
    ///
    /// # Panics
    ///
    /// When it has ended, or this is no Linux.
    pub fn resident(&self) -> u64 {
        let file = format!("/proc/{}/status", self.child.id());
        let status = fs::read_to_string(file).expect("a running process has a status");
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
        let kilobytes = line.and_then(|line| line.trim().strip_suffix(" kB"));
        kilobytes.and_then(|number| number.parse::<u64>().ok()).expect("its size in kB") * 1024
    }

    /// Whether it has ended by now.
    pub fn ended(&mut self) -> bool {
        self.child.try_wait().expect("a child can be waited for").is_some()
    }

    /// How it ended, with its whole output in [`Process::log`].
    ///
    /// # Panics
    ///
    /// When it is still running after `limit`.
    #[track_caller]
    pub fn wait(&mut self, limit: Duration) -> ExitStatus {
        let start = Instant::now();
        loop {
            if let Some(status) = self.child.try_wait().expect("a child can be waited for") {
                self.finish_log();
                return status;
            }
            assert!(start.elapsed() < limit, "{} still runs after {limit:?}", self.name);
            thread::sleep(Duration::from_millis(5));
        }
    }

    /// Everything it has said so far.
    pub fn log(&self) -> String {
        self.said(|_| true)
    }

    /// Its standard output so far.
    pub fn standard_output(&self) -> String {
        self.said(|output| output == Output::Standard)
    }

    fn said(&self, on: impl Fn(Output) -> bool) -> String {
        let state = self.log.state();
        let lines = state.lines.iter().filter(|(output, _)| on(*output));
        lines.fold(String::new(), |mut text, (_, line)| {
            let _ = writeln!(text, "{line}");
            text
        })
    }

    fn finish_log(&mut self) {
        for reader in self.readers.drain(..) {
            let _ = reader.join();
        }
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        // Both are harmless when it has been waited for.
        let _ = self.child.kill();
        let _ = self.child.wait();
        self.finish_log();
        if thread::panicking() {
            eprintln!("---- {} said:\n{}----", self.name, self.log());
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Output {
    Standard,
    Error,
}

#[derive(Debug, Default)]
struct Log {
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Debug, Default)]
struct State {
    lines: Vec<(Output, String)>,
    /// How many outputs have come to their end.
    closed: usize,
}

impl Log {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn record(pipe: impl Read + Send + 'static, output: Output, log: &Arc<Log>) -> JoinHandle<()> {
    let log = Arc::clone(log);
    thread::spawn(move || {
        for line in BufReader::new(pipe).split(b'\n').map_while(Result::ok) {
            let line = String::from_utf8_lossy(&line).into_owned();
            log.state().lines.push((output, line));
            log.changed.notify_all();
        }
        log.state().closed += 1;
        log.changed.notify_all();
    })
}

#[cfg(test)]
mod tests {
    use std::{path::PathBuf, sync::mpsc};

    use super::*;

    #[test]
    fn nothing_outlives_its_owner() {
        let sleep = Process::start(Command::new("sleep").arg("600"));
        let entry = entry(&sleep);
        assert!(entry.exists());
        drop(sleep);
        assert!(!entry.exists());
    }

    #[test]
    fn nothing_outlives_a_panic() {
        let (sender, receiver) = mpsc::channel();
        let test = thread::spawn(move || {
            let sleep = Process::start(Command::new("sleep").arg("600"));
            sender.send(entry(&sleep)).unwrap();
            sleep.wait_for_line(Duration::ZERO, |_| None::<()>);
        });
        assert!(test.join().is_err());
        assert!(!receiver.recv().unwrap().exists());
    }

    #[test]
    fn the_end_of_a_process_ends_the_wait_for_a_line() {
        let echo = Process::start(Command::new("echo").arg("hello"));
        let limit = Duration::from_mins(1);
        assert_eq!(echo.wait_for_line(limit, |line| Some(line.len())), 5);
        let start = Instant::now();
        let gave_up = thread::scope(|scope| {
            scope.spawn(|| echo.wait_for_line(limit, |_| None::<()>)).join().is_err()
        });
        assert!(gave_up && start.elapsed() < limit);
        assert_eq!(echo.standard_output(), "hello\n");
    }

    fn entry(process: &Process) -> PathBuf {
        PathBuf::from(format!("/proc/{}", process.child.id()))
    }
}
