//! Real database servers.

mod family;
mod lasting;
mod mariadb;
mod postgres;
mod program;
mod scratch;
#[cfg(test)]
mod tests;

use std::{
    fmt,
    marker::PhantomData,
    net::SocketAddr,
    path::Path,
    process::Command,
    time::{Duration, Instant},
};

use tempfile::TempDir;

use self::family::Family;
use crate::{
    port::Port,
    process::{Process, Signal},
};

/// A real PostgreSQL server.
pub type Postgres = Database<postgres::Engine>;

/// A real MariaDB server.
pub type MariaDb = Database<mariadb::Engine>;

const READY: Duration = Duration::from_secs(30);
const GONE: Duration = Duration::from_secs(20);

/// Someone may take a free port in the moment before the server does.
const ATTEMPTS: usize = 5;

/// A server of its own on a free port of loopback, with nothing in it but an empty database.
///
/// Its processes and its data are gone when it is dropped, and at the latest with the process that
/// started it, whichever way that ends.
pub struct Database<E: Engine> {
    engine: PhantomData<E>,
    address: SocketAddr,
    state: State,
    folder: TempDir,
}

/// What differs between one kind of server and another.
pub trait Engine {
    /// What it is called.
    const NAME: &'static str;

    /// What asks it to end soon and in order.
    const STOP: Signal;

    /// A folder with the initialised data of a server that never ran, made once per process.
    ///
    /// # Panics
    ///
    /// When the server is not installed.
    fn template() -> &'static Path;

    /// The server in the foreground, with its data in `data` of this folder.
    fn command(folder: &Path, address: SocketAddr) -> Command;

    /// What a line of its log tells about its start.
    fn started(line: &str) -> Option<Started>;

    /// Where clients find its empty database.
    fn url(address: SocketAddr) -> String;
}

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
    /// The port stays ours: nobody else answers there.
    Dead(Port),
}

impl<E: Engine> Database<E> {
    /// Starts one, and waits until it answers.
    ///
    /// # Panics
    ///
    /// When it is not installed, or not there within 30 seconds.
    pub fn start() -> Self {
        let template = E::template();
        let folder = scratch::folder();
        scratch::copy(template, &folder.path().join("data"));
        for _ in 0..ATTEMPTS {
            let address = Port::any().address();
            if let Some(process) = Self::listening(&folder, address) {
                let state = State::Running(process);
                return Self { engine: PhantomData, address, state, folder };
            }
        }
        panic!("{} did not get its port in {ATTEMPTS} attempts", E::NAME)
    }

    /// The process once clients are welcome; `None` when it did not get its port.
    fn listening(folder: &TempDir, address: SocketAddr) -> Option<Process> {
        let process = lasting::start(E::command(folder.path(), address));
        match process.wait_for_line(READY, E::started) {
            Started::Ready => Some(process),
            Started::PortTaken => None,
        }
    }

    /// Where clients find its empty database, with a user who may do everything.
    pub fn url(&self) -> String {
        E::url(self.address)
    }

    /// Everything it has said since its last start.
    pub fn log(&self) -> String {
        match &self.state {
            State::Running(process) | State::Frozen(process) => process.log(),
            State::Dead(_) => String::new(),
        }
    }

    /// Kills all its processes as a power failure would. What was committed stays. From then on
    /// connections are refused.
    ///
    /// # Panics
    ///
    /// When it is dead already.
    pub fn kill(&mut self) {
        self.end(|process| {
            Family::of(process).kill();
            process.wait(GONE);
        });
    }

    /// Asks it to end in order: clients are told so. From then on connections are refused.
    ///
    /// # Panics
    ///
    /// When it is dead already or frozen, or still runs after 20 seconds.
    pub fn stop(&mut self) {
        assert!(!matches!(self.state, State::Frozen(_)), "{} is frozen", E::NAME);
        self.end(|process| {
            process.signal(E::STOP);
            let status = process.wait(GONE);
            assert!(status.success(), "{} ends with {status}", E::NAME);
        });
    }

    fn end(&mut self, how: impl FnOnce(&mut Process)) {
        match &mut self.state {
            State::Running(process) | State::Frozen(process) => how(process),
            State::Dead(_) => panic!("{} is dead already", E::NAME),
        }
        self.state = State::Dead(self.own_port());
    }

    /// The last of its sockets is closed a moment after its last process.
    fn own_port(&self) -> Port {
        let start = Instant::now();
        loop {
            match Port::at(self.address) {
                Ok(port) => return port,
                Err(error) => assert!(start.elapsed() < GONE, "{}: {error}", self.address),
            }
        }
    }

    /// Starts it again on the same port with the same data after [`Database::kill`] or
    /// [`Database::stop`].
    ///
    /// # Panics
    ///
    /// When it is not dead, or not there within 30 seconds.
    pub fn restart(&mut self) {
        let State::Dead(port) = &mut self.state else { panic!("{} is not dead", E::NAME) };
        // Nothing of ours may hold the port while it starts.
        drop(std::mem::replace(port, Port::any()));
        let process = Self::listening(&self.folder, self.address);
        self.state = State::Running(process.expect("the server gets its port back"));
    }

    /// Stops all its processes where they are: from then on it accepts connections, as its kernel
    /// does that, and answers nobody.
    ///
    /// # Panics
    ///
    /// When it is not running.
    pub fn freeze(&mut self) {
        self.turn(|state| match state {
            State::Running(process) => {
                Family::of(&process).freeze();
                State::Frozen(process)
            }
            _ => panic!("{} is not running", E::NAME),
        });
    }

    /// Lets it go on after [`Database::freeze`].
    ///
    /// # Panics
    ///
    /// When it is not frozen.
    pub fn thaw(&mut self) {
        self.turn(|state| match state {
            State::Frozen(process) => {
                Family::of(&process).thaw();
                State::Running(process)
            }
            _ => panic!("{} is not frozen", E::NAME),
        });
    }

    fn turn(&mut self, change: impl FnOnce(State) -> State) {
        let state = std::mem::replace(&mut self.state, State::Dead(Port::any()));
        self.state = change(state);
    }
}

impl<E: Engine> Drop for Database<E> {
    fn drop(&mut self) {
        if let State::Running(process) | State::Frozen(process) = &self.state {
            Family::of(process).kill();
        }
    }
}

impl<E: Engine> fmt::Debug for Database<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct(E::NAME).field("url", &self.url()).finish_non_exhaustive()
    }
}
