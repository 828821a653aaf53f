//! MariaDB.

use std::{
    ffi::OsString,
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

/// MariaDB, as the package of Debian has it.
#[derive(Clone, Copy, Debug, Default)]
pub struct Engine;

/// Its first file is an eighth of the usual 100 MB.
const SMALL: &str = "--innodb-log-file-size=12M";

impl super::Engine for Engine {
    const NAME: &'static str = "MariaDB";

    const STOP: Signal = Signal::Terminate;

    fn template() -> &'static Path {
        static TEMPLATE: LazyLock<PathBuf> = LazyLock::new(|| {
            let data = scratch::folder().keep().join("data");
            let mut command = Command::new(program::path("mariadb-install-db"));
            as_us(&mut command).arg(at("datadir", &data));
            command.args(["--auth-root-authentication-method=normal", "--skip-name-resolve"]);
            command.arg(SMALL);
            program::run(&mut command);
            data
        });
        &TEMPLATE
    }

    fn command(folder: &Path, address: SocketAddr) -> Command {
        let mut command = setpriv();
        as_us(command.arg(program::path("mariadbd"))).arg(at("datadir", &folder.join("data")));
        command.arg(at("socket", &folder.join("socket"))).arg(at("pid-file", &folder.join("pid")));
        command.arg(format!("--bind-address={}", address.ip()));
        command.arg(format!("--port={}", address.port()));
        // Rows outlive the server, though not the machine.
        command.args(["--innodb-flush-log-at-trx-commit=2", "--innodb-flush-method=nosync"]);
        command.args(["--innodb-buffer-pool-size=32M", "--performance-schema=OFF", SMALL]);
        command.args(["--skip-log-bin", "--skip-name-resolve"]);
        command
    }

    fn started(line: &str) -> Option<Started> {
        if line.contains("ready for connections") {
            Some(Started::Ready)
        } else {
            line.contains("Address already in use").then_some(Started::PortTaken)
        }
    }

    fn url(address: SocketAddr) -> String {
        format!("mysql://root@{address}/test?ssl-mode=disabled")
    }
}

/// It does run as root, but only when told so.
fn as_us(command: &mut Command) -> &mut Command {
    let root = rustix::process::geteuid().is_root();
    command.arg("--no-defaults").args(root.then_some("--user=root"))
}

fn at(option: &str, path: &Path) -> OsString {
    let mut word = OsString::from(format!("--{option}="));
    word.push(path);
    word
}
