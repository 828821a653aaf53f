//! An OTLP receiver in this process, which behaves as badly as it is told to.

mod conduct;
mod connection;
mod grpc;
mod listener;
mod misbehaviour;
mod protobuf;
mod record;
#[cfg(test)]
mod tests;
mod tls;

use std::{
    net::SocketAddr,
    sync::{Arc, mpsc},
    thread::{self, JoinHandle},
    time::Duration,
};

use tokio::sync::mpsc::UnboundedSender;
use tokio_rustls::TlsAcceptor;

pub use self::{
    conduct::Conduct,
    record::{Protocol, Received},
    tls::Authority,
};
use self::{listener::Command, record::Record};
use crate::{otlp::Point, port::Port};

/// An OTLP receiver of gRPC and http/protobuf on one port, on a thread and a runtime of its own.
///
/// It keeps every request that it could read, whatever it answered.
#[derive(Debug)]
pub struct Receiver {
    address: SocketAddr,
    scheme: &'static str,
    record: Arc<Record>,
    commands: Option<UnboundedSender<Command>>,
    thread: Option<JoinHandle<()>>,
}

impl Receiver {
    /// Starts one on a free port, which accepts everything.
    ///
    /// # Panics
    ///
    /// When there is no free port.
    pub fn start() -> Self {
        Self::start_at(Port::any(), "http", None)
    }

    /// Starts one that speaks TLS with a certificate of that authority.
    ///
    /// # Panics
    ///
    /// When there is no free port.
    pub fn with_tls(authority: &Authority) -> Self {
        Self::start_at(Port::any(), "https", Some(authority.acceptor(false)))
    }

    /// Starts one that speaks TLS, and only with clients that show a certificate of that
    /// authority.
    ///
    /// # Panics
    ///
    /// When there is no free port.
    pub fn with_mutual_tls(authority: &Authority) -> Self {
        Self::start_at(Port::any(), "https", Some(authority.acceptor(true)))
    }

    fn start_at(port: Port, scheme: &'static str, tls: Option<TlsAcceptor>) -> Self {
        let address = port.address();
        let record = Arc::new(Record::default());
        let (commands, orders) = tokio::sync::mpsc::unbounded_channel();
        let (ready, listening) = mpsc::channel();
        let thread = thread::Builder::new().name("receiver".to_owned());
        let shared = Arc::clone(&record);
        let serve = move || listener::run(port, tls, shared, orders, &ready);
        let thread = thread.spawn(serve).expect("a thread");
        listening.recv().expect("the receiver listens");
        Self { address, scheme, record, commands: Some(commands), thread: Some(thread) }
    }

    /// Where it is, for both protocols, such as `http://127.0.0.1:40123`.
    pub fn url(&self) -> String {
        format!("{}://{}", self.scheme, self.address)
    }

    /// How it treats whatever comes next; what is under way stays as it was.
    pub fn conduct(&self, conduct: Conduct) {
        self.record.behave(conduct);
    }

    /// Closes every connection and the port: from now on connections are refused, and nobody else
    /// gets the port.
    ///
    /// # Panics
    ///
    /// When it refuses already.
    pub fn refuse(&self) {
        self.order(Command::Refuse);
    }

    /// Listens on the same port again after [`Receiver::refuse`].
    ///
    /// # Panics
    ///
    /// When it listens already.
    pub fn listen_again(&self) {
        self.order(Command::Listen);
    }

    /// Every request so far, in the order of arrival, accepted or not.
    ///
    /// # Panics
    ///
    /// When something came that is no OTLP; the message says what.
    pub fn requests(&self) -> Vec<Received> {
        self.record.requests()
    }

    /// The points of all requests that it accepted, in order.
    ///
    /// # Panics
    ///
    /// As [`Receiver::requests`].
    pub fn points(&self) -> Vec<Point> {
        let requests = self.requests();
        requests.iter().filter(|request| request.accepted).flat_map(Received::points).collect()
    }

    /// The last accepted point of every series.
    ///
    /// # Panics
    ///
    /// As [`Receiver::requests`].
    pub fn latest(&self) -> Vec<Point> {
        crate::otlp::latest(self.points())
    }

    /// How many connections it has taken so far.
    pub fn connections(&self) -> usize {
        self.record.connections()
    }

    /// Waits until `found` finds something in the requests, and gives that back.
    ///
    /// # Panics
    ///
    /// When that has not come within `limit`.
    #[track_caller]
    pub fn wait_for<T>(&self, limit: Duration, found: impl Fn(&[Received]) -> Option<T>) -> T {
        self.record.wait_for(limit, found)
    }

    fn order(&self, command: fn(mpsc::Sender<()>) -> Command) {
        let (done, wait) = mpsc::channel();
        let commands = self.commands.as_ref().expect("a running receiver");
        commands.send(command(done)).expect("a running receiver");
        wait.recv().expect("the receiver does as it is told");
    }
}

impl Drop for Receiver {
    fn drop(&mut self) {
        // Its loop ends with the last sender.
        self.commands.take();
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}
