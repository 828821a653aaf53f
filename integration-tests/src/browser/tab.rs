//! A tab of a browser.

use std::{fmt::Debug, time::Duration};

use serde_json::{Value, json};

use super::{Screen, connection::Connection};
use crate::patience::eventually;

/// A tab of a browser, and all that went wrong in it.
#[derive(Debug)]
pub struct Tab {
    connection: Connection,
    session: String,
}

/// Runs before any script of a page: whatever holds the page up for 50 ms is kept.
const OBSERVER: &str = "window.longTasks = []; new PerformanceObserver((list) => {
    for (const entry of list.getEntries()) window.longTasks.push(entry.duration);
}).observe({ type: 'longtask', buffered: true });";

impl Tab {
    pub(super) fn new(connection: Connection, session: String) -> Self {
        Self { connection, session }
    }

    pub(super) async fn prepare(&self, screen: Screen) {
        for domain in ["Runtime", "Log", "Page"] {
            self.command(&format!("{domain}.enable"), json!({})).await;
        }
        let source = json!({"source": OBSERVER});
        self.command("Page.addScriptToEvaluateOnNewDocument", source).await;
        self.look_with(screen).await;
    }

    /// Looks with another screen.
    ///
    /// # Panics
    ///
    /// When the browser refuses.
    pub async fn look_with(&self, screen: Screen) {
        let Screen { width, height, is_dark } = screen;
        let size =
            json!({"width": width, "height": height, "deviceScaleFactor": 1, "mobile": false});
        self.command("Emulation.setDeviceMetricsOverride", size).await;
        let scheme = if is_dark { "dark" } else { "light" };
        let media = json!([{"name": "prefers-color-scheme", "value": scheme}]);
        self.command("Emulation.setEmulatedMedia", json!({"features": media})).await;
    }

    /// Goes to another address, or to the same anew.
    ///
    /// # Panics
    ///
    /// When there is nothing.
    pub async fn go(&self, url: &str) {
        let answer = self.command("Page.navigate", json!({"url": url})).await;
        assert!(answer["errorText"].is_null(), "{url}: {}", answer["errorText"]);
    }

    /// The value of an expression of JavaScript, which may be a promise of one.
    ///
    /// # Panics
    ///
    /// When it throws.
    pub async fn evaluate(&self, expression: &str) -> Value {
        let params = json!({"expression": expression, "returnByValue": true, "awaitPromise": true});
        let answer = self.command("Runtime.evaluate", params).await;
        let thrown = &answer["exceptionDetails"];
        assert!(thrown.is_null(), "{expression}: {thrown:#}");
        answer["result"]["value"].clone()
    }

    /// Evaluates an expression until its value is as `wanted`, for half a minute at most.
    ///
    /// # Panics
    ///
    /// When that does not happen, or it throws.
    pub async fn until(&self, expression: &str, wanted: impl Fn(&Value) -> bool) -> Value {
        let patience = Duration::from_secs(30);
        eventually(patience, async || self.evaluate(expression).await, wanted).await
    }

    /// Presses a key, such as `Tab` or `Enter`.
    ///
    /// # Panics
    ///
    /// When the browser refuses.
    pub async fn press(&self, key: &str) {
        let code = match key {
            "Enter" => 13,
            "Tab" => 9,
            "ArrowLeft" => 37,
            _ => 0,
        };
        let mut event = json!({"key": key, "code": key, "windowsVirtualKeyCode": code});
        if key == "Enter" {
            event["text"] = "\r".into();
        }
        for kind in ["keyDown", "keyUp"] {
            event["type"] = kind.into();
            self.command("Input.dispatchKeyEvent", event.clone()).await;
        }
    }

    /// A picture of what is seen, as PNG in base64.
    ///
    /// # Panics
    ///
    /// When the browser refuses.
    pub async fn picture(&self) -> String {
        let answer = self.command("Page.captureScreenshot", json!({"format": "png"})).await;
        answer["data"].as_str().expect("a picture").to_owned()
    }

    /// All errors so far: what scripts threw and did not catch, what they said on the console, and what the browser
    /// refused or could not load.
    pub fn errors(&self) -> Vec<String> {
        let events = self.connection.events(&self.session);
        events.iter().filter_map(error).collect()
    }

    async fn command(&self, method: &str, params: impl Debug + Into<Value>) -> Value {
        self.connection.send(&self.session, method, &params.into()).await
    }
}

fn error(event: &Value) -> Option<String> {
    let params = &event["params"];
    match event["method"].as_str()? {
        "Runtime.exceptionThrown" => Some(params["exceptionDetails"].to_string()),
        "Runtime.consoleAPICalled" if params["type"] == "error" => Some(params["args"].to_string()),
        "Log.entryAdded" if params["entry"]["level"] == "error" => {
            Some(params["entry"].to_string())
        }
        _ => None,
    }
}
