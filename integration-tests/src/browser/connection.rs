//! A connection to a browser.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use futures_util::{SinkExt, StreamExt, stream::SplitSink};
use serde_json::{Value, json};
use tokio::{
    net::TcpStream,
    sync::{mpsc, oneshot},
    time,
};
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, tungstenite::Message};

type Socket = WebSocketStream<MaybeTlsStream<TcpStream>>;

/// A browser answers at once; a busy machine may take longer.
const PATIENCE: Duration = Duration::from_mins(1);

/// A connection to a browser, over which commands go and answers and events come. Clones share it.
#[derive(Clone, Debug)]
pub(crate) struct Connection(Arc<Shared>);

#[derive(Debug)]
struct Shared {
    outgoing: mpsc::UnboundedSender<String>,
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    last: u64,
    waiting: HashMap<u64, oneshot::Sender<Value>>,
    events: Vec<Value>,
}

impl Connection {
    /// Connects to the address that a browser says.
    pub(crate) async fn open(address: &str) -> Self {
        let (socket, _) = tokio_tungstenite::connect_async(address).await.expect("a connection");
        let (sink, mut incoming) = socket.split();
        let (outgoing, queue) = mpsc::unbounded_channel();
        let shared = Arc::new(Shared { outgoing, state: Mutex::default() });
        tokio::spawn(forward(queue, sink));
        let reader = Arc::clone(&shared);
        tokio::spawn(async move {
            while let Some(Ok(message)) = incoming.next().await {
                if let Message::Text(text) = message {
                    reader.take(serde_json::from_str(&text).expect("messages are JSON"));
                }
            }
        });
        Self(shared)
    }

    /// Sends a command to a session, or to the browser itself, and waits for what it answers.
    ///
    /// # Panics
    ///
    /// When it answers an error, or not within a minute.
    pub(crate) async fn send(&self, session: &str, method: &str, params: &Value) -> Value {
        let (sender, receiver) = oneshot::channel();
        let id = {
            let mut state = self.0.state();
            state.last += 1;
            let id = state.last;
            state.waiting.insert(id, sender);
            id
        };
        let mut command = json!({"id": id, "method": method, "params": params});
        if !session.is_empty() {
            command["sessionId"] = session.into();
        }
        self.0.outgoing.send(command.to_string()).expect("the browser is there");
        let answer = time::timeout(PATIENCE, receiver).await;
        let answer = answer.unwrap_or_else(|_| panic!("no answer to {method}")).expect("an answer");
        assert!(answer["error"].is_null(), "{method}: {}", answer["error"]);
        answer["result"].clone()
    }

    /// The events of a session so far.
    pub(crate) fn events(&self, session: &str) -> Vec<Value> {
        let state = self.0.state();
        state.events.iter().filter(|event| event["sessionId"] == session).cloned().collect()
    }
}

impl Shared {
    fn take(&self, message: Value) {
        let mut state = self.state();
        match message["id"].as_u64().and_then(|id| state.waiting.remove(&id)) {
            // Whoever asked may have given up.
            Some(sender) => drop(sender.send(message)),
            None => state.events.push(message),
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

async fn forward(mut queue: mpsc::UnboundedReceiver<String>, mut sink: SplitSink<Socket, Message>) {
    while let Some(command) = queue.recv().await {
        if sink.send(Message::text(command)).await.is_err() {
            return;
        }
    }
}
