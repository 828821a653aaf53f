//! Listening on sockets that systemd opened, and on one that other users of this machine have no right to.
//!
//! A process is started with sockets as descriptors 3, 4 and 5, and the variables of `sd_listen_fds(3)`.

#![allow(clippy::expect_used, clippy::unwrap_used, reason = "a test may")]

mod process;

use std::{
    env,
    io::{Read, Write},
    net::{TcpListener, TcpStream, UdpSocket},
    os::{
        fd::OwnedFd,
        unix::{
            fs::PermissionsExt,
            net::{UnixListener, UnixStream},
            process::CommandExt,
        },
    },
    process::Command,
    time::Duration,
};

use kymo_endpoint::{Endpoint, Listener};

use self::process::{Activated, Up, activated, connect};

/// What the other tests start as a process of its own; without its variables, there is nothing to do.
#[test]
fn is_started_by_the_others() {
    if env::var_os(process::STEPS).is_some() {
        activated();
    } else if let Some(path) = env::var_os(process::PATH) {
        connect(path.as_ref());
    }
}

fn tcp() -> TcpListener {
    TcpListener::bind("127.0.0.1:0").unwrap()
}

/// What whoever connects to `socket` sees of the page.
fn scrape(socket: &TcpListener) -> String {
    let address = socket.local_addr().unwrap();
    let mut stream = TcpStream::connect(("127.0.0.1", address.port())).unwrap();
    stream.set_read_timeout(Some(Duration::from_secs(10))).unwrap();
    stream.write_all(b"GET /metrics HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n").unwrap();
    let mut answer = String::new();
    let _ = stream.read_to_string(&mut answer);
    answer
}

#[test]
fn sockets_are_found_by_their_names() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("metrics.sock");
    let (unix, tcp) = (UnixListener::bind(&path).unwrap(), tcp());
    let sockets: [OwnedFd; 2] = [unix.into(), tcp.try_clone().unwrap().into()];
    for names in ["local:metrics", "local:metrics:"] {
        let sockets = sockets.each_ref().map(|socket| socket.try_clone().unwrap());
        let started = Activated::start(sockets, "$$", names, "metrics local metrics nothing");
        let said = started.lines(4);
        assert_eq!(said[0], format!("metrics: {}", tcp.local_addr().unwrap()));
        assert_eq!(said[1], format!("local: unix:{}", path.display()));
        for (line, name) in said[2..].iter().zip(["metrics", "nothing"]) {
            assert!(line.contains(&format!("the socket `{name}` of systemd")), "{line}");
        }
        assert!(scrape(&tcp).ends_with("up 1\n"));
    }
    assert!(path.exists(), "the file is systemd's");

    // A name may be empty, and the only socket may have none.
    let other = self::tcp();
    let sockets = [self::tcp().into(), other.into(), tcp.try_clone().unwrap().into()];
    let started = Activated::start(sockets, "$$", "a::metrics", "metrics");
    assert_eq!(started.lines(1), [format!("metrics: {}", tcp.local_addr().unwrap())]);
    drop(started);
    let started = Activated::start([tcp.try_clone().unwrap().into()], "$$", "", "metrics");
    assert_eq!(started.lines(1), [format!("metrics: {}", tcp.local_addr().unwrap())]);
}

#[test]
fn sockets_of_another_process_are_left_alone() {
    for pid in ["1", "1; unset LISTEN_PID"] {
        let started = Activated::start([tcp().into()], pid, "metrics", "metrics");
        let said = started.lines(1);
        assert!(said[0].contains("systemd opened no such socket"), "{pid}: {said:?}");
    }
}

#[test]
fn what_announces_no_socket_is_an_error_or_nothing() {
    for (pid, count) in [("$$", "many"), ("me", "1"), ("$$", "4294967290"), ("$$", "100000")] {
        let pid = format!("{pid} LISTEN_FDS={count}");
        let said = Activated::start([tcp().into()], &pid, "metrics", "metrics metrics").lines(2);
        assert!(said[1].contains("is no such number"), "{pid}: {said:?}");
    }
    // What else has such a number is not the listener's, which closes nothing of it.
    let started =
        Activated::start([tcp().into()], "$$ LISTEN_FDS=100", "web:metrics", "metrics web");
    let said = started.lines(2);
    assert!(said[0].contains("`ListenStream=`"), "{said:?}");
    assert!(said[1].starts_with("web: 127.0.0.1:"), "{said:?}");
}

