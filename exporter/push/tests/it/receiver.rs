//! A collector in this process, which answers as it is told.

use std::{
    convert::Infallible,
    io::{self, Read},
    net::SocketAddr,
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
    thread,
    time::{Duration, Instant},
};

use bytes::Bytes;
use flate2::read::GzDecoder;
use futures_util::{StreamExt, stream};
use http::{HeaderMap, HeaderValue, Request, Response};
use http_body_util::{BodyExt, Full, StreamBody, combinators::UnsyncBoxBody};
use hyper::body::Frame;
use hyper_util::{
    rt::{TokioExecutor, TokioIo},
    server::conn::auto,
    service::TowerToHyperService,
};
use opentelemetry_proto::tonic::{
    collector::metrics::v1::{
        ExportMetricsPartialSuccess, ExportMetricsServiceRequest, ExportMetricsServiceResponse,
        metrics_service_server::{MetricsService, MetricsServiceServer},
    },
    metrics::v1::{Metric, metric::Data, number_data_point::Value},
};
use prost::Message;
use tokio::{
    io::{AsyncRead, AsyncWrite},
    net::TcpListener,
    sync::oneshot,
    time,
};
use tokio_rustls::TlsAcceptor;
use tonic::codec::CompressionEncoding;

/// The way in which the receiver treats a request.
#[derive(Debug, Clone)]
pub(crate) enum Answer {
    Accept,
    /// Accepts all but so many data points.
    Partial(i64),
    /// Answers so, whatever the protocol: the status, the type, the wait, and the body, after which,
    /// if it drips, a byte comes now and then, without end.
    Page {
        status: u16,
        kind: &'static str,
        wait: Option<&'static str>,
        body: &'static str,
        drips: bool,
    },
    /// Fails, and asks for a wait.
    Status(u16, Option<&'static str>),
    Grpc(tonic::Status),
    /// Reads the request and never answers.
    Hang,
    /// Takes no request that is compressed with zstd, as one that was never told of it.
    WithoutZstd,
    /// Closes the connection instead of answering.
    Close,
    /// Answers with so many bytes of nothing.
    Long(usize),
}

/// A request that was read to its end, accepted or not.
#[derive(Clone)]
pub(crate) struct Arrived {
    pub(crate) at: Instant,
    pub(crate) path: String,
    pub(crate) headers: HeaderMap,
    pub(crate) request: ExportMetricsServiceRequest,
}

pub(crate) struct Receiver {
    pub(crate) address: SocketAddr,
    state: Arc<State>,
    /// The signal that ends the thread, and the thread.
    thread: Option<(oneshot::Sender<()>, thread::JoinHandle<()>)>,
}

#[derive(Default)]
struct State {
    /// The answers to come; the last one stays.
    answers: Mutex<Vec<Answer>>,
    arrived: Mutex<Vec<Arrived>>,
    told: AtomicUsize,
}

type Body = UnsyncBoxBody<Bytes, Infallible>;

impl Receiver {
    pub(crate) fn start(answers: impl IntoIterator<Item = Answer>) -> Self {
        Self::with("127.0.0.1:0".parse().unwrap(), None, answers)
    }

    pub(crate) fn with(
        address: SocketAddr,
        tls: Option<TlsAcceptor>,
        answers: impl IntoIterator<Item = Answer>,
    ) -> Self {
        let answers = Mutex::new(answers.into_iter().collect());
        let state = Arc::new(State { answers, ..State::default() });
        let listener = std::net::TcpListener::bind(address).unwrap();
        listener.set_nonblocking(true).unwrap();
        let address = listener.local_addr().unwrap();
        let (alive, mut ended) = oneshot::channel();
        let shared = Arc::clone(&state);
        let thread = thread::spawn(move || {
            let mut runtime = tokio::runtime::Builder::new_current_thread();
            runtime.enable_all().build().unwrap().block_on(async {
                let listener = TcpListener::from_std(listener).unwrap();
                loop {
                    let accepted = tokio::select! {
                        accepted = listener.accept() => accepted.unwrap().0,
                        _ = &mut ended => return,
                    };
                    let (state, tls) = (Arc::clone(&shared), tls.clone());
                    tokio::spawn(async move {
                        match tls {
                            None => serve(accepted, state).await,
                            Some(tls) => {
                                if let Ok(stream) = tls.accept(accepted).await {
                                    serve(stream, state).await;
                                }
                            }
                        }
                    });
                }
            });
        });
        Self { address, state, thread: Some((alive, thread)) }
    }

