//! Where a listener is.

use std::{
    io::{Read, Write},
    net::TcpListener,
    os::unix::net::{UnixListener, UnixStream},
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
async fn many_processes_share_a_range_of_ports_and_tell_prometheus_which_they_took() {
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
        assert_eq!(server.local_addr().port(), port);
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
    let address = second.local_addr();
    second.shutdown(PATIENCE).await;
    assert_eq!(std::fs::read_dir(&targets).unwrap().count(), 2);
    let again = Endpoint::new(Up).serve_on(listener()).await.unwrap();
    assert_eq!(again.local_addr(), address, "the first that is free");
    assert!(ask(address, "GET", "/metrics").ends_with("up 1\n"));
}

#[tokio::test]
async fn a_range_that_others_reach_needs_a_rule_and_an_empty_one_is_none() {
    let error = Endpoint::new(Up).serve_on(Listener::ports("0.0.0.0", 0..=0)).await.unwrap_err();
    assert!(error.to_string().contains("allow_insecure"), "{error}");
    let (first, last) = (9470, 9464);
    let empty = Listener::ports("127.0.0.1", first..=last);
    let error = Endpoint::new(Up).serve_on(empty).await.unwrap_err();
    assert!(error.to_string().contains("give a host and a port"), "{error}");
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
    assert_eq!(server.local_addr(), address);
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

#[tokio::test]
async fn without_a_socket_of_systemd_there_is_an_error_that_says_so() {
    let error = Endpoint::new(Up).serve_on(Listener::systemd("metrics")).await.unwrap_err();
    let text = error.to_string();
    assert!(text.contains("the socket `metrics` of systemd: give the socket unit"), "{text}");
}
