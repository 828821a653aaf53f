//! Listening on sockets that systemd opened.
//!
//! A process is started with two sockets as descriptors 3 and 4, and the variables of `sd_listen_fds(3)`.

#![allow(clippy::expect_used, clippy::unwrap_used, reason = "a test may")]

use std::{
    env,
    io::{BufRead, BufReader, Read, Write},
    net::{TcpListener, TcpStream},
    os::{fd::OwnedFd, unix::net::UnixListener},
    path::Path,
    process::{Child, Command, Stdio},
    time::Duration,
};

use kymo_endpoint::{Endpoint, Listener};
use kymo_exposition::{Family, Kind, Number, Series, Sink, Source, Value};

struct Up;

impl Source for Up {
    fn collect(&self, sink: &mut dyn Sink) {
        sink.family(&Family { name: "up", help: "", unit: "", kind: Kind::Gauge });
        let value = Value::Number(Number::U64(1), None);
        sink.series(&Series { labels: &[], start_time: None, timestamp: None, value });
    }
}

fn main() {
    if env::args().any(|argument| argument == "--list") {
        return;
    }
    if env::var_os("LISTEN_FDS").is_some() {
        return activated();
    }
    sockets_are_found_by_their_names();
    sockets_of_another_process_are_left_alone();
    println!("test result: ok");
}

/// The process that systemd starts: it listens on both sockets, and says what it sees.
#[tokio::main]
async fn activated() {
    let endpoint = Endpoint::new(Up);
    let mut servers = Vec::new();
    for name in ["metrics", "local", "metrics", "nothing"] {
        match endpoint.serve_on(Listener::systemd(name)).await {
            Ok(server) => {
                eprintln!("{name}: {}", server.place());
                servers.push(server);
            }
            Err(error) => eprintln!("{name}: {error}"),
        }
    }
    eprintln!("variables: {}", env::var("LISTEN_FDS").is_ok());
    std::future::pending::<()>().await;
}

/// Starts this program with two sockets, as systemd does, for a process that is `pid`.
fn start(tcp: TcpListener, unix: UnixListener, pid: &str) -> (Child, BufReader<impl Read>) {
    let script = format!(
        "exec 3<&0 4<&1 </dev/null >/dev/null; \
         export LISTEN_PID={pid} LISTEN_FDS=2 LISTEN_FDNAMES=local:metrics; exec \"$0\""
    );
    let mut child = Command::new("sh")
        .args(["-c", &script])
        .arg(env::current_exe().unwrap())
        .stdin(Stdio::from(OwnedFd::from(unix)))
        .stdout(Stdio::from(OwnedFd::from(tcp)))
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let said = BufReader::new(child.stderr.take().unwrap());
    (child, said)
}

/// The next five lines that the process says.
fn lines(said: BufReader<impl Read>) -> Vec<String> {
    said.lines().take(5).map(Result::unwrap).collect()
}

fn sockets(folder: &Path) -> (TcpListener, UnixListener) {
    let unix = UnixListener::bind(folder.join("metrics.sock")).unwrap();
    (TcpListener::bind("127.0.0.1:0").unwrap(), unix)
}

fn sockets_are_found_by_their_names() {
    let folder = tempfile::tempdir().unwrap();
    let (tcp, unix) = sockets(folder.path());
    let address = tcp.local_addr().unwrap();
    let (mut child, said) = start(tcp, unix, "$$");
    let said = lines(said);
    assert_eq!(said[0], format!("metrics: {address}"));
    let path = folder.path().join("metrics.sock");
    assert_eq!(said[1], format!("local: unix:{}", path.display()));
    for (line, name) in said[2..4].iter().zip(["metrics", "nothing"]) {
        assert!(line.contains(&format!("the socket `{name}` of systemd")), "{line}");
    }
    assert_eq!(said[4], "variables: false", "no child takes them for its own");
    let mut stream = TcpStream::connect(address).unwrap();
    stream.set_read_timeout(Some(Duration::from_secs(10))).unwrap();
    stream.write_all(b"GET /metrics HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n").unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    child.kill().unwrap();
    child.wait().unwrap();
    assert!(answer.ends_with("up 1\n"), "{answer}");
    assert!(path.exists(), "the file is systemd's");
}

fn sockets_of_another_process_are_left_alone() {
    let folder = tempfile::tempdir().unwrap();
    let (tcp, unix) = sockets(folder.path());
    let (mut child, said) = start(tcp, unix, "1");
    let said = lines(said);
    child.kill().unwrap();
    child.wait().unwrap();
    for line in &said[..4] {
        assert!(line.contains("systemd opened no such socket"), "{line}");
    }
}
