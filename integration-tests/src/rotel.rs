//! A real OTLP collector.

mod dump;
#[cfg(test)]
mod tests;

use std::{
    net::{SocketAddr, TcpStream},
    process::Command,
    thread,
    time::{Duration, Instant},
};

use tempfile::TempDir;

use crate::{
    otlp::{Point, latest},
    port::Port,
    process::{Process, Signal},
    tool,
};

const READY: Duration = Duration::from_secs(20);
const GONE: Duration = Duration::from_secs(10);

/// Someone may take a free port in the moment before the collector does.
const ATTEMPTS: usize = 5;

/// A rotel collector that receives gRPC and http/protobuf, and writes down every point.
#[derive(Debug)]
pub struct Rotel {
    grpc: SocketAddr,
    http: SocketAddr,
    exporter: Vec<String>,
    state: State,
    /// The points that it wrote down before it was killed.
    before: Vec<Point>,
    folder: TempDir,
}

#[derive(Debug)]
enum State {
    Running(Process),
    /// The ports stay ours: nobody else answers there.
    Killed {
        _ports: [Port; 2],
    },
}

impl Rotel {
    /// Starts one on free ports, and waits until it listens on both.
    ///
    /// # Panics
    ///
    /// When it is not installed, or not there within 20 seconds.
    pub fn start() -> Self {
        Self::start_with(&["--exporter", "blackhole"])
    }

    /// Starts one that also passes everything on to the OTLP receiver at this address, which the
    /// paths `/v1/…` are added to.
    ///
    /// # Panics
    ///
    /// As [`Rotel::start`].
    pub fn forwarding_to(endpoint: &str) -> Self {
        let to = ["--exporter", "otlp", "--otlp-exporter-protocol", "http"];
        Self::start_with(&[&to[..], &["--otlp-exporter-endpoint", endpoint]].concat())
    }

    fn start_with(exporter: &[&str]) -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let exporter = exporter.iter().map(|&word| word.to_owned()).collect::<Vec<_>>();
        for _ in 0..ATTEMPTS {
            let [grpc, http] = [Port::any(), Port::any()].map(|port| port.address());
            if let Some(process) =
                listening(&mut command(grpc, http, &exporter, &folder), &[grpc, http])
            {
                let state = State::Running(process);
                return Self { grpc, http, exporter, state, before: Vec::new(), folder };
            }
        }
        panic!("rotel did not get its ports in {ATTEMPTS} attempts")
    }

    /// Where it takes gRPC, such as `http://127.0.0.1:40123`.
    pub fn grpc(&self) -> String {
        format!("http://{}", self.grpc)
    }

    /// Where it takes http/protobuf, without the path.
    pub fn http(&self) -> String {
        format!("http://{}", self.http)
    }

    /// Every point that it has written down so far, in order. One that is being written is left
    /// out.
    pub fn points(&self) -> Vec<Point> {
        let mut points = self.before.clone();
        if let State::Running(process) = &self.state {
            points.extend(dump::points(&process.standard_output()));
        }
        points
    }

    /// The last point of every series.
    pub fn latest(&self) -> Vec<Point> {
        latest(self.points())
    }

    /// Kills it as a power failure would. From then on connections are refused.
    ///
    /// # Panics
    ///
    /// When it is dead already.
    pub fn kill(&mut self) {
        let State::Running(process) = &mut self.state else { panic!("it is dead already") };
        process.signal(Signal::Kill);
        process.wait(GONE);
        let said = process.standard_output();
        self.before.extend(dump::points(&said));
        let ports = [self.grpc, self.http].map(|at| Port::at(at).expect("a port that was ours"));
        self.state = State::Killed { _ports: ports };
    }

    /// Starts it again on the same ports after [`Rotel::kill`].
    ///
    /// # Panics
    ///
    /// When it is running, or not there within 20 seconds.
    pub fn restart(&mut self) {
        assert!(matches!(self.state, State::Killed { .. }), "it is running");
        let mut command = command(self.grpc, self.http, &self.exporter, &self.folder);
        let process = {
            // Nothing of ours may hold the ports while it starts.
            let State::Killed { _ports: ports } = &mut self.state else { return };
            let spare = [Port::any(), Port::any()];
            drop(std::mem::replace(ports, spare));
            listening(&mut command, &[self.grpc, self.http])
        };
        self.state = State::Running(process.expect("rotel gets its ports back"));
    }

    /// Asks it to stop, and gives every point that it ever wrote down.
    ///
    /// # Panics
    ///
    /// When it still runs after 10 seconds, or does not end well.
    pub fn stop(mut self) -> Vec<Point> {
        if let State::Running(process) = &mut self.state {
            process.signal(Signal::Terminate);
            let status = process.wait(GONE);
            assert!(status.success(), "rotel ends with {status}");
        }
        self.points()
    }
}

fn command(grpc: SocketAddr, http: SocketAddr, exporter: &[String], folder: &TempDir) -> Command {
    let mut command = tool::command("rotel", "rotel-agent");
    command
        .arg("start")
        .args(["--otlp-grpc-endpoint", &grpc.to_string()])
        .args(["--otlp-http-endpoint", &http.to_string()])
        .args(["--debug-log", "metrics", "--debug-log-verbosity", "detailed"])
        .args(["--batch-timeout", "50ms"])
        .args(exporter)
        .arg("--pid-file")
        .arg(folder.path().join("pid"))
        .env("NO_COLOR", "1");
    command
}

/// The process once all of these addresses answer; `None` when it ended instead.
fn listening(command: &mut Command, addresses: &[SocketAddr]) -> Option<Process> {
    let mut process = Process::start(command);
    let start = Instant::now();
    while !addresses.iter().all(|address| TcpStream::connect(address).is_ok()) {
        if process.ended() {
            return None;
        }
        assert!(start.elapsed() < READY, "rotel does not listen after {READY:?}");
        thread::sleep(Duration::from_millis(20));
    }
    Some(process)
}