    pub(crate) fn http(&self) -> String {
        format!("http://{}/v1/metrics", self.address)
    }

    pub(crate) fn grpc(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Answers so from now on.
    pub(crate) fn answer(&self, answers: impl IntoIterator<Item = Answer>) {
        *self.state.answers.lock().unwrap() = answers.into_iter().collect();
    }

    pub(crate) fn arrived(&self) -> Vec<Arrived> {
        self.state.arrived.lock().unwrap().clone()
    }

    /// How many requests there were, those included whose connection it closed.
    pub(crate) fn told(&self) -> usize {
        self.state.told.load(Ordering::Relaxed)
    }

    /// Waits until so many requests arrived.
    pub(crate) fn wait_for(&self, count: usize) -> Vec<Arrived> {
        let patience = Instant::now() + Duration::from_secs(20);
        while self.arrived().len() < count {
            assert!(Instant::now() < patience, "{} of {count} arrived", self.arrived().len());
            thread::sleep(Duration::from_millis(5));
        }
        self.arrived()
    }
}

impl Drop for Receiver {
    /// Closes the listener and all connections.
    fn drop(&mut self) {
        let (alive, thread) = self.thread.take().unwrap();
        drop(alive);
        // A failed assertion of the thread has failed the test by what did not arrive.
        let _ = thread.join();
    }
}

impl Arrived {
    pub(crate) fn header(&self, name: &str) -> Vec<&str> {
        self.headers.get_all(name).iter().map(|value| value.to_str().unwrap()).collect()
    }

    fn metrics(&self) -> impl Iterator<Item = &Metric> {
        let scopes = self.request.resource_metrics.iter().flat_map(|it| &it.scope_metrics);
        scopes.flat_map(|scope| &scope.metrics)
    }

    /// How many data points it has.
    pub(crate) fn points(&self) -> usize {
        let counts = self.metrics().map(|metric| match metric.data.as_ref().unwrap() {
            Data::Gauge(it) => it.data_points.len(),
            Data::Sum(it) => it.data_points.len(),
            Data::Histogram(it) => it.data_points.len(),
            Data::ExponentialHistogram(it) => it.data_points.len(),
            Data::Summary(it) => it.data_points.len(),
        });
        counts.sum()
    }

