//! A real client.

use std::{ffi::OsStr, process::Command};

/// A request that curl will make.
pub(crate) struct Curl(Command);

/// How it ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Got {
    /// 0 if there was no answer.
    pub(crate) status: u16,
    /// Such as `1.1`.
    pub(crate) version: String,
    /// The heads of the answers, in lower case.
    pub(crate) head: String,
    pub(crate) body: String,
    /// Why curl failed, as it says itself.
    pub(crate) error: String,
}

impl Curl {
    pub(crate) fn new(url: &str) -> Self {
        let mut command = Command::new("curl");
        command.args([
            "-sS",
            "-m",
            "20",
            "-D",
            "/dev/stderr",
            "-w",
            "\n%{http_code} %{http_version}",
            url,
        ]);
        Self(command)
    }

    pub(crate) fn arg(mut self, arg: impl AsRef<OsStr>) -> Self {
        self.0.arg(arg);
        self
    }

    pub(crate) fn args<A: AsRef<OsStr>>(mut self, args: impl IntoIterator<Item = A>) -> Self {
        self.0.args(args);
        self
    }

    /// Makes the request, and lets other tasks work meanwhile.
    pub(crate) async fn get(mut self) -> Got {
        let output = tokio::task::spawn_blocking(move || self.0.output()).await.unwrap().unwrap();
        let text = |bytes| String::from_utf8(bytes).unwrap();
        let out = text(output.stdout);
        let (body, facts) = out.rsplit_once('\n').unwrap();
        let (status, version) = facts.split_once(' ').unwrap();
        let said = text(output.stderr);
        let (errors, head): (Vec<_>, Vec<_>) =
            said.lines().partition(|line| line.starts_with("curl: "));
        Got {
            status: status.parse().unwrap(),
            version: version.to_owned(),
            head: head.join("\n").to_lowercase(),
            body: body.to_owned(),
            error: errors.join("\n"),
        }
    }

    pub(crate) async fn status(self) -> u16 {
        self.get().await.status
    }
}
