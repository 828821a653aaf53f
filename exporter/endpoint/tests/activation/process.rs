//! The process that systemd starts.

use std::{
    env,
    fmt::Write as _,
    fs,
    io::{Read, Write},
    os::{
        fd::OwnedFd,
        unix::{fs::PermissionsExt, net::UnixStream},
    },
    path::Path,
    process::{Child, Command, Stdio},
    thread,
    time::{Duration, Instant},
};

use kymo_endpoint::{Access, Endpoint, Listener};
use kymo_exposition::{Family, Kind, Number, Series, Sink, Source, Value};
use tempfile::TempDir;

/// The arguments that make this program such a process.
pub(crate) const ARGUMENTS: [&str; 3] = ["--exact", "is_started_by_the_others", "--nocapture"];
/// The variable with what the process does, one word a step.
pub(crate) const STEPS: &str = "STEPS";
/// The variable with the unix socket that a client connects to.
pub(crate) const PATH: &str = "SOCKET";
/// The variable with the file that says what came of each step.
const SAID: &str = "SAID";

pub(crate) struct Up;

impl Source for Up {
    fn collect(&self, sink: &mut dyn Sink) {
        sink.family(&Family { name: "up", help: "", unit: "", kind: Kind::Gauge });
        let value = Value::Number(Number::U64(1), None);
        sink.series(&Series { labels: &[], start_time: None, timestamp: None, value });
    }
}

/// A process that was started as systemd does; it ends with this.
pub(crate) struct Activated {
    child: Child,
    folder: TempDir,
}

impl Activated {
    /// Starts this program with up to three sockets of these names, for a process that is `pid`, to take
    /// these steps, with a umask that leaves others nothing.
    pub(crate) fn start<const COUNT: usize>(
        sockets: [OwnedFd; COUNT],
        pid: &str,
        names: &str,
        steps: &str,
    ) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let script = format!(
            "umask 077; exec 3<&0 4<&1 5<&2 </dev/null >\"$0.errors\" 2>&1; \
             [ {COUNT} -gt 1 ] || exec 4<&-; [ {COUNT} -gt 2 ] || exec 5<&-; \
             export LISTEN_FDS={COUNT} LISTEN_FDNAMES={names} LISTEN_PID={pid}; exec \"$@\""
        );
        let said = folder.path().join("said");
        let mut command = Command::new("sh");
        command.args(["-c", &script]).arg(&said).arg(env::current_exe().unwrap()).args(ARGUMENTS);
        command.env(STEPS, steps).env(SAID, &said);
        let mut sockets = sockets.into_iter().map(Stdio::from);
        command.stdin(sockets.next().unwrap());
        command.stdout(sockets.next().unwrap_or_else(Stdio::null));
        command.stderr(sockets.next().unwrap_or_else(Stdio::null));
        Self { child: command.spawn().unwrap(), folder }
    }

    /// What came of the first `count` steps, one a line.
    pub(crate) fn lines(&self, count: usize) -> Vec<String> {
        let begun = Instant::now();
        loop {
            let said = fs::read_to_string(self.folder.path().join("said")).unwrap_or_default();
            if said.matches('\n').count() >= count {
                return said.lines().take(count).map(str::to_owned).collect();
            }
            let errors = || fs::read_to_string(self.folder.path().join("said.errors"));
            assert!(begun.elapsed() < Duration::from_secs(20), "{said}\n{:?}", errors());
            thread::sleep(Duration::from_millis(10));
        }
    }
}

impl Drop for Activated {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Takes the steps, and says in the file what came of each:
///
/// - `metrics` listens on the sockets of that name, `open:metrics` lets everybody in, and `files:metrics`
///   writes files of targets,
/// - `stop` stops what listens,
/// - `children` counts the sockets that a child gets, and `variables` what is announced to it.
#[tokio::main]
pub(crate) async fn activated() {
    let mut said = fs::File::create(env::var_os(SAID).unwrap()).unwrap();
    let folder = Path::new(&env::var_os(SAID).unwrap()).with_extension("targets");
    let files = || {
        let files = fs::read_dir(&folder).into_iter().flatten().map(Result::unwrap);
        files.map(|file| file.metadata().unwrap().permissions().mode() & 0o777).collect::<Vec<_>>()
    };
    let mut servers = Vec::new();
    for step in env::var(STEPS).unwrap().split(' ') {
        let outcome = match step {
            "children" => format!("{} sockets", child("ls -l /proc/self/fd | grep -c socket:")),
            "variables" => child("echo $LISTEN_FDS"),
            "stop" => {
                for server in servers.drain(..) {
                    kymo_endpoint::Server::shutdown(server, Duration::from_secs(5)).await;
                }
                format!("{} files", files().len())
            }
            _ => {
                let (kind, name) = step.split_once(':').unwrap_or(("", step));
                let mut endpoint = Endpoint::new(Up);
                let mut listener = Listener::systemd(name);
                if kind == "open" {
                    endpoint = endpoint.access(Access::new().allow_insecure()).unwrap();
                }
                if kind == "files" {
                    listener = listener.targets_in(&folder);
                }
                match endpoint.serve_on(listener).await {
                    Ok(server) => {
                        let places = server.places().iter().map(ToString::to_string);
                        let mut outcome = places.collect::<Vec<_>>().join(" ");
                        if kind == "files" {
                            let readable = files().iter().filter(|mode| **mode == 0o644).count();
                            write!(outcome, " ({readable} files for everybody)").unwrap();
                        }
                        servers.push(server);
                        outcome
                    }
                    Err(error) => error.to_string(),
                }
            }
        };
        writeln!(said, "{step}: {outcome}").unwrap();
    }
    std::future::pending::<()>().await;
}

/// What a child says that has nothing but what it gets by itself.
fn child(script: &str) -> String {
    let output = Command::new("sh").args(["-c", script]).output().unwrap();
    String::from_utf8(output.stdout).unwrap().trim().to_owned()
}

/// Scrapes the unix socket at `path`, and says what came of it.
pub(crate) fn connect(path: &Path) {
    match UnixStream::connect(path) {
        Ok(mut stream) => {
            let request = b"GET /metrics HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n";
            stream.write_all(request).unwrap();
            let mut answer = String::new();
            stream.read_to_string(&mut answer).unwrap();
            println!("{answer}");
        }
        Err(error) => println!("{error}"),
    }
}