#[test]
fn all_sockets_of_a_name_take_connections() {
    let sockets = [tcp(), tcp(), tcp()];
    let passed = sockets.each_ref().map(|socket| socket.try_clone().unwrap().into());
    let names = "metrics:metrics:metrics";
    let started = Activated::start(passed, "$$", names, "metrics metrics files:metrics");
    let said = started.lines(3);
    let places: Vec<_> = sockets.iter().map(|it| it.local_addr().unwrap().to_string()).collect();
    assert_eq!(said[0], format!("metrics: {}", places.join(" ")));
    assert!(said[1].contains("another listener has it"), "{said:?}");
    for socket in sockets.iter().chain(&sockets).chain(sockets.iter().rev()) {
        assert!(scrape(socket).ends_with("up 1\n"));
    }
    drop(started);

    let passed = sockets.each_ref().map(|socket| socket.try_clone().unwrap().into());
    let started = Activated::start(passed, "$$", names, "files:metrics stop files:metrics");
    let said = started.lines(3);
    assert_eq!(said[0], format!("files:metrics: {} (3 files for everybody)", places.join(" ")));
    assert_eq!(said[1], "stop: 0 files");
    assert_eq!(said[2], said[0], "the next listener has them");
    assert!(scrape(&sockets[1]).ends_with("up 1\n"));
}

#[test]
fn what_takes_no_connections_is_passed_over_or_an_error() {
    let (good, udp) = (tcp(), UdpSocket::bind("127.0.0.1:0").unwrap());
    // The connection of `Accept=yes`.
    let connected = TcpStream::connect(good.local_addr().unwrap()).unwrap();
    let _other_end = good.accept().unwrap();
    let passed = [udp.into(), connected.into(), good.try_clone().unwrap().into()];
    let names = "metrics:metrics:metrics";
    let started = Activated::start(passed, "$$", names, "metrics");
    assert_eq!(started.lines(1), [format!("metrics: {}", good.local_addr().unwrap())]);
    assert!(scrape(&good).ends_with("up 1\n"));
    drop(started);

    let udp = UdpSocket::bind("127.0.0.1:0").unwrap();
    let (one, _other) = UnixStream::pair().unwrap();
    let connected = TcpStream::connect(good.local_addr().unwrap()).unwrap();
    let passed = [udp.into(), one.into(), connected.into()];
    let said = Activated::start(passed, "$$", "a:b:c", "a b c").lines(3);
    for line in said {
        assert!(line.contains("`ListenStream=` and `Accept=no`"), "{line}");
    }
}

#[test]
fn a_socket_of_systemd_that_others_reach_needs_a_rule_and_is_there_for_the_next_try() {
    let folder = tempfile::tempdir().unwrap();
    let unix = UnixListener::bind(folder.path().join("metrics.sock")).unwrap();
    let far = TcpListener::bind("0.0.0.0:0").unwrap();
    let passed = [far.try_clone().unwrap().into(), unix.into(), tcp().into()];
    let names = "far:unix:mixed";
    let started = Activated::start(passed, "$$", names, "far open:far files:unix unix files:mixed");
    let said = started.lines(5);
    assert!(said[0].contains("allow_insecure"), "{said:?}");
    assert_eq!(said[1], format!("open:far: {}", far.local_addr().unwrap()));
    assert!(scrape(&far).ends_with("up 1\n"));
    assert!(said[2].contains("does not scrape unix sockets"), "{said:?}");
    assert!(said[3].starts_with("unix: unix:/"), "{said:?}");
    assert!(said[4].ends_with("(1 files for everybody)"), "{said:?}");
}

#[test]
fn no_child_gets_a_socket_of_systemd() {
    let sockets = [tcp().into(), tcp().into(), tcp().into()];
    let started = Activated::start(sockets, "$$", "web:metrics:web", "children metrics children");
    let said = started.lines(3);
    assert_eq!(said[0], "children: 3 sockets");
    assert_eq!(said[2], "children: 0 sockets", "of what it took, and of what nobody wants");
    let announced = Activated::start([tcp().into()], "$$", "metrics", "metrics variables").lines(2);
    assert_eq!(announced[1], "variables: 1", "others may read them at any time");
}

/// A client with the rights of another user, unless this one is nobody much itself.
#[test]
fn who_may_not_write_to_a_unix_socket_is_kept_out_by_the_system() {
    let folder = tempfile::tempdir_in("/tmp").unwrap();
    std::fs::set_permissions(folder.path(), std::fs::Permissions::from_mode(0o755)).unwrap();
    let path = folder.path().join("metrics.sock");
    // For the other user, who may not read where this was built.
    let program = folder.path().join("client");
    std::fs::copy(env::current_exe().unwrap(), &program).unwrap();
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let endpoint = Endpoint::new(Up);
    let server = runtime.block_on(endpoint.serve_on(Listener::unix(&path))).unwrap();
    for (mode, expected) in
        [(0o666, "up 1"), (0o000, "Permission denied"), (0o444, "Permission denied")]
    {
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(mode)).unwrap();
        let client = || {
            let mut client = Command::new(&program);
            client.args(process::ARGUMENTS).env(process::PATH, &path);
            client
        };
        let output = client().uid(65_534).output().or_else(|_| client().output()).unwrap();
        let said = String::from_utf8(output.stdout).unwrap();
        assert!(said.contains(expected), "{mode:o}: {said}");
    }
    runtime.block_on(server.shutdown(Duration::from_secs(5)));
}