    /// The value of a sum with one integer point.
    pub(crate) fn sum(&self, name: &str) -> Option<i64> {
        let metric = self.metrics().find(|metric| metric.name == name)?;
        let Some(Data::Sum(sum)) = &metric.data else { panic!("{name} is no sum") };
        assert_eq!(sum.data_points.len(), 1, "{name}");
        let Some(Value::AsInt(value)) = sum.data_points[0].value else { panic!("{name}") };
        Some(value)
    }
}

async fn serve(stream: impl AsyncRead + AsyncWrite + Unpin + Send + 'static, state: Arc<State>) {
    let service = tower::service_fn(move |request| respond(request, Arc::clone(&state)));
    let io = TokioIo::new(stream);
    let builder = auto::Builder::new(TokioExecutor::new());
    // How connections end is up to the one who pushes.
    let _ = builder.serve_connection(io, TowerToHyperService::new(service)).await;
}

async fn respond(
    request: Request<hyper::body::Incoming>,
    state: Arc<State>,
) -> Result<Response<Body>, io::Error> {
    let answer = state.next();
    let (head, body) = request.into_parts();
    let (headers, path) = (head.headers.clone(), head.uri.path().to_owned());
    let body = body.collect().await.map_err(io::Error::other)?.to_bytes();
    if let Answer::Close = answer {
        return Err(io::ErrorKind::ConnectionReset.into());
    }
    if let Answer::Page { status, kind, wait, body, drips } = answer {
        let wait = wait.map(|wait| ("retry-after", wait));
        let headers = [("content-type", kind)].into_iter().chain(wait);
        let response = headers
            .fold(Response::builder().status(status), |it, (name, value)| it.header(name, value));
        return Ok(response.body(page(body, drips)).unwrap());
    }
    if headers["content-type"].to_str().unwrap().starts_with("application/grpc") {
        let service = Service { state, answer, headers, path };
        let takes_zstd = !matches!(service.answer, Answer::WithoutZstd);
        let mut server =
            MetricsServiceServer::new(service).accept_compressed(CompressionEncoding::Gzip);
        if takes_zstd {
            server = server.accept_compressed(CompressionEncoding::Zstd);
        }
        let request = Request::from_parts(head, Full::new(body));
        let response = tower::Service::call(&mut server, request).await.unwrap();
        return Ok(response.map(|body| body.map_err(|status| panic!("{status}")).boxed_unsync()));
    }

    assert_eq!(headers["content-type"], "application/x-protobuf");
    let mut plain = Vec::new();
    match headers.get("content-encoding").map(HeaderValue::as_bytes) {
        None => plain.extend_from_slice(&body),
        Some(b"gzip") => drop(GzDecoder::new(&*body).read_to_end(&mut plain).unwrap()),
        Some(b"zstd") if matches!(answer, Answer::WithoutZstd) => {
            let refused = Response::builder().status(415).header("accept-encoding", "gzip");
            return Ok(refused.body(Full::default().boxed_unsync()).unwrap());
        }
        Some(b"zstd") => zstd::stream::copy_decode(&*body, &mut plain).unwrap(),
        Some(other) => panic!("{other:?}"),
    }
    let request = ExportMetricsServiceRequest::decode(&*plain).unwrap();
    state.arrived.lock().unwrap().push(Arrived { at: Instant::now(), path, headers, request });
    let response = Response::builder();
    let answered = |body: Vec<u8>| Full::new(Bytes::from(body)).boxed_unsync();
    match answer {
        Answer::Accept | Answer::WithoutZstd => Ok(response.body(answered(Vec::new())).unwrap()),
        Answer::Partial(rejected) => {
            Ok(response.body(answered(partial(rejected).encode_to_vec())).unwrap())
        }
        Answer::Status(code, wait) => {
            let response = wait
                .into_iter()
                .fold(response.status(code), |it, wait| it.header("retry-after", wait));
            Ok(response.body(answered(b"as told".to_vec())).unwrap())
        }
        Answer::Long(length) => Ok(response.body(answered(vec![0; length])).unwrap()),
        Answer::Hang => std::future::pending().await,
        Answer::Close | Answer::Grpc(_) | Answer::Page { .. } => panic!("this is HTTP"),
    }
}

fn page(body: &'static str, drips: bool) -> Body {
    let drip = stream::unfold((), |()| async {
        time::sleep(Duration::from_millis(20)).await;
        Some((Bytes::from_static(b"."), ()))
    });
    let parts = stream::iter([Bytes::from_static(body.as_bytes())]);
    let parts = parts.chain(drip.take(if drips { usize::MAX } else { 0 }));
    StreamBody::new(parts.map(|part| Ok(Frame::data(part)))).boxed_unsync()
}

impl State {
    fn next(&self) -> Answer {
        self.told.fetch_add(1, Ordering::Relaxed);
        let mut answers = self.answers.lock().unwrap();
        if answers.len() > 1 { answers.remove(0) } else { answers[0].clone() }
    }
}

struct Service {
    state: Arc<State>,
    answer: Answer,
    headers: HeaderMap,
    path: String,
}

#[tonic::async_trait]
impl MetricsService for Service {
    async fn export(
        &self,
        request: tonic::Request<ExportMetricsServiceRequest>,
    ) -> Result<tonic::Response<ExportMetricsServiceResponse>, tonic::Status> {
        self.state.arrived.lock().unwrap().push(Arrived {
            at: Instant::now(),
            path: self.path.clone(),
            headers: self.headers.clone(),
            request: request.into_inner(),
        });
        match &self.answer {
            Answer::Accept | Answer::WithoutZstd => {
                Ok(tonic::Response::new(ExportMetricsServiceResponse::default()))
            }
            Answer::Partial(rejected) => Ok(tonic::Response::new(partial(*rejected))),
            Answer::Long(length) => {
                let mut long = partial(0);
                let partial = long.partial_success.as_mut();
                partial.unwrap().error_message = "x".repeat(*length);
                Ok(tonic::Response::new(long))
            }
            Answer::Grpc(status) => Err(status.clone()),
            Answer::Hang => {
                time::sleep(Duration::from_secs(3600)).await;
                Err(tonic::Status::unknown("an hour passed"))
            }
            _ => panic!("this is gRPC"),
        }
    }
}

fn partial(rejected: i64) -> ExportMetricsServiceResponse {
    ExportMetricsServiceResponse {
        partial_success: Some(ExportMetricsPartialSuccess {
            rejected_data_points: rejected,
            error_message: "too old".into(),
        }),
    }
}
