//! The example, as a process of its own.

use std::{
    fs,
    path::PathBuf,
    process::{Command, ExitStatus},
    time::{Duration, Instant},
};

use tempfile::TempDir;

use crate::{
    client::Client,
    executable::{self, Profile},
    process::{Process, Signal},
    scrape::Scrape,
};

/// It is there within a second; a busy machine may take longer.
const READY: Duration = Duration::from_secs(30);

/// Longer than the grace that it gives to requests under way.
const GONE: Duration = Duration::from_secs(20);

/// A running bookshop on a free port, with a temporary folder to itself.
#[derive(Debug)]
pub struct Bookshop {
    process: Process,
    url: String,
    client: Client,
    folder: TempDir,
}

/// A bookshop that has been asked to stop, and did.
#[derive(Debug)]
pub struct Stopped {
    /// How it ended.
    pub status: ExitStatus,
    /// How long that took.
    pub after: Duration,
    /// All it said.
    pub log: String,
    /// Its standard output.
    pub standard_output: String,
    /// The files that it left behind where temporary files go.
    pub leftovers: Vec<PathBuf>,
}

impl Bookshop {
    /// Starts one, built from the present sources, and waits until it listens.
    ///
    /// # Panics
    ///
    /// When it does not say so within 30 seconds.
    pub fn start() -> Self {
        Self::start_with(&[])
    }

    /// Starts one with more on its command line.
    ///
    /// # Panics
    ///
    /// When it does not listen within 30 seconds.
    pub fn start_with(arguments: &[&str]) -> Self {
        Self::run(Self::command(), arguments, &[])
    }

    /// Starts one with these environment variables.
    ///
    /// # Panics
    ///
    /// When it does not listen within 30 seconds.
    pub fn start_in(variables: &[(&str, &str)]) -> Self {
        Self::run(Self::command(), &[], variables)
    }

    /// Starts one with more on its command line, and with these environment variables.
    ///
    /// # Panics
    ///
    /// When it does not listen within 30 seconds.
    pub fn start_as(arguments: &[&str], variables: &[(&str, &str)]) -> Self {
        Self::run(Self::command(), arguments, variables)
    }

    /// Starts one that is built as for production, with more on its command line.
    ///
    /// # Panics
    ///
    /// When it does not listen within 30 seconds.
    pub fn start_optimized(arguments: &[&str]) -> Self {
        Self::run(Self::command_of(Profile::Release), arguments, &[])
    }

    fn run(mut command: Command, arguments: &[&str], variables: &[(&str, &str)]) -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        command.args(["--listen", "127.0.0.1:0"]).args(arguments).env("TMPDIR", folder.path());
        command.envs(variables.iter().copied());
        let process = Process::start(&mut command);
        let url = process
            .wait_for_line(READY, |line| line.strip_prefix("listening on ").map(str::to_owned));
        let client = Client::new(&url);
        Self { process, url, client, folder }
    }

    /// The bare program, for tests of its command line.
    pub fn command() -> Command {
        Self::command_of(Profile::Dev)
    }

    fn command_of(profile: Profile) -> Command {
        let mut command = Command::new(executable::of("bookshop", profile));
        // Panics on purpose are part of the tests; their backtraces are not.
        command.env("RUST_BACKTRACE", "0");
        command
    }

    /// Where it listens, such as `http://127.0.0.1:40123`.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Where it listens, without the scheme.
    pub fn address(&self) -> &str {
        self.url.trim_start_matches("http://")
    }

    /// Where it listens for scrapes alone, if `--metrics` asked for it.
    ///
    /// # Panics
    ///
    /// When it does not say so within 30 seconds.
    pub fn metrics_address(&self) -> String {
        self.process
            .wait_for_line(READY, |line| line.strip_prefix("metrics on ").map(str::to_owned))
    }

    /// A client of this server. Clones share connections.
    pub fn client(&self) -> &Client {
        &self.client
    }

    /// The number of its process.
    pub fn id(&self) -> u32 {
        self.process.id()
    }

    /// The memory that it occupies, in bytes.
    pub fn resident(&self) -> u64 {
        self.process.resident()
    }

    /// Its log so far.
    pub fn log(&self) -> String {
        self.process.log()
    }

    /// The files in its temporary folder now.
    pub fn files(&self) -> Vec<PathBuf> {
        let entries = fs::read_dir(self.folder.path()).expect("a readable folder");
        entries.filter_map(|entry| Some(entry.ok()?.path())).collect()
    }

    /// Scrapes its `/metrics` now.
    ///
    /// # Panics
    ///
    /// When that is not well-formed text.
    pub async fn scrape(&self) -> Scrape {
        let answer = self.client.get("/metrics").await;
        assert_eq!(answer.status, 200, "{}", answer.text());
        match Scrape::parse(answer.text()) {
            Ok(scrape) => scrape,
            Err(error) => panic!("malformed metrics: {error}\n{}", answer.text()),
        }
    }

    /// Asks it to stop, and waits for the end.
    ///
    /// # Panics
    ///
    /// When it still runs after 20 seconds.
    pub fn stop(mut self, signal: Signal) -> Stopped {
        let asked = Instant::now();
        self.process.signal(signal);
        let status = self.process.wait(GONE);
        let after = asked.elapsed();
        Stopped {
            status,
            after,
            log: self.process.log(),
            standard_output: self.process.standard_output(),
            leftovers: self.files(),
        }
    }
}
