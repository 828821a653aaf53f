//! Programs of this workspace, built on demand.

use std::{
    collections::HashMap,
    env,
    path::PathBuf,
    process::{Command, Stdio},
    sync::{LazyLock, Mutex, PoisonError},
};

use serde::Deserialize;

/// Profiles of cargo.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Profile {
    Dev,
    Release,
}

/// The executable of a package, brought up to date once per test process.
///
/// Cargo tells a test only about the programs of its own package.
pub(crate) fn of(package: &'static str, profile: Profile) -> PathBuf {
    static BUILT: LazyLock<Mutex<HashMap<(&str, Profile), PathBuf>>> =
        LazyLock::new(Mutex::default);
    let mut built = BUILT.lock().unwrap_or_else(PoisonError::into_inner);
    built.entry((package, profile)).or_insert_with(|| build(package, profile)).clone()
}

/// One line of cargo's `--message-format=json`, of which only some are about an executable.
#[derive(Deserialize)]
struct Message {
    executable: Option<PathBuf>,
}

fn build(package: &str, profile: Profile) -> PathBuf {
    let cargo = env::var_os("CARGO").unwrap_or_else(|| env!("CARGO").into());
    let output = Command::new(cargo)
        .args(["build", "--quiet", "--message-format=json", "--bin", package, "--package", package])
        .args((profile == Profile::Release).then_some("--release"))
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .stderr(Stdio::inherit())
        .output()
        .expect("cargo starts");
    assert!(output.status.success(), "cargo cannot build {package}");
    String::from_utf8_lossy(&output.stdout)
        .lines()
        .filter_map(|line| serde_json::from_str::<Message>(line).ok())
        .find_map(|message| message.executable)
        .unwrap_or_else(|| panic!("cargo does not say where it put {package}"))
}
