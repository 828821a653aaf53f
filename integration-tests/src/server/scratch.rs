//! Folders that vanish with the process, even those which nobody drops.

use std::{
    fs::{self, Permissions},
    os::unix::fs::PermissionsExt,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    sync::LazyLock,
};

use tempfile::TempDir;

use super::program;

/// Reads until this process has ended, and then removes the folder. What a signal ends in the whole
/// terminal does not end it, and servers killed a moment ago may still write.
const SWEEP: &str = "trap '' HUP INT TERM; cat; \
    for i in 1 2 3 4 5 6 7 8 9; do rm -rf \"$0\" && exit; sleep 0.2; done";

static ROOT: LazyLock<Root> = LazyLock::new(|| {
    let path = tempfile::Builder::new().prefix("servers-").tempdir();
    let path = path.expect("a temporary folder").keep();
    enterable(&path);
    let mut sweeper = Command::new("sh");
    sweeper.arg("-c").arg(SWEEP).arg(&path);
    sweeper.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::null());
    Root { path, _sweeper: sweeper.spawn().expect("sh starts") }
});

struct Root {
    path: PathBuf,
    /// Holds the other end of its input.
    _sweeper: Child,
}

/// A folder that every user may enter, removed when it is dropped or else with this process.
pub(crate) fn folder() -> TempDir {
    let folder = tempfile::tempdir_in(&ROOT.path).expect("a temporary folder");
    enterable(folder.path());
    folder
}

/// Copies a folder with its owners.
pub(crate) fn copy(from: &Path, to: &Path) {
    program::run(Command::new("cp").arg("-a").arg(from).arg(to));
}

/// A server may run as another user.
fn enterable(folder: &Path) {
    fs::set_permissions(folder, Permissions::from_mode(0o755)).expect("a folder of our own");
}
