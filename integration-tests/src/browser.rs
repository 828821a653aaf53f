//! A real browser, driven over its own protocol.

mod connection;
mod tab;

use std::{os::unix::process::CommandExt, process::Command, time::Duration};

use rustix::process::{Signal, kill_process_group};
use serde_json::json;
use tempfile::TempDir;

use self::connection::Connection;
pub use self::tab::Tab;
use crate::process::Process;

/// It is there within a second; a busy machine may take longer.
const READY: Duration = Duration::from_mins(1);

/// Chromium without a screen. Dropping it ends it.
#[derive(Debug)]
pub struct Browser {
    connection: Connection,
    process: Process,
    _folder: TempDir,
}

/// What a tab is looked at with.
#[derive(Clone, Copy, Debug)]
pub struct Screen {
    /// Its width in pixels.
    pub width: u32,
    /// Its height in pixels.
    pub height: u32,
    /// Whether the system prefers dark colours.
    pub is_dark: bool,
}

impl Screen {
    /// A second screen on a desk.
    pub const WIDE: Self = Self { width: 1600, height: 1000, is_dark: false };
    /// A telephone.
    pub const NARROW: Self = Self { width: 390, height: 844, is_dark: false };

    /// The same, where the system prefers dark colours.
    pub const fn dark(self) -> Self {
        Self { is_dark: true, ..self }
    }
}

impl Browser {
    /// Starts one with a profile of its own.
    ///
    /// # Panics
    ///
    /// When it is not installed, or does not say within a minute where it listens.
    pub async fn start() -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let mut command = Command::new("chromium-headless-shell");
        command.arg(format!("--user-data-dir={}", folder.path().display()));
        // It opens pages of ours alone, and a container gives it no sandbox.
        command.args(["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"]);
        command.args(["--hide-scrollbars", "--force-color-profile=srgb", "--lang=en-US"]);
        command.args(["--remote-debugging-port=0", "about:blank"]);
        // It starts others, which go with it.
        command.process_group(0);
        let process = Process::start(&mut command);
        let address = process.wait_for_line(READY, |line| {
            line.strip_prefix("DevTools listening on ").map(|address| address.trim().to_owned())
        });
        let connection = Connection::open(&address).await;
        Self { connection, process, _folder: folder }
    }

    /// Opens `url` in a tab of its own, whose errors are kept from the beginning.
    ///
    /// # Panics
    ///
    /// When the browser refuses.
    pub async fn open(&self, url: &str, screen: Screen) -> Tab {
        let browser = self.connection.clone();
        let target = browser.send("", "Target.createTarget", &json!({"url": "about:blank"})).await;
        let target = json!({"targetId": target["targetId"], "flatten": true});
        let attached = browser.send("", "Target.attachToTarget", &target).await;
        let session = attached["sessionId"].as_str().expect("a session").to_owned();
        let tab = Tab::new(browser, session);
        tab.prepare(screen).await;
        tab.go(url).await;
        tab
    }
}

impl Drop for Browser {
    /// Ends all of its processes: one that goes on would keep its outputs open, for which the first is waited for.
    fn drop(&mut self) {
        let _ = kill_process_group(self.process.pid(), Signal::KILL);
    }
}
