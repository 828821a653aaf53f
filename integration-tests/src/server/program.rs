//! Where Debian keeps the programs of a database.

use std::{
    env, fs,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

/// The newest version of PostgreSQL has the first word.
const VERSIONS: &str = "/usr/lib/postgresql";

/// Not on the `PATH` of everyone.
const DAEMONS: &str = "/usr/sbin";

/// The path of a program, whether or not its folder is on the `PATH`.
///
/// # Panics
///
/// When it is not installed.
pub(crate) fn path(name: &str) -> PathBuf {
    let path = env::var_os("PATH").unwrap_or_default();
    let folders = env::split_paths(&path).chain(versions()).chain([DAEMONS.into()]);
    let found = folders.map(|folder| folder.join(name)).find(|file| file.is_file());
    found.unwrap_or_else(|| {
        panic!("there is no {name}; run scripts/tools or scripts/test, which installs it")
    })
}

fn versions() -> Vec<PathBuf> {
    let entries = fs::read_dir(VERSIONS).into_iter().flatten().filter_map(Result::ok);
    let numbers = entries.filter_map(|entry| entry.file_name().to_str()?.parse::<u32>().ok());
    let mut numbers = numbers.collect::<Vec<_>>();
    numbers.sort_unstable_by(|one, other| other.cmp(one));
    let folder = |number| Path::new(VERSIONS).join(format!("{number}/bin"));
    numbers.into_iter().map(folder).collect()
}

/// Runs a command to its end, for what it says on its standard output.
///
/// # Panics
///
/// When it fails, with what it said.
pub(crate) fn run(command: &mut Command) -> String {
    let name = command.get_program().to_string_lossy().into_owned();
    let output = command.stdin(Stdio::null()).output();
    let output = output.unwrap_or_else(|error| panic!("cannot start {name}: {error}"));
    let [said, complaint] =
        [&output.stdout, &output.stderr].map(|bytes| String::from_utf8_lossy(bytes).into_owned());
    assert!(output.status.success(), "{command:?} fails: {said}{complaint}");
    said
}
