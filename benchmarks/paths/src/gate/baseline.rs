//! The instructions that the paths took when they were last written down.

use std::path::PathBuf;
use std::process::Command;
use std::{env, fs, io};

use paths::BoxError;

/// One file for each kind of processor: what the compiler makes for one says nothing about another.
pub struct Baseline {
    /// The compiler that made what was counted.
    pub compiler: String,
    /// Of each path, by its name.
    pub counts: Vec<(String, f64)>,
}

const HEAD: &str = "\
# Instructions of the main paths, of which scripts/test lets none rise by over 5 %.
# `scripts/bench gate --renew` writes this file.
";

impl Baseline {
    /// The one that is committed for this kind of processor, if there is one.
    pub fn read() -> Result<Option<Self>, BoxError> {
        match fs::read_to_string(path()) {
            Ok(text) => Self::parse(&text).map(Some),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error.into()),
        }
    }

    /// Writes it where [`Baseline::read`] finds it.
    pub fn write(&self) -> Result<(), BoxError> {
        let path = path();
        if let Some(folder) = path.parent() {
            fs::create_dir_all(folder)?;
        }
        fs::write(&path, self.to_text())?;
        print!("{}", self.to_text());
        Ok(())
    }

    /// The instructions of a path, if they were counted.
    pub fn of(&self, path: &str) -> Option<f64> {
        self.counts.iter().find(|(name, _)| name == path).map(|(_, count)| *count)
    }

    fn parse(text: &str) -> Result<Self, BoxError> {
        let mut lines = text.lines().filter(|line| !line.starts_with('#'));
        let compiler = lines.next().ok_or("the baseline is empty")?.to_owned();
        let count = |line: &str| {
            let (name, count) =
                line.rsplit_once(": ").ok_or_else(|| format!("no count: {line:?}"))?;
            Ok((name.to_owned(), count.parse()?))
        };
        Ok(Self { compiler, counts: lines.map(count).collect::<Result<_, BoxError>>()? })
    }

    fn to_text(&self) -> String {
        let line = |(name, count): &(String, f64)| format!("{name}: {count:.1}\n");
        let counts: String = self.counts.iter().map(line).collect();
        format!("{HEAD}{}\n{counts}", self.compiler)
    }
}

/// The name and version of the compiler that cargo uses.
pub fn compiler() -> String {
    let rustc = env::var_os("RUSTC").unwrap_or_else(|| "rustc".into());
    let output = Command::new(rustc).arg("--version").output();
    let version = output.map(|output| String::from_utf8_lossy(&output.stdout).trim().to_owned());
    version.unwrap_or_else(|error| format!("rustc, which does not run: {error}"))
}

fn path() -> PathBuf {
    let file = format!("{}.txt", env::consts::ARCH);
    [env!("CARGO_MANIFEST_DIR"), "..", "baseline", &file].iter().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read_again() {
        let counts = vec![("HTTP GET".to_owned(), 1_820.5), ("a: b".to_owned(), 7.0)];
        let written = Baseline { compiler: "rustc 1.95.0".to_owned(), counts };
        let read = Baseline::parse(&written.to_text()).unwrap();
        assert_eq!((read.compiler, read.counts), (written.compiler, written.counts));
    }

    #[test]
    fn a_line_without_a_count_is_an_error() {
        assert!(Baseline::parse("rustc\nHTTP GET\n").is_err());
        assert!(Baseline::parse("rustc\nHTTP GET: many\n").is_err());
    }

    #[test]
    fn each_path_of_the_committed_baseline_is_counted() {
        let baseline = Baseline::read().unwrap();
        for (name, _) in baseline.iter().flat_map(|baseline| &baseline.counts) {
            assert!(crate::PATHS.iter().any(|path| path.name == name), "{name} is not counted");
        }
    }
}
