//! The files and the variables of a machine.

use std::{
    fs,
    path::{Path, PathBuf},
};

use crate::configuration::environment::Environment;

/// The files and the variables of a machine.
pub(super) struct Machine<'a> {
    root: PathBuf,
    environment: &'a Environment,
}

impl<'a> Machine<'a> {
    /// The machine on which this process runs.
    pub(super) fn of_process(environment: &'a Environment) -> Self {
        Self::at(Path::new("/"), environment)
    }

    /// One whose files are below `root`.
    pub(super) fn at(root: &Path, environment: &'a Environment) -> Self {
        Self { root: root.to_owned(), environment }
    }

    /// Reads a file, without white space around it; absent if it is empty or cannot be read.
    pub(super) fn read(&self, path: &str) -> Option<String> {
        let text = fs::read_to_string(self.root.join(path)).ok()?;
        Some(text.trim().to_owned()).filter(|text| !text.is_empty())
    }

    pub(super) fn has(&self, path: &str) -> bool {
        self.root.join(path).exists()
    }

    /// The first of `names` that is set.
    pub(super) fn variable(&self, names: &[&str]) -> Option<String> {
        names.iter().find_map(|name| self.environment.text(name)).map(str::to_owned)
    }

    /// The mounts as pairs: what is mounted, within its file system, and where.
    pub(super) fn mounts(&self) -> Vec<(String, String)> {
        let mounts = self.read("proc/self/mountinfo").unwrap_or_default();
        let pair = |line: &str| {
            // Fields 4 and 5, as proc(5) counts.
            let mut fields = line.split(' ').skip(3).map(str::to_owned);
            Some((fields.next()?, fields.next()?))
        };
        mounts.lines().filter_map(pair).collect()
    }

    /// The paths of the process in its hierarchies of control groups.
    pub(super) fn groups(&self) -> Vec<String> {
        let groups = self.read("proc/self/cgroup").unwrap_or_default();
        let path = |line: &str| line.splitn(3, ':').nth(2).map(str::to_owned);
        groups.lines().filter_map(path).collect()
    }

    pub(super) fn is_pod(&self) -> bool {
        self.variable(&["KUBERNETES_SERVICE_HOST"]).is_some()
            || self.has(super::kubernetes::NAMESPACE)
    }
}
