//! A service of tonic with a method of each kind, and its client.

use std::{
    convert::Infallible,
    future::{self, Future},
    pin::Pin,
    sync::Arc,
    task::{Context, Poll},
};

use futures_util::{Stream, StreamExt, stream};
use http::uri::PathAndQuery;
use kymo_testing::laws::Trap;
use tokio::sync::Notify;
use tonic::{
    Code, IntoStreamingRequest, Request, Response, Status, Streaming,
    body::Body,
    client,
    codec::CompressionEncoding::Gzip,
    server::{Grpc, NamedService},
    transport::Channel,
};
use tonic_prost::ProstCodec;
use tower::{Service, service_fn};

pub(crate) const UNARY: &str = "test.Echo/Unary";
pub(crate) const CLIENT_STREAM: &str = "test.Echo/ClientStream";
pub(crate) const SERVER_STREAM: &str = "test.Echo/ServerStream";
pub(crate) const BIDI: &str = "test.Echo/Bidi";

/// A service that gives back what it is told, or does what is asked for.
#[derive(Debug, Clone)]
pub(crate) struct Echo;

impl NamedService for Echo {
    const NAME: &'static str = "test.Echo";
}

/// `fail:13` fails with that status, `slow` never ends, `trap` neither and unwinds when it is dropped,
/// and `panic` unwinds.
async fn obey(text: &str) -> Result<String, Status> {
    match text.split_once(':') {
        Some(("fail", code)) => {
            let code = Code::from_i32(code.parse().unwrap());
            Err(Status::new(code, "on purpose"))
        }
        _ if text == "panic" => panic!("on purpose"),
        _ if text == "slow" => future::pending().await,
        _ if text == "trap" => {
            let _trap = Trap;
            future::pending().await
        }
        _ => Ok(text.to_owned()),
    }
}

/// Says that a `slow` one has begun: all of its request is there, and nothing of it can fail any more.
async fn unary(request: Request<String>) -> Result<Response<String>, Status> {
    if let Some(begun) = request.extensions().get::<Arc<Notify>>()
        && request.get_ref() == "slow"
    {
        begun.notify_one();
    }
    obey(&request.into_inner()).await.map(Response::new)
}

async fn client_stream(request: Request<Streaming<String>>) -> Result<Response<String>, Status> {
    let mut texts = request.into_inner();
    let mut all = String::new();
    while let Some(text) = texts.message().await? {
        all.push_str(&obey(&text).await?);
    }
    Ok(Response::new(all))
}

type Texts = Pin<Box<dyn Stream<Item = Result<String, Status>> + Send>>;

/// Three messages, of which the second is what was asked for.
async fn server_stream(request: Request<String>) -> Result<Response<Texts>, Status> {
    let text = request.into_inner();
    let texts = stream::iter(["first".to_owned(), text, "last".to_owned()]);
    Ok(Response::new(Box::pin(texts.then(async |text| obey(&text).await))))
}

async fn bidi(request: Request<Streaming<String>>) -> Result<Response<Texts>, Status> {
    let texts = request.into_inner();
    Ok(Response::new(Box::pin(texts.then(async |text| obey(&text?).await))))
}

impl Service<http::Request<Body>> for Echo {
    type Response = http::Response<Body>;
    type Error = Infallible;
    type Future = Pin<Box<dyn Future<Output = Result<Self::Response, Infallible>> + Send>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: http::Request<Body>) -> Self::Future {
        let codec = ProstCodec::<String, String>::default();
        let grpc = Grpc::new(codec).accept_compressed(Gzip).send_compressed(Gzip);
        let path = request.uri().path().to_owned();
        Box::pin(async move {
            let mut grpc = grpc;
            Ok(match path.trim_start_matches('/') {
                UNARY => grpc.unary(service_fn(unary), request).await,
                CLIENT_STREAM => grpc.client_streaming(service_fn(client_stream), request).await,
                SERVER_STREAM => grpc.server_streaming(service_fn(server_stream), request).await,
                BIDI => grpc.streaming(service_fn(bidi), request).await,
                _ => Status::unimplemented("").into_http(),
            })
        })
    }
}

/// The client of [`Echo`].
pub(crate) struct Client(client::Grpc<Channel>);

impl Client {
    pub(crate) fn new(channel: Channel) -> Self {
        Self(client::Grpc::new(channel))
    }

    /// Sends messages that are compressed, and takes such.
    pub(crate) fn compressed(self) -> Self {
        Self(self.0.send_compressed(Gzip).accept_compressed(Gzip))
    }

    pub(crate) async fn unary(&mut self, request: Request<&str>) -> Result<String, Status> {
        self.call(UNARY, request.map(str::to_owned)).await
    }

    /// Calls a method that may not be there.
    pub(crate) async fn call(
        &mut self,
        method: &str,
        request: Request<String>,
    ) -> Result<String, Status> {
        self.0.ready().await.unwrap();
        Ok(self.0.unary(request, path(method), ProstCodec::default()).await?.into_inner())
    }

    pub(crate) async fn client_stream(&mut self, texts: &[&str]) -> Result<String, Status> {
        self.0.ready().await.unwrap();
        let path = path(CLIENT_STREAM);
        let answer = self.0.client_streaming(request(texts), path, ProstCodec::default()).await?;
        Ok(answer.into_inner())
    }

    pub(crate) async fn server_stream(&mut self, text: &str) -> Result<Streaming<String>, Status> {
        self.0.ready().await.unwrap();
        let request = Request::new(text.to_owned());
        let path = path(SERVER_STREAM);
        let answer = self.0.server_streaming(request, path, ProstCodec::default()).await?;
        Ok(answer.into_inner())
    }

    pub(crate) async fn bidi(&mut self, texts: &[&str]) -> Result<Streaming<String>, Status> {
        self.0.ready().await.unwrap();
        let answer = self.0.streaming(request(texts), path(BIDI), ProstCodec::default()).await?;
        Ok(answer.into_inner())
    }
}

/// All messages of a stream, and how it ended.
pub(crate) async fn all(mut texts: Streaming<String>) -> (Vec<String>, Result<(), Status>) {
    let mut all = Vec::new();
    loop {
        match texts.message().await {
            Ok(Some(text)) => all.push(text),
            Ok(None) => return (all, Ok(())),
            Err(status) => return (all, Err(status)),
        }
    }
}

fn request(texts: &[&str]) -> Request<impl Stream<Item = String> + Send + 'static> {
    let texts: Vec<_> = texts.iter().map(|text| (*text).to_owned()).collect();
    stream::iter(texts).into_streaming_request()
}

fn path(method: &str) -> PathAndQuery {
    format!("/{method}").parse().unwrap()
}
