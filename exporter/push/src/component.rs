//! The names of an exporter and of a reader.

use std::sync::atomic::{AtomicUsize, Ordering};

use opentelemetry::KeyValue;

use crate::key;

/// A part of the SDK, by what the conventions for its own metrics describe it with.
#[derive(Debug, Clone)]
pub(crate) struct Component {
    attributes: Vec<KeyValue>,
}

impl Component {
    /// The next one of a type, numbered by `made`.
    pub(crate) fn new(kind: &'static str, made: &AtomicUsize) -> Self {
        let name = format!("{kind}/{}", made.fetch_add(1, Ordering::Relaxed));
        Self { attributes: vec![key::COMPONENT_NAME.of(name), key::COMPONENT_TYPE.of(kind)] }
    }

    /// The reader of a push.
    pub(crate) fn reader() -> Self {
        static MADE: AtomicUsize = AtomicUsize::new(0);
        Self::new("periodic_metric_reader", &MADE)
    }

    /// The same, with the server it talks to.
    pub(crate) fn server(mut self, address: &str, port: u16) -> Self {
        self.attributes.push(key::SERVER_ADDRESS.of(address.to_owned()));
        self.attributes.push(key::SERVER_PORT.of(i64::from(port)));
        self
    }

    /// Its attributes and more.
    pub(crate) fn with(&self, more: impl IntoIterator<Item = KeyValue>) -> Vec<KeyValue> {
        self.attributes.iter().cloned().chain(more).collect()
    }
}
