//! An HTTP client over real sockets.

use std::time::Duration;

use bytes::Bytes;
use http::{HeaderMap, Method, Request, Response, StatusCode, header::CONTENT_TYPE};
use http_body_util::{BodyExt, Full};
use hyper::body::Incoming;
use hyper_util::{
    client::legacy::{self, connect::HttpConnector},
    rt::TokioExecutor,
};
use tokio::time::timeout;

/// No answer of a test takes longer.
const LIMIT: Duration = Duration::from_secs(30);

/// Sends requests to one server and keeps its connections.
#[derive(Clone, Debug)]
pub struct Client {
    base: String,
    inner: legacy::Client<HttpConnector, Full<Bytes>>,
}

/// A whole response.
#[derive(Clone, Debug)]
pub struct Answer {
    /// The status.
    pub status: StatusCode,
    /// The headers.
    pub headers: HeaderMap,
    /// The body, to its end.
    pub body: Bytes,
}

impl Client {
    /// A client of the server at this address, such as `http://127.0.0.1:8080`.
    pub fn new(base: impl Into<String>) -> Self {
        let mut connector = HttpConnector::new();
        connector.set_nodelay(true);
        let inner = legacy::Client::builder(TokioExecutor::new()).build(connector);
        Self { base: base.into(), inner }
    }

    /// What it puts before each path.
    pub fn base(&self) -> &str {
        &self.base
    }

    /// The answer to a GET.
    ///
    /// # Panics
    ///
    /// When there is none within 30 seconds.
    pub async fn get(&self, path: &str) -> Answer {
        self.expect(Method::GET, path, None).await
    }

    /// The answer to a GET with this header.
    ///
    /// # Panics
    ///
    /// When there is none within 30 seconds.
    pub async fn get_with(&self, path: &str, name: &str, value: &str) -> Answer {
        let request = Request::get(format!("{}{path}", self.base)).header(name, value);
        let request = request.body(Full::default()).expect("a header");
        let answer = timeout(LIMIT, async { read(self.ask(request).await?).await });
        let answer = answer.await.unwrap_or_else(|_| panic!("{path}: no answer in {LIMIT:?}"));
        answer.unwrap_or_else(|error| panic!("{path}: {error}"))
    }

    /// The answer to a request with a JSON body, sent as it is.
    ///
    /// # Panics
    ///
    /// When there is none within 30 seconds.
    pub async fn send(&self, method: Method, path: &str, json: &str) -> Answer {
        self.expect(method, path, Some(("application/json", json.as_bytes()))).await
    }

    /// The answer to a POST of that content type.
    ///
    /// # Panics
    ///
    /// When there is none within 30 seconds.
    pub async fn post(&self, path: &str, content_type: &str, body: &str) -> Answer {
        self.expect(Method::POST, path, Some((content_type, body.as_bytes()))).await
    }

    /// The answer to a POST of bytes.
    ///
    /// # Errors
    ///
    /// When the connection cannot be made or ends before the end of the response.
    pub async fn try_post(
        &self,
        path: &str,
        content_type: &str,
        body: &[u8],
    ) -> Result<Answer, String> {
        read(self.request(Method::POST, path, Some((content_type, body))).await?).await
    }

    /// A response whose body has yet to come.
    ///
    /// # Errors
    ///
    /// When the connection cannot be made or ends before the head of a response.
    pub async fn open(&self, method: Method, path: &str) -> Result<Response<Incoming>, String> {
        self.request(method, path, None).await
    }

    /// The answer to a request without a body.
    ///
    /// # Errors
    ///
    /// When the connection cannot be made or ends before the end of the response.
    pub async fn try_send(&self, method: Method, path: &str) -> Result<Answer, String> {
        let response = self.request(method, path, None).await?;
        read(response).await
    }

    async fn expect(&self, method: Method, path: &str, body: Option<(&str, &[u8])>) -> Answer {
        let asked = format!("{method} {path}");
        let answer = timeout(LIMIT, async { read(self.request(method, path, body).await?).await });
        let answer = answer.await.unwrap_or_else(|_| panic!("{asked}: no answer in {LIMIT:?}"));
        answer.unwrap_or_else(|error| panic!("{asked}: {error}"))
    }

    async fn request(
        &self,
        method: Method,
        path: &str,
        body: Option<(&str, &[u8])>,
    ) -> Result<Response<Incoming>, String> {
        let mut request = Request::builder().method(method).uri(format!("{}{path}", self.base));
        let mut bytes = Bytes::new();
        if let Some((content_type, body)) = body {
            request = request.header(CONTENT_TYPE, content_type);
            bytes = Bytes::copy_from_slice(body);
        }
        self.ask(request.body(Full::new(bytes)).map_err(|error| error.to_string())?).await
    }

    async fn ask(&self, request: Request<Full<Bytes>>) -> Result<Response<Incoming>, String> {
        self.inner.request(request).await.map_err(|error| format!("{error:?}"))
    }
}

impl Answer {
    /// The body as text.
    ///
    /// # Panics
    ///
    /// When it is no UTF-8.
    pub fn text(&self) -> &str {
        std::str::from_utf8(&self.body).expect("a text body")
    }

    /// The body as JSON.
    ///
    /// # Panics
    ///
    /// When it is none.
    pub fn json(&self) -> serde_json::Value {
        serde_json::from_slice(&self.body).expect("a JSON body")
    }

    /// A header as text; empty when it is absent.
    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
    }
}

async fn read(response: Response<Incoming>) -> Result<Answer, String> {
    let (head, body) = response.into_parts();
    let body = body.collect().await.map_err(|error| format!("{error:?}"))?;
    Ok(Answer { status: head.status, headers: head.headers, body: body.to_bytes() })
}
