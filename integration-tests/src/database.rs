//! Real database servers.

mod mariadb;
mod postgres;
#[cfg(test)]
mod tests;

use std::{fmt, marker::PhantomData, net::SocketAddr, path::Path, process::Command};

pub use crate::server::Started;
use crate::{
    process::Signal,
    server::{Program, Server, scratch},
};

/// A real PostgreSQL server.
pub type Postgres = Database<postgres::Engine>;

/// A real MariaDB server.
pub type MariaDb = Database<mariadb::Engine>;

/// A server of its own on a free port of loopback, with nothing in it but an empty database.
///
/// Its processes and its data are gone when it is dropped, and at the latest with the process that
/// started it, whichever way that ends.
pub struct Database<E: Engine> {
    engine: PhantomData<E>,
    server: Server,
}

/// A kind of server, with everything that differs from other kinds.
pub trait Engine {
    /// Its name.
    const NAME: &'static str;

    /// The signal that asks it to end soon and in order.
    const STOP: Signal;

    /// A folder with the initialised data of a server that never ran, made once per process.
    ///
    /// # Panics
    ///
    /// When the server is not installed.
    fn template() -> &'static Path;

    /// The server in the foreground, with its data in `data` of this folder.
    fn command(folder: &Path, address: SocketAddr) -> Command;

    /// Says what a line of its log tells about its start.
    fn started(line: &str) -> Option<Started>;

    /// Where clients find its empty database.
    fn url(address: SocketAddr) -> String;
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
        Self { engine: PhantomData, server: Server::start(Self::program(), folder) }
    }

    fn program() -> Program {
        Program {
            name: E::NAME,
            stop: E::STOP,
            ports: 1,
            command: Box::new(|folder, ports| E::command(folder, ports[0])),
            started: E::started,
        }
    }

    /// Where clients find its empty database, with a user who may do everything.
    pub fn url(&self) -> String {
        E::url(self.server.address())
    }

    /// Everything it has said since its last start.
    pub fn log(&self) -> String {
        self.server.log()
    }

    /// Kills all its processes as a power failure would. What was committed stays. From then on
    /// connections are refused.
    ///
    /// # Panics
    ///
    /// When it is dead already.
    pub fn kill(&mut self) {
        self.server.kill();
    }

    /// Asks it to end in order: clients are told so. From then on connections are refused.
    ///
    /// # Panics
    ///
    /// When it is dead already or frozen, or still runs after 20 seconds.
    pub fn stop(&mut self) {
        self.server.stop();
    }

    /// Starts it again on the same port with the same data after [`Database::kill`] or
    /// [`Database::stop`].
    ///
    /// # Panics
    ///
    /// When it is not dead, or not there within 30 seconds.
    pub fn restart(&mut self) {
        self.server.restart();
    }

    /// Stops all its processes where they are: from then on it accepts connections, as its kernel
    /// does that, and answers nobody.
    ///
    /// # Panics
    ///
    /// When it is not running.
    pub fn freeze(&mut self) {
        self.server.freeze();
    }

    /// Lets it go on after [`Database::freeze`].
    ///
    /// # Panics
    ///
    /// When it is not frozen.
    pub fn thaw(&mut self) {
        self.server.thaw();
    }
}

impl<E: Engine> fmt::Debug for Database<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct(E::NAME).field("url", &self.url()).finish_non_exhaustive()
    }
}
