//! A server in a process of its own.

use std::io::{BufRead as _, BufReader};
use std::net::SocketAddr;
use std::process::{Child, Command, Stdio};
use std::time::Duration;
use std::{env, fs};

use paths::BoxError;
use paths::http::Variant;
use tokio::net::TcpListener;
use tokio::runtime::Builder;

use super::WORKLOAD;

/// It is stopped when it is dropped.
pub struct Server {
    process: Child,
    pub address: SocketAddr,
}

impl Server {
    /// Starts the server called `name`, and waits until it listens.
    pub fn start(name: &str) -> Result<Self, BoxError> {
        let mut process = Command::new("setpriv")
            // It does not outlive this process, whichever way that ends.
            .args(["--pdeathsig", "KILL"])
            .arg(env::current_exe()?)
            .args(["serve", name])
            .stdout(Stdio::piped())
            .spawn()
            .map_err(|error| format!("cannot start the server {name}: {error}"))?;
        let output = process.stdout.take().ok_or("a server without output")?;
        let mut address = String::new();
        BufReader::new(output).read_line(&mut address)?;
        Ok(Self { process, address: address.trim().parse()? })
    }

    /// The time that the processors have worked for it, in its own code and in the kernel's.
    pub fn processor_time(&self) -> Result<Duration, BoxError> {
        let mut nanos = 0;
        for task in fs::read_dir(format!("/proc/{}/task", self.process.id()))? {
            let text = fs::read_to_string(task?.path().join("schedstat"))?;
            nanos += text.split(' ').next().unwrap_or_default().parse::<u64>()?;
        }
        Ok(Duration::from_nanos(nanos))
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let stopped = self.process.kill().and_then(|()| self.process.wait());
        if let Err(error) = stopped {
            eprintln!("bench: a server: {error}");
        }
    }
}

/// Serves on a free port of this machine, by one thread, and prints the address.
pub fn serve(variant: &Variant) -> Result<(), BoxError> {
    let runtime = Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(async {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        println!("{}", listener.local_addr()?);
        Ok(axum::serve(listener, (variant.build)(WORKLOAD)?.router).await?)
    })
}
