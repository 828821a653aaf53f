//! PostgreSQL.

use std::{
    net::SocketAddr,
    path::{Path, PathBuf},
    process::Command,
    sync::LazyLock,
};

use super::Started;
use crate::{
    process::Signal,
    server::{program, scratch, setpriv},
};

/// PostgreSQL, as the package of Debian has it.
#[derive(Clone, Copy, Debug, Default)]
pub struct Engine;

/// PostgreSQL does not run as root.
const SOMEBODY: [&str; 3] = ["--reuid=nobody", "--regid=nogroup", "--clear-groups"];

impl super::Engine for Engine {
    const NAME: &'static str = "PostgreSQL";

    /// A fast shutdown: clients are disconnected.
    const STOP: Signal = Signal::Interrupt;

    fn template() -> &'static Path {
        static TEMPLATE: LazyLock<PathBuf> = LazyLock::new(|| {
            let folder = scratch::folder().keep();
            if is_root() {
                program::run(Command::new("chown").arg("nobody:nogroup").arg(&folder));
            }
            let data = folder.join("data");
            let mut command = as_somebody("initdb");
            command.arg("-D").arg(&data);
            command.args(["-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C"]);
            command.args(["--no-sync", "--no-instructions", "--wal-segsize=1"]);
            program::run(&mut command);
            data
        });
        &TEMPLATE
    }

    fn command(folder: &Path, address: SocketAddr) -> Command {
        let mut command = as_somebody("postgres");
        command.arg("-D").arg(folder.join("data"));
        command.args(["-h", &address.ip().to_string(), "-p", &address.port().to_string()]);
        // Rows outlive the server, though not the machine.
        command.args(["-c", "unix_socket_directories=", "-c", "fsync=off"]);
        command.args(["-c", "full_page_writes=off", "-c", "deadlock_timeout=100ms"]);
        // Counts its statements, for those who ask.
        command.args(["-c", "shared_preload_libraries=pg_stat_statements"]);
        command.env("LC_ALL", "C").current_dir("/");
        command
    }

    fn started(line: &str) -> Option<Started> {
        if line.contains("database system is ready to accept connections") {
            Some(Started::Ready)
        } else {
            line.contains("Address already in use").then_some(Started::PortTaken)
        }
    }

    fn url(address: SocketAddr) -> String {
        format!("postgres://postgres@{address}/postgres?sslmode=disable")
    }
}

fn as_somebody(name: &str) -> Command {
    let mut command = setpriv();
    if is_root() {
        command.args(SOMEBODY);
    }
    command.arg(program::path(name));
    command
}

fn is_root() -> bool {
    rustix::process::geteuid().is_root()
}
