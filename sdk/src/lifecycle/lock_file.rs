//! The `Cargo.lock` of the program, where cargo runs it.

use std::{
    collections::BTreeSet,
    fmt,
    fs::File,
    io::Read,
    path::{Path, PathBuf},
};

use crate::configuration::environment::Environment;

/// A longer file is not read: it is the program that is to start.
const LONGEST: u64 = 16 << 20;

/// The crate whose global meter others record into.
const API: &str = "opentelemetry";

/// The packages of a `Cargo.lock`.
pub(crate) struct LockFile {
    packages: Vec<Package>,
}

#[derive(Default)]
struct Package {
    name: String,
    version: String,
    /// As they are written: a name, and its version where there are several.
    dependencies: Vec<String>,
}

/// A version of the OpenTelemetry API beside that of kymo: what is recorded through it is lost.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct OtherApi {
    own: String,
    version: String,
    dependants: Vec<String>,
}

impl LockFile {
    /// The variable in which cargo says where the package is that it runs or tests.
    pub(crate) const VARIABLE: &str = "CARGO_MANIFEST_DIR";

    /// That of the package in `folder`, there or in the next folder above that has one.
    pub(crate) fn of(folder: &Path) -> Option<Self> {
        let path = folder.ancestors().map(|it| it.join("Cargo.lock")).find(|it| it.is_file())?;
        let mut text = String::new();
        File::open(path).ok()?.take(LONGEST).read_to_string(&mut text).ok()?;
        Some(Self::read(&text))
    }

    fn read(text: &str) -> Self {
        let mut packages: Vec<Package> = Vec::new();
        let mut is_in_list = false;
        for line in text.lines().map(str::trim) {
            if line == "[[package]]" {
                packages.push(Package::default());
            }
            let Some(package) = packages.last_mut() else { continue };
            if is_in_list {
                is_in_list = !line.starts_with(']');
                package.dependencies.extend(quoted(line).map(str::to_owned));
            } else if let Some(name) = line.strip_prefix("name = ").and_then(quoted) {
                name.clone_into(&mut package.name);
            } else if let Some(version) = line.strip_prefix("version = ").and_then(quoted) {
                version.clone_into(&mut package.version);
            } else if line == "dependencies = [" {
                is_in_list = true;
            }
        }
        Self { packages }
    }

    /// The versions of the OpenTelemetry API that kymo does not record into; none where kymo is not.
    pub(crate) fn other_apis(&self) -> Vec<OtherApi> {
        let versions = self.packages.iter().filter(|it| it.name == API).map(|it| &*it.version);
        let kymo = self.packages.iter().find(|package| package.name == "kymo");
        let is_of_kymo = |version: &&str| kymo.is_some_and(|kymo| kymo.depends_on(version));
        // A version is not written where there is one alone.
        let Some(own) = versions.clone().find(is_of_kymo) else { return Vec::new() };
        let others = versions.filter(|version| *version != own);
        others.map(|version| self.other_api(own, version)).collect()
    }

    fn other_api(&self, own: &str, version: &str) -> OtherApi {
        let dependants = self.packages.iter().filter(|package| package.depends_on(version));
        // Those of the same family say nothing new.
        let of_others = dependants.filter(|package| !package.name.starts_with(API));
        let mut named: BTreeSet<_> = of_others.map(|package| package.name.clone()).collect();
        if named.is_empty() {
            named.insert(format!("{API} itself"));
        }
        let dependants = named.into_iter().collect();
        OtherApi { own: own.to_owned(), version: version.to_owned(), dependants }
    }
}

impl Package {
    fn depends_on(&self, version: &str) -> bool {
        let api = |dependency: &String| {
            let mut words = dependency.split(' ');
            words.next() == Some(API) && words.next() == Some(version)
        };
        self.dependencies.iter().any(api)
    }
}

/// Reports each of them, where cargo runs the program.
pub(crate) fn report_other_apis(environment: &Environment) {
    let folder = environment.text(LockFile::VARIABLE).map(PathBuf::from);
    let lock_file = folder.and_then(|folder| LockFile::of(&folder));
    for other in lock_file.iter().flat_map(LockFile::other_apis) {
        environment.warn(&format!("{API} {}", other.version), &other.to_string());
    }
}

/// The text of a TOML string, and of what has a comma behind it.
fn quoted(text: &str) -> Option<&str> {
    text.trim_end_matches(',').strip_prefix('"')?.strip_suffix('"')
}

impl fmt::Display for OtherApi {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { own, version, dependants } = self;
        write!(
            f,
            "Cargo.lock has {API} {version} beside {own}, which is kymo's: what {} records through it is \
             lost without a word; docs/upgrading.md says which versions go together",
            dependants.join(", ")
        )
    }
}

#[cfg(test)]
mod tests;
