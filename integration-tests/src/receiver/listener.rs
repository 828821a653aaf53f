//! The thread of a receiver: its port and its connections.

use std::{
    io,
    sync::{Arc, mpsc},
    time::Duration,
};

use tokio::{
    net::{TcpListener, TcpStream},
    runtime,
    sync::mpsc::UnboundedReceiver,
    task::JoinSet,
    time::sleep,
};
use tokio_rustls::TlsAcceptor;

use super::{connection, record::Record};
use crate::port::Port;

/// A request of the test to the thread, with a way to hear that it is done.
#[derive(Debug)]
pub(super) enum Command {
    /// Closes everything; the port stays ours.
    Refuse(mpsc::Sender<()>),
    /// Listens again.
    Listen(mpsc::Sender<()>),
}

/// Serves until nobody can command any more; says when it listens.
pub(super) fn run(
    port: Port,
    tls: Option<TlsAcceptor>,
    record: Arc<Record>,
    orders: UnboundedReceiver<Command>,
    ready: &mpsc::Sender<()>,
) {
    let runtime = runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    runtime.block_on(async {
        let listener = port.listen().expect("a bound port can listen");
        let _ = ready.send(());
        serve(listener, tls, record, orders).await;
    });
}

/// A port, open or not.
enum Door {
    Open(TcpListener),
    Closed(Port),
}

async fn serve(
    listener: TcpListener,
    tls: Option<TlsAcceptor>,
    record: Arc<Record>,
    mut orders: UnboundedReceiver<Command>,
) {
    let mut door = Door::Open(listener);
    let mut connections = JoinSet::new();
    loop {
        tokio::select! {
            // An order is obeyed before the next connection.
            biased;
            order = orders.recv() => {
                let Some(order) = order else { return };
                let (next, done) = match (order, door) {
                    (Command::Refuse(done), Door::Open(listener)) => {
                        connections.shutdown().await;
                        (Door::Closed(close(listener).await), done)
                    }
                    (Command::Listen(done), Door::Closed(port)) => {
                        (Door::Open(port.listen().expect("a bound port can listen")), done)
                    }
                    // The test hears of it: nobody answers it.
                    (order, _) => panic!("nothing to do for {order:?}"),
                };
                door = next;
                let _ = done.send(());
            }
            accepted = accept(&door) => {
                if let Ok(stream) = accepted {
                    record.connected();
                    connections.spawn(connection::serve(stream, tls.clone(), Arc::clone(&record)));
                }
            }
            Some(_) = connections.join_next() => {}
        }
    }
}

async fn accept(door: &Door) -> io::Result<TcpStream> {
    match door {
        Door::Open(listener) => listener.accept().await.map(|(stream, _)| stream),
        Door::Closed(_) => std::future::pending().await,
    }
}

/// Takes the port back from the listener, so that nobody else gets it.
async fn close(listener: TcpListener) -> Port {
    let address = listener.local_addr().expect("a bound port");
    drop(listener);
    loop {
        if let Ok(port) = Port::at(address) {
            return port;
        }
        sleep(Duration::from_millis(1)).await;
    }
}
