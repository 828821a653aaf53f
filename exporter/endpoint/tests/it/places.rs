//! Where a listener is.

use std::{
    io::{Read, Write},
    net::{TcpListener, TcpStream, UdpSocket},
    os::{
        fd::OwnedFd,
        unix::net::{UnixListener, UnixStream},
    },
    path::{Path, PathBuf},
    time::Duration,
};

use kymo_endpoint::{Access, Endpoint, Listener, Place};

use crate::{Up, listener::ask};

const PATIENCE: Duration = Duration::from_secs(5);

/// What the listener at `path` says.
async fn scrape(path: &Path) -> String {
    let mut stream = UnixStream::connect(path).unwrap();
    let answer = move || {
        stream.set_read_timeout(Some(Duration::from_secs(10))).unwrap();
        stream.write_all(b"GET /metrics HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n").unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        answer
    };
    tokio::task::spawn_blocking(answer).await.unwrap()
}

fn folder() -> (tempfile::TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("metrics.sock");
    (folder, path)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_unix_socket_is_scraped_without_a_rule_and_its_file_goes_at_the_end() {
    let (_folder, path) = folder();
    let server = Endpoint::new(Up).serve_on(Listener::unix(&path)).await.unwrap();
    assert_eq!(server.place(), &Place::Unix(path.clone()));
    assert_eq!((server.places(), server.local_addr()), (&[server.place().clone()][..], None));
    assert_eq!(server.place().to_string(), format!("unix:{}", path.display()));
    assert!(scrape(&path).await.ends_with("up 1\n"));
    server.shutdown(PATIENCE).await;
    assert!(!path.exists());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_socket_that_nobody_listens_on_any_more_is_replaced_and_no_other_file() {
    let (_folder, path) = folder();
    drop(UnixListener::bind(&path).unwrap());
    assert!(path.exists(), "a process that ended without a stop leaves its file");
    let server = Endpoint::new(Up).serve_on(Listener::unix(&path)).await.unwrap();
    assert!(scrape(&path).await.ends_with("up 1\n"));

    let error = Endpoint::new(Up).serve_on(Listener::unix(&path)).await.unwrap_err();
    assert!(error.to_string().contains("somebody listens there"), "{error}");
    assert!(scrape(&path).await.ends_with("up 1\n"), "it is still the first one's");
    server.shutdown(PATIENCE).await;

    std::fs::write(&path, "a letter").unwrap();
    Endpoint::new(Up).serve_on(Listener::unix(&path)).await.unwrap_err();
    assert_eq!(std::fs::read_to_string(&path).unwrap(), "a letter");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_file_of_another_who_listens_there_by_then_stays() {
    let (_folder, path) = folder();
    let server = Endpoint::new(Up).serve_on(Listener::unix(&path)).await.unwrap();
    std::fs::remove_file(&path).unwrap();
    let other = UnixListener::bind(&path).unwrap();
    server.shutdown(PATIENCE).await;
    assert!(path.exists());
    drop(other);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_client_of_a_unix_socket_is_on_this_machine() {
    for (network, expected) in [("127.0.0.0/8", "HTTP/1.1 200"), ("10.0.0.0/8", "")] {
        let (_folder, path) = folder();
        let access = Access::new().allowed_networks([network]);
        let endpoint = Endpoint::new(Up).access(access).unwrap();
        let _server = endpoint.serve_on(Listener::unix(&path)).await.unwrap();
        let mut stream = UnixStream::connect(&path).unwrap();
        // It may hang up before all of it is sent.
        let _ = stream.write_all(b"GET /metrics HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
        let mut answer = String::new();
        let _ = stream.read_to_string(&mut answer);
        assert_eq!(answer.get(..12).unwrap_or_default(), expected, "{network}: {answer}");
    }
    let (_folder, path) = folder();
    let access = Access::new().bearer_token("the-right-token");
    let endpoint = Endpoint::new(Up).access(access).unwrap();
    let _server = endpoint.serve_on(Listener::unix(&path)).await.unwrap();
    assert!(scrape(&path).await.starts_with("HTTP/1.1 401"), "the other rules hold");
}

/// Whoever starts at once with others finds what was left, or one of the others, and takes nobody's place.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_many_who_start_at_one_path_one_listens() {
    let (_folder, path) = folder();
    for round in 0..100 {
        if round % 2 == 0 {
            drop(UnixListener::bind(&path).unwrap());
        }
        let starts: Vec<_> = (0..4)
            .map(|_| {
                let listener = Listener::unix(&path);
                tokio::spawn(async { Endpoint::new(Up).serve_on(listener).await })
            })
            .collect();
        let mut servers = Vec::new();
        for start in starts {
            match start.await.unwrap() {
                Ok(server) => servers.push(server),
                Err(error) => {
                    assert!(error.to_string().contains("somebody listens there"), "{error}");
                }
            }
        }
        assert_eq!(servers.len(), 1, "round {round}");
        assert!(scrape(&path).await.ends_with("up 1\n"));
        servers.remove(0).shutdown(PATIENCE).await;
        assert!(!path.exists(), "round {round}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_starts_waits_for_another_who_does_in_the_same_folder() {
    let (folder, path) = folder();
    let lock = std::fs::File::open(folder.path()).unwrap();
    rustix::fs::flock(&lock, rustix::fs::FlockOperation::LockExclusive).unwrap();
    let listener = Listener::unix(&path);
    let start = tokio::spawn(async { Endpoint::new(Up).serve_on(listener).await });
    tokio::time::sleep(Duration::from_millis(100)).await;
    assert!(!start.is_finished() && !path.exists());
    drop(lock);
    let server = start.await.unwrap().unwrap();
    assert!(scrape(&path).await.ends_with("up 1\n"));
    drop(server);

    // Nobody is waited for without end.
    let lock = std::fs::File::open(folder.path()).unwrap();
    rustix::fs::flock(&lock, rustix::fs::FlockOperation::LockExclusive).unwrap();
    let other = Listener::unix(folder.path().join("other.sock"));
    let error = Endpoint::new(Up).serve_on(other).await.unwrap_err();
    assert!(error.to_string().contains("another program keeps its folder locked"), "{error}");
}

#[tokio::test]
async fn a_path_that_cannot_be_is_an_error_that_says_so() {
    let error =
        Endpoint::new(Up).serve_on(Listener::unix("/nowhere/metrics.sock")).await.unwrap_err();
    let text = error.to_string();
    assert!(
        text.contains("unix:/nowhere/metrics.sock: give a path of less than 100 bytes"),
        "{text}"
    );
}

/// Some ports in a row, of which nobody else of this program takes any.
fn ports() -> std::ops::RangeInclusive<u16> {
    let first = 20_000 + u16::try_from(std::process::id() % 10_000).unwrap() / 4 * 4;
    first..=first + 2
}

#[tokio::test(flavor = "multi_thread")]
async fn many_listeners_share_a_range_of_ports_and_tell_prometheus_which_they_took() {
    let folder = tempfile::tempdir().unwrap();
    let targets = folder.path().join("targets");
    let ports = ports();
    let listener = || {
        Listener::ports("127.0.0.1", ports.clone())
            .targets_in(&targets)
            .target_label("job", "bookshop")
    };
    let mut servers = Vec::new();
    for port in ports.clone() {
        let server = Endpoint::new(Up).serve_on(listener()).await.unwrap();
        assert_eq!(server.local_addr().unwrap().port(), port);
        let file = targets.join(format!("kymo-127.0.0.1_{port}.json"));
        let text = std::fs::read_to_string(file).unwrap();
        let expected = format!(
            "[{{\"targets\":[\"127.0.0.1:{port}\"],\"labels\":{{\"job\":\"bookshop\"}}}}]\n"
        );
        assert_eq!(text, expected);
        servers.push(server);
    }
    let error = Endpoint::new(Up).serve_on(listener()).await.unwrap_err().to_string();
    let range = format!("127.0.0.1:{}-{}", ports.start(), ports.end());
    assert!(error.contains(&range) && error.contains("the address is in use"), "{error}");

    let second = servers.remove(1);
    let address = second.local_addr().unwrap();
    second.shutdown(PATIENCE).await;
    assert_eq!(std::fs::read_dir(&targets).unwrap().count(), 2);
    let again = Endpoint::new(Up).serve_on(listener()).await.unwrap();
    assert_eq!(again.local_addr(), Some(address), "the first that is free");
    assert!(ask(address, "GET", "/metrics").ends_with("up 1\n"));
}

#[tokio::test]
async fn a_range_that_others_reach_needs_a_rule_and_an_empty_one_is_none() {
    let error = Endpoint::new(Up).serve_on(Listener::ports("0.0.0.0", 0..=0)).await.unwrap_err();
    assert!(error.to_string().contains("allow_insecure"), "{error}");
    let (first, last) = (9470, 9464);
    for range in [first..=last, 0..=10] {
        let none = Listener::ports("127.0.0.1", range);
        let error = Endpoint::new(Up).serve_on(none).await.unwrap_err();
        assert!(error.to_string().contains("give a range from its first port"), "{error}");
    }
}

#[tokio::test]
async fn a_file_of_targets_that_cannot_be_is_an_error_that_says_so() {
    let (_folder, path) = folder();
    let listener = Listener::unix(&path).targets_in("/nowhere");
    let error = Endpoint::new(Up).serve_on(listener).await.unwrap_err();
    assert!(error.to_string().contains("does not scrape unix sockets"), "{error}");
    assert!(!path.exists(), "nothing is left behind");

    std::fs::write(&path, "").unwrap();
    let listener = Listener::ports("127.0.0.1", 0..=0).targets_in(path.join("targets"));
    let error = Endpoint::new(Up).serve_on(listener).await.unwrap_err();
    assert!(error.to_string().contains("the file of targets cannot be written"), "{error}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_socket_of_the_program_s_own_is_as_good_as_any() {
    let socket = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = socket.local_addr().unwrap();
    let server = Endpoint::new(Up).serve_on(Listener::tcp(socket)).await.unwrap();
    assert_eq!(server.local_addr(), Some(address));
    assert!(ask(address, "GET", "/metrics").ends_with("up 1\n"));

    let far = TcpListener::bind("0.0.0.0:0").unwrap();
    let error = Endpoint::new(Up).serve_on(Listener::tcp(far)).await.unwrap_err();
    assert!(error.to_string().contains("allow_insecure"), "{error}");

    let (_folder, path) = folder();
    let listener = Listener::unix_listener(UnixListener::bind(&path).unwrap());
    let server = Endpoint::new(Up).serve_on(listener).await.unwrap();
    assert!(scrape(&path).await.ends_with("up 1\n"));
    server.shutdown(PATIENCE).await;
    assert!(path.exists(), "the file is the program's");
}

/// A connection, as `accept` gives it, takes none.
#[tokio::test]
async fn a_socket_that_does_not_listen_is_an_error_that_says_so() {
    let (one, _other) = UnixStream::pair().unwrap();
    let unix = UnixListener::from(OwnedFd::from(one));
    let socket = TcpListener::bind("127.0.0.1:0").unwrap();
    let connection = TcpStream::connect(socket.local_addr().unwrap()).unwrap();
    let tcp = TcpListener::from(OwnedFd::from(connection));
    let udp = UdpSocket::bind("127.0.0.1:0").unwrap();
    let udp = TcpListener::from(OwnedFd::from(udp));
    for listener in [Listener::unix_listener(unix), Listener::tcp(tcp), Listener::tcp(udp)] {
        let error = Endpoint::new(Up).serve_on(listener).await.unwrap_err();
        assert!(error.to_string().contains("call `listen` on it before"), "{error}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_of_targets_that_the_next_process_has_by_then_stays() {
    let folder = tempfile::tempdir().unwrap();
    let socket = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = socket.local_addr().unwrap().port();
    let file = folder.path().join(format!("kymo-127.0.0.1_{port}.json"));
    // As a program does that hands its socket over to the next one.
    let start = async |socket: TcpListener| {
        let listener = Listener::tcp(socket).targets_in(folder.path());
        Endpoint::new(Up).serve_on(listener).await.unwrap()
    };
    let old = start(socket.try_clone().unwrap()).await;
    let new = start(socket).await;
    old.shutdown(PATIENCE).await;
    assert!(file.exists(), "it is the new one's");
    new.shutdown(PATIENCE).await;
    assert!(!file.exists());
}

#[tokio::test(flavor = "multi_thread")]
async fn an_address_of_ipv4_has_one_form_wherever_it_is_shown() {
    let folder = tempfile::tempdir().unwrap();
    let listener = Listener::ports("::ffff:127.0.0.1", 0..=0).targets_in(folder.path());
    let server = Endpoint::new(Up).serve_on(listener).await.unwrap();
    let address = server.local_addr().unwrap();
    assert!(address.is_ipv4() && server.place().to_string() == address.to_string(), "{address}");
    assert!(folder.path().join(format!("kymo-127.0.0.1_{}.json", address.port())).exists());

    let socket = TcpListener::bind("[::ffff:127.0.0.1]:0").unwrap();
    let server = Endpoint::new(Up).serve_on(Listener::tcp(socket)).await.unwrap();
    assert!(server.place().to_string().starts_with("127.0.0.1:"), "{server:?}");
}

#[tokio::test]
async fn a_target_that_prometheus_would_not_take_is_an_error_of_the_start() {
    let folder = tempfile::tempdir().unwrap();
    let listener = || Listener::ports("127.0.0.1", 0..=0).targets_in(folder.path());
    for (listener, expected) in [
        (listener().target_label("my-label", "a"), "`my-label` is no name of a label"),
        (listener().target_label("", "a"), "`` is no name of a label"),
        (listener().target_host("http://a"), "`http://a` is no host"),
    ] {
        let error = Endpoint::new(Up).serve_on(listener).await.unwrap_err();
        assert!(error.to_string().contains(expected), "{error}");
    }
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
}

#[tokio::test]
async fn without_a_socket_of_systemd_there_is_an_error_that_says_so() {
    let error = Endpoint::new(Up).serve_on(Listener::systemd("metrics")).await.unwrap_err();
    let text = error.to_string();
    assert!(text.contains("the socket `metrics` of systemd: give the socket unit"), "{text}");
}
