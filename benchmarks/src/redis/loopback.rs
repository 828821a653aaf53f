//! A server on this machine.

use std::net::TcpListener;
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};
use std::{env, fs, io, path::PathBuf, process};

use paths::BoxError;
use paths::redis::Workload;
use redis::aio::MultiplexedConnection;
use redis::{Client, RedisResult};

/// Its process and its folder are gone when it is dropped.
pub struct Server {
    process: Child,
    folder: PathBuf,
    client: Client,
}

const READY: Duration = Duration::from_secs(10);

impl Server {
    /// Starts one on a free port, and waits until it answers.
    pub fn start() -> Result<Self, BoxError> {
        let folder = env::temp_dir().join(format!("kymo-bench-redis-{}", process::id()));
        fs::create_dir_all(&folder)?;
        let port = TcpListener::bind("127.0.0.1:0")?.local_addr()?.port();
        let process = Command::new("setpriv")
            // It does not outlive this process, whichever way that ends.
            .args(["--pdeathsig", "KILL", "redis-server", "--bind", "127.0.0.1"])
            .args(["--port", &port.to_string(), "--save", "", "--appendonly", "no"])
            .current_dir(&folder)
            .stdout(Stdio::null())
            .spawn()
            .map_err(|error| format!("cannot start redis-server: {error}"))?;
        let client = Client::open(format!("redis://127.0.0.1:{port}/"))?;
        let mut server = Self { process, folder, client };
        server.wait()?;
        Ok(server)
    }

    fn wait(&mut self) -> Result<(), BoxError> {
        let start = Instant::now();
        while let Err(error) = self.client.get_connection() {
            if let Some(status) = self.process.try_wait()? {
                return Err(format!("redis-server ended, {status}; is it installed?").into());
            }
            if start.elapsed() > READY {
                return Err(format!("redis-server does not answer: {error}").into());
            }
            thread::sleep(Duration::from_millis(10));
        }
        Ok(())
    }

    /// A connection, behind which there is every book.
    pub async fn connect(&self) -> RedisResult<MultiplexedConnection> {
        let mut connection = self.client.get_multiplexed_async_connection().await?;
        Workload::Set.request().send(&mut connection).await?;
        Ok(connection)
    }

    fn stop(&mut self) -> io::Result<()> {
        self.process.kill()?;
        self.process.wait()?;
        fs::remove_dir_all(&self.folder)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        if let Err(error) = self.stop() {
            eprintln!("bench: redis-server: {error}");
        }
    }
}
