//! Programs that `scripts/tools` put where tests find them.

use std::{env, path::PathBuf, process::Command};

/// Name, version, architecture and SHA-256 of each.
const PINNED: &str = include_str!("../../scripts/tools.txt");

/// The executable of a tool, which finds its libraries beside itself.
///
/// # Panics
///
/// When it is not there.
pub(crate) fn command(tool: &str, executable: &str) -> Command {
    let path = self::executable(tool, executable);
    let mut command = Command::new(&path);
    command.envs(path.parent().map(|folder| ("LD_LIBRARY_PATH", folder)));
    command
}

/// Where the executable of a tool is.
///
/// # Panics
///
/// When it is not there.
pub(crate) fn executable(tool: &str, executable: &str) -> PathBuf {
    let path = folder().join(format!("{tool}-{}", version(tool))).join(executable);
    let missing = "run scripts/tools or scripts/test, which puts it there";
    assert!(path.exists(), "there is no {}; {missing}", path.display());
    path
}

/// As `scripts/tools` finds it.
fn folder() -> PathBuf {
    let variable = |name| env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from);
    variable("KYMO_TOOLS").unwrap_or_else(|| {
        let home = || variable("HOME").expect("HOME or KYMO_TOOLS is set").join(".cache");
        variable("XDG_CACHE_HOME").unwrap_or_else(home).join("kymo/tools")
    })
}

fn version(tool: &str) -> &'static str {
    let lines = PINNED.lines().map(|line| line.split_whitespace().collect::<Vec<_>>());
    let mut versions = lines.filter_map(|words| match words[..] {
        [name, version, ..] if name == tool => Some(version),
        _ => None,
    });
    versions.next().unwrap_or_else(|| panic!("scripts/tools.txt has no {tool}"))
}
