//! Connections that come and go, and say nothing.

use std::{
    collections::VecDeque,
    io::{self, ErrorKind, Read, Write},
    net::{SocketAddr, TcpStream},
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    thread::{self, JoinHandle},
    time::{Duration, Instant},
};

use kymo_endpoint::{Access, Endpoint, Server};
use kymo_exposition::Source;
use rustls::{
    ClientConfig, ClientConnection, RootCertStore, StreamOwned,
    crypto::ring,
    pki_types::{CertificateDer, pem::PemObject},
};

use crate::{Both, Counted, Large, Up, access::authority::Authority};

/// Opens a thousand connections a second that say nothing, until it is dropped.
struct Churn {
    over: Arc<AtomicBool>,
    thread: Option<JoinHandle<u32>>,
}

impl Churn {
    fn begin(address: SocketAddr) -> Self {
        let over = Arc::new(AtomicBool::new(false));
        let ended = Arc::clone(&over);
        let thread = thread::spawn(move || {
            let (begun, mut opened, mut open) = (Instant::now(), 0, VecDeque::new());
            while !ended.load(Ordering::Relaxed) {
                open.push_back(TcpStream::connect(address));
                opened += 1;
                if open.len() > 300 {
                    open.pop_front();
                }
                let due = begun + Duration::from_millis(1) * opened;
                thread::sleep(due.saturating_duration_since(Instant::now()));
            }
            opened
        });
        Self { over, thread: Some(thread) }
    }

    /// How many were opened.
    fn end(mut self) -> u32 {
        self.over.store(true, Ordering::Relaxed);
        self.thread.take().unwrap().join().unwrap()
    }
}

fn connect(address: SocketAddr) -> io::Result<TcpStream> {
    let stream = TcpStream::connect(address)?;
    stream.set_read_timeout(Some(Duration::from_secs(20)))?;
    Ok(stream)
}

/// Scrapes over `stream`, and says nothing else there.
fn get(mut stream: impl Read + Write) -> io::Result<String> {
    stream.write_all(b"GET /metrics HTTP/1.1\r\nHost: test\r\nConnection: close\r\n\r\n")?;
    let mut response = String::new();
    stream.read_to_string(&mut response)?;
    Ok(response)
}

/// A client of TLS that has all the time in the world before each of its messages but the first.
#[derive(Clone)]
struct Leisurely(Arc<ClientConfig>);

impl Leisurely {
    fn of(authority: &Authority) -> Self {
        let mut roots = RootCertStore::empty();
        let authority = CertificateDer::from_pem_file(authority.file("ca.crt")).unwrap();
        roots.add(authority).unwrap();
        let builder = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()));
        let builder = builder.with_safe_default_protocol_versions().unwrap();
        Self(Arc::new(builder.with_root_certificates(roots).with_no_client_auth()))
    }

    /// Shakes hands, and `pauses` meanwhile, also after it.
    fn shake_hands(
        &self,
        address: SocketAddr,
        mut pauses: impl FnMut(),
    ) -> io::Result<StreamOwned<ClientConnection, TcpStream>> {
        let mut stream = connect(address)?;
        let name = "localhost".try_into().unwrap();
        let mut tls = ClientConnection::new(Arc::clone(&self.0), name).unwrap();
        tls.write_tls(&mut stream)?;
        while tls.is_handshaking() || tls.wants_write() {
            if tls.wants_write() {
                pauses();
                tls.write_tls(&mut stream)?;
            } else if tls.read_tls(&mut stream)? == 0 {
                return Err(ErrorKind::UnexpectedEof.into());
            } else {
                tls.process_new_packets().map_err(io::Error::other)?;
            }
        }
        pauses();
        Ok(StreamOwned::new(tls, stream))
    }
}

/// How many of forty scrapes are whole while silent connections come and go.
async fn whole(source: impl Source + 'static, last: &'static str) -> usize {
    let scrape = |address| get(connect(address)?);
    whole_of(Endpoint::new(source), scrape, last).await
}

/// The same over TLS, where more connections come during each handshake than there is room for.
async fn whole_and_encrypted(source: impl Source + 'static, last: &'static str) -> usize {
    let authority = Authority::new();
    let access = Access::new().web_config(authority.web_config(""));
    let client = Leisurely::of(&authority);
    let pause = || thread::sleep(Duration::from_millis(160));
    let scrape = move |address| get(client.shake_hands(address, pause)?);
    whole_of(Endpoint::new(source).access(access).unwrap(), scrape, last).await
}

async fn whole_of(
    endpoint: Endpoint,
    scrape: impl Fn(SocketAddr) -> io::Result<String> + Send + 'static,
    last: &'static str,
) -> usize {
    let server = endpoint.serve("localhost:0").await.unwrap();
    let address = server.local_addr().unwrap();
    let churn = Churn::begin(address);
    let is_whole = move || scrape(address).is_ok_and(|page| page.ends_with(last));
    let scrapes = move || (0..40).filter(|_| is_whole()).count();
    let whole = tokio::task::spawn_blocking(scrapes).await.unwrap();
    let opened = churn.end();
    assert!(opened > 0);
    whole
}

