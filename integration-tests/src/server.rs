//! A real server, to be killed, frozen and restarted.

mod family;
mod lasting;
pub(crate) mod program;
pub(crate) mod scratch;

use std::{
    fmt,
    net::SocketAddr,
    path::Path,
    process::Command,
    time::{Duration, Instant},
};

use tempfile::TempDir;

use self::family::Family;
pub(crate) use self::lasting::setpriv;
use crate::{
    port::Port,
    process::{Process, Signal},
};

const READY: Duration = Duration::from_secs(30);
pub(crate) const GONE: Duration = Duration::from_secs(20);

/// Someone may take a free port in the moment before the server does.
const ATTEMPTS: usize = 5;

/// A server on free ports of loopback, with all its files in one folder.
///
/// Its processes and its data are gone when it is dropped, and at the latest with the process that
/// started it, whichever way that ends.
pub(crate) struct Server {
    program: Program,
    ports: Vec<SocketAddr>,
    state: State,
    folder: TempDir,
}

/// A program that a server is started from.
pub(crate) struct Program {
    /// Its name.
    pub(crate) name: &'static str,
    /// The signal that asks it to end soon and in order.
    pub(crate) stop: Signal,
    /// How many ports it listens on.
    pub(crate) ports: usize,
    /// The server in the foreground, from [`setpriv`], with its data in this folder.
    pub(crate) command: Box<Foreground>,
    /// Says what a line of its log tells about its start.
    pub(crate) started: fn(&str) -> Option<Started>,
}

/// Makes the command from a folder and the ports.
type Foreground = dyn Fn(&Path, &[SocketAddr]) -> Command + Send + Sync;

/// How the start of a server went.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Started {
    /// Clients are welcome.
    Ready,
    /// Somebody else had its port.
    PortTaken,
}

#[derive(Debug)]
enum State {
    Running(Process),
    Frozen(Process),
    /// The ports stay ours: nobody else answers there.
    Dead(Vec<Port>),
}

impl Server {
    /// Starts one with what is in this folder, and waits until it answers.
    ///
    /// # Panics
    ///
    /// When it is not installed, or not there within 30 seconds.
    pub(crate) fn start(program: Program, folder: TempDir) -> Self {
        for _ in 0..ATTEMPTS {
            // All are held until each has its own.
            let held = (0..program.ports).map(|_| Port::any()).collect::<Vec<_>>();
            let ports = held.iter().map(Port::address).collect::<Vec<_>>();
            drop(held);
            if let Some(process) = program.listening(folder.path(), &ports, program.started) {
                return Self { program, ports, state: State::Running(process), folder };
            }
        }
        panic!("{} did not get its port in {ATTEMPTS} attempts", program.name)
    }

    /// Where clients find it.
    pub(crate) fn address(&self) -> SocketAddr {
        self.ports[0]
    }

    /// Everywhere it listens.
    pub(crate) fn ports(&self) -> &[SocketAddr] {
        &self.ports
    }

    /// Where its files are.
    pub(crate) fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// Everything it has said since its last start.
    pub(crate) fn log(&self) -> String {
        match &self.state {
            State::Running(process) | State::Frozen(process) => process.log(),
            State::Dead(_) => String::new(),
        }
    }

    /// Kills all its processes as a power failure would.
    ///
    /// # Panics
    ///
    /// When it is dead already.
    pub(crate) fn kill(&mut self) {
        self.end(|_, process| {
            Family::of(process).kill();
            process.wait(GONE);
        });
    }

    /// Asks it to end in order.
    ///
    /// # Panics
    ///
    /// When it is dead already or frozen, or still runs after 20 seconds.
    pub(crate) fn stop(&mut self) {
        assert!(!matches!(self.state, State::Frozen(_)), "{} is frozen", self.program.name);
        self.end(|program, process| {
            process.signal(program.stop);
            let status = process.wait(GONE);
            assert!(status.success(), "{} ends with {status}", program.name);
        });
    }

    fn end(&mut self, how: impl FnOnce(&Program, &mut Process)) {
        match &mut self.state {
            State::Running(process) | State::Frozen(process) => how(&self.program, process),
            State::Dead(_) => panic!("{} is dead already", self.program.name),
        }
        self.state = State::Dead(self.ports.iter().map(|&port| own(port)).collect());
    }

    /// Starts it again on the same ports with the same files.
    ///
    /// # Panics
    ///
    /// When it is not dead, or not there within 30 seconds.
    pub(crate) fn restart(&mut self) {
        self.restart_until(self.program.started);
    }

    /// The same, waiting only until a line of its log is `reached`.
    ///
    /// # Panics
    ///
    /// When it is not dead, or such a line has not come within 30 seconds.
    pub(crate) fn restart_until(&mut self, reached: fn(&str) -> Option<Started>) {
        let State::Dead(held) = &mut self.state else {
            panic!("{} is not dead", self.program.name)
        };
        // Nothing of ours may hold a port while it starts.
        held.clear();
        let process = self.program.listening(self.folder.path(), &self.ports, reached);
        self.state = State::Running(process.expect("the server gets its port back"));
    }

    /// Stops all its processes where they are.
    ///
    /// # Panics
    ///
    /// When it is not running.
    pub(crate) fn freeze(&mut self) {
        let name = self.program.name;
        self.turn(|state| match state {
            State::Running(process) => {
                Family::of(&process).freeze();
                State::Frozen(process)
            }
            _ => panic!("{name} is not running"),
        });
    }

    /// Lets it go on after [`Server::freeze`].
    ///
    /// # Panics
    ///
    /// When it is not frozen.
    pub(crate) fn thaw(&mut self) {
        let name = self.program.name;
        self.turn(|state| match state {
            State::Frozen(process) => {
                Family::of(&process).thaw();
                State::Running(process)
            }
            _ => panic!("{name} is not frozen"),
        });
    }

    fn turn(&mut self, change: impl FnOnce(State) -> State) {
        let state = std::mem::replace(&mut self.state, State::Dead(Vec::new()));
        self.state = change(state);
    }
}

impl Program {
    /// The process once clients are welcome; `None` when it did not get its ports.
    pub(crate) fn listening(
        &self,
        folder: &Path,
        ports: &[SocketAddr],
        reached: fn(&str) -> Option<Started>,
    ) -> Option<Process> {
        let process = lasting::start((self.command)(folder, ports));
        match process.wait_for_line(READY, reached) {
            Started::Ready => Some(process),
            Started::PortTaken => None,
        }
    }
}

/// The last of a server's sockets is closed a moment after its last process.
fn own(address: SocketAddr) -> Port {
    let start = Instant::now();
    loop {
        match Port::at(address) {
            Ok(port) => return port,
            Err(error) => assert!(start.elapsed() < GONE, "{address}: {error}"),
        }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        if let State::Running(process) | State::Frozen(process) = &self.state {
            Family::of(process).kill();
        }
    }
}

impl fmt::Debug for Server {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut shown = f.debug_struct(self.program.name);
        shown.field("address", &self.address()).field("state", &self.state).finish_non_exhaustive()
    }
}