#[tokio::test(flavor = "multi_thread")]
async fn silent_connections_that_come_and_go_cost_no_small_scrape() {
    assert_eq!(whole(Up, "up 1\n").await, 40);
}

#[tokio::test(flavor = "multi_thread")]
async fn silent_connections_that_come_and_go_cost_no_large_scrape() {
    assert_eq!(whole(Both(Large, Both(Counted::default(), Up)), "up 1\n").await, 40);
}

#[tokio::test(flavor = "multi_thread")]
async fn silent_connections_that_come_and_go_cost_no_small_scrape_over_tls() {
    assert_eq!(whole_and_encrypted(Up, "up 1\n").await, 40);
}

#[tokio::test(flavor = "multi_thread")]
async fn silent_connections_that_come_and_go_cost_no_large_scrape_over_tls() {
    assert_eq!(whole_and_encrypted(Both(Large, Up), "up 1\n").await, 40);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_handshake_that_has_begun_outlives_those_that_have_not() {
    let authority = Authority::new();
    let access = Access::new().web_config(authority.web_config(""));
    let server = Endpoint::new(Up).access(access).unwrap().serve("localhost:0").await.unwrap();
    let (mut silent, mut crowds) = (crowd(&server, 100), Vec::new());
    for stream in &mut silent {
        // The first bytes of a TLS record are no beginning of a handshake.
        stream.write_all(&[0x16, 3, 1]).unwrap();
    }
    let client = Leisurely::of(&authority);
    let stream = client.shake_hands(server.local_addr().unwrap(), || {
        crowds.push(crowd(&server, 300));
        thread::sleep(Duration::from_millis(200));
    });
    assert!(get(stream.unwrap()).unwrap().ends_with("up 1\n"));
    assert!(!is_open(&mut silent[0]));
    // Nor do those that have begun one last for ever, where others ask.
    let mut begun = client.shake_hands(server.local_addr().unwrap(), || ()).unwrap().sock;
    let mut answered: Vec<_> = (0..128)
        .map(|_| {
            let mut stream = client.shake_hands(server.local_addr().unwrap(), || ()).unwrap();
            stream.write_all(b"GET /metrics HTTP/1.1\r\nHost: test\r\n\r\n").unwrap();
            let mut status = [0; 12];
            stream.read_exact(&mut status).unwrap();
            stream
        })
        .collect();
    begun.set_read_timeout(Some(Duration::from_secs(10))).unwrap();
    assert!(!matches!(begun.read(&mut [0]), Err(error) if error.kind() == ErrorKind::WouldBlock));
    assert!(answered.iter_mut().all(|stream| is_open(&mut stream.sock)));
}

/// Asks over `stream`, and reads until the document is there.
fn ask_again(stream: &mut TcpStream) {
    stream.write_all(b"GET /metrics HTTP/1.1\r\nHost: test\r\n\r\n").unwrap();
    let (mut answer, mut some) = (Vec::new(), [0; 4096]);
    while !answer.ends_with(b"up 1\n") {
        let len = stream.read(&mut some).unwrap();
        assert_ne!(len, 0, "it was dropped");
        answer.extend_from_slice(&some[..len]);
    }
}

fn is_open(stream: &mut TcpStream) -> bool {
    stream.set_read_timeout(Some(Duration::from_millis(100))).unwrap();
    matches!(stream.read(&mut [0]), Err(error) if error.kind() == ErrorKind::WouldBlock)
}

fn crowd(server: &Server, count: usize) -> Vec<TcpStream> {
    (0..count).map(|_| TcpStream::connect(server.local_addr().unwrap()).unwrap()).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_connection_that_was_answered_outlives_those_that_ask_for_nothing() {
    let server = Endpoint::new(Up).serve("localhost:0").await.unwrap();
    let mut prometheus = TcpStream::connect(server.local_addr().unwrap()).unwrap();
    ask_again(&mut prometheus);
    let mut silent = crowd(&server, 127);
    // A request that is not whole asks for nothing.
    for stream in &mut silent {
        stream.write_all(b"GET /metrics HTTP/1.1\r\nHost: ").unwrap();
    }
    let further = crowd(&server, 200);
    ask_again(&mut prometheus);
    assert!(!is_open(&mut silent[0]));
    // Where all were answered, the one that has been idle for longest goes.
    drop((silent, further));
    thread::sleep(Duration::from_millis(200));
    let mut answered = crowd(&server, 127);
    answered.iter_mut().for_each(ask_again);
    ask_again(&mut crowd(&server, 1)[0]);
    assert!(!is_open(&mut prometheus));
    assert!(answered.iter_mut().all(is_open));
}
