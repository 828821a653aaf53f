//! OTLP/gRPC.

use std::{
    error::Error as _,
    sync::{Arc, atomic::AtomicUsize},
    time::{Duration, Instant},
};

use bytes::{BufMut, Bytes};
use http::{Uri, uri::PathAndQuery};
use opentelemetry_proto::tonic::collector::metrics::v1::ExportMetricsServiceResponse;
use opentelemetry_sdk::metrics::data::ResourceMetrics;
use tonic::{
    Code, Request, Status as GrpcStatus,
    body::Body,
    client::Grpc,
    codec::{BufferSettings, Codec, CompressionEncoding, EncodeBuf, Encoder},
    metadata::MetadataMap,
};
use tonic_prost::{ProstCodec, ProstDecoder};
use tonic_types::StatusExt;

use crate::{
    Compression, Destination, Error, Push, Schedule, answer,
    client::{Client, causes},
    component::Component,
    endpoint::{Endpoint, headers},
    escort::Escort,
    export::{Export, Receipt},
    failure::{Failure, Kind, Retry, Status},
    head::{Checked, Foreign},
    heard::Heard,
    http::LONGEST_ANSWER,
    message::encode,
    session::Session,
};

/// Starts to push to `destination` over OTLP/gRPC.
pub(crate) fn start(destination: &Destination, schedule: Schedule) -> Result<Push, Error> {
    Push::start(GrpcExporter::new(destination)?, schedule, destination.temporality)
}

/// Calls the metrics service of OTLP/gRPC.
pub(crate) struct GrpcExporter {
    client: Client<Body>,
    origin: Uri,
    metadata: MetadataMap,
    compression: Compression,
    timeout: Duration,
    target: String,
    component: Component,
}

impl GrpcExporter {
    /// The exporter to `destination`, numbered in the order of making; no connection is made yet.
    pub(crate) fn new(destination: &Destination) -> Result<Self, Error> {
        static MADE: AtomicUsize = AtomicUsize::new(0);

        let endpoint = Endpoint::of(destination)?;
        Ok(Self {
            client: Client::new(destination, &endpoint, true)?,
            metadata: MetadataMap::from_headers(headers(destination)?),
            compression: destination.compression,
            timeout: destination.timeout,
            target: destination.shown_endpoint(),
            component: Component::new("otlp_grpc_metric_exporter", &MADE)
                .server(&endpoint.host, endpoint.port),
            origin: endpoint.uri,
        })
    }

    /// One call, and its answer.
    async fn try_once(
        &self,
        session: Arc<Session<Body>>,
        batch: Bytes,
        deadline: Instant,
    ) -> Result<Receipt, Failure> {
        let path = PathAndQuery::from_static(
            "/opentelemetry.proto.collector.metrics.v1.MetricsService/Export",
        );
        let heard = Arc::<Heard>::default();
        let checked = Checked { http: session.http.clone(), heard: Arc::clone(&heard) };
        let mut call = Grpc::with_origin(checked, self.origin.clone())
            .max_decoding_message_size(LONGEST_ANSWER);
        match self.compression {
            Compression::None => {}
            Compression::Gzip => call = call.send_compressed(CompressionEncoding::Gzip),
            Compression::Zstd => call = call.send_compressed(CompressionEncoding::Zstd),
        }
        let mut request = Request::new(batch);
        *request.metadata_mut() = self.metadata.clone();
        request.set_timeout(deadline.saturating_duration_since(Instant::now()));

        let answer = async move {
            call.ready().await.map_err(|error| Failure::connection(causes(&*error)))?;
            call.unary(request, path, Encoded).await.map_err(|status| failure(&status, &heard))
        };
        let answer = self.client.run(answer, deadline).await??.into_inner();
        Ok(answer::accepted(Status::Grpc(name(Code::Ok)), answer.partial_success))
    }
}

impl Export for GrpcExporter {
    fn component(&self) -> Component {
        self.component.clone()
    }

    fn target(&self) -> &str {
        &self.target
    }

    fn prepare(
        &self,
        metrics: &ResourceMetrics,
        escort: Option<&Escort>,
    ) -> Result<Bytes, Failure> {
        Ok(encode(metrics, escort))
    }

    fn timeout(&self) -> Duration {
        self.timeout
    }

    async fn send(&self, batch: Bytes, deadline: Instant) -> Result<Receipt, Failure> {
        let answer = self.client.try_with(|session| self.try_once(session, batch, deadline)).await;
        answer.map_err(|failure| failure.compressed(self.compression))
    }
}

/// A message that is encoded already, and its answer.
struct Encoded;

impl Codec for Encoded {
    type Encode = Bytes;
    type Decode = ExportMetricsServiceResponse;
    type Encoder = Self;
    type Decoder = ProstDecoder<ExportMetricsServiceResponse>;

    fn encoder(&mut self) -> Self {
        Self
    }

    fn decoder(&mut self) -> Self::Decoder {
        ProstCodec::<ExportMetricsServiceResponse, _>::raw_decoder(BufferSettings::default())
    }
}

impl Encoder for Encoded {
    type Item = Bytes;
    type Error = GrpcStatus;

    fn encode(&mut self, message: Bytes, buffer: &mut EncodeBuf<'_>) -> Result<(), GrpcStatus> {
        buffer.put(message);
        Ok(())
    }
}

/// The failure that a status other than `OK` stands for.
///
/// One with a cause is not from the receiver, nor is one of an answer that was `heard` in part.
fn failure(status: &GrpcStatus, heard: &Heard) -> Failure {
    if heard.is_cut() {
        // It may have been accepted: sending it again might count it twice.
        return match (status.code(), status.source()) {
            (_, Some(cause)) => Failure::new(Kind::Connection, causes(cause)),
            (Code::OutOfRange, None) => {
                Failure::new(Kind::TooLarge, "the answer was longer than 4 MiB")
            }
            (_, None) => Failure::new(Kind::Foreign, status.message()),
        };
    }
    if let Some(cause) = status.source() {
        let foreign = cause.downcast_ref::<Foreign>();
        return foreign.map_or_else(|| Failure::connection(causes(cause)), Foreign::failure);
    }
    let asked = status.get_details_retry_info().and_then(|info| info.retry_delay);
    let retry = retry(status.code(), asked);
    Failure::status(Status::Grpc(name(status.code())), retry, status.message())
}

/// Whether an export is tried again after a status, by OTLP/gRPC, section "Failures".
fn retry(code: Code, asked: Option<Duration>) -> Retry {
    match (code, asked) {
        (Code::ResourceExhausted | Code::Unavailable, Some(wait)) => Retry::After(wait),
        (
            Code::Cancelled
            | Code::DeadlineExceeded
            | Code::Aborted
            | Code::OutOfRange
            | Code::Unavailable
            | Code::DataLoss,
            _,
        ) => Retry::Soon,
        _ => Retry::Never,
    }
}

/// The name of a code, as `rpc.response.status_code` wants it.
pub(crate) const fn name(code: Code) -> &'static str {
    match code {
        Code::Ok => "OK",
        Code::Cancelled => "CANCELLED",
        Code::Unknown => "UNKNOWN",
        Code::InvalidArgument => "INVALID_ARGUMENT",
        Code::DeadlineExceeded => "DEADLINE_EXCEEDED",
        Code::NotFound => "NOT_FOUND",
        Code::AlreadyExists => "ALREADY_EXISTS",
        Code::PermissionDenied => "PERMISSION_DENIED",
        Code::ResourceExhausted => "RESOURCE_EXHAUSTED",
        Code::FailedPrecondition => "FAILED_PRECONDITION",
        Code::Aborted => "ABORTED",
        Code::OutOfRange => "OUT_OF_RANGE",
        Code::Unimplemented => "UNIMPLEMENTED",
        Code::Internal => "INTERNAL",
        Code::Unavailable => "UNAVAILABLE",
        Code::DataLoss => "DATA_LOSS",
        Code::Unauthenticated => "UNAUTHENTICATED",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn exhaustion_passes_only_if_the_other_side_says_when() {
        let soon = Some(Duration::from_secs(1));
        assert_eq!(retry(Code::ResourceExhausted, None), Retry::Never);
        assert_eq!(retry(Code::ResourceExhausted, soon), Retry::After(Duration::from_secs(1)));
        assert_eq!(retry(Code::Unavailable, None), Retry::Soon);
        assert_eq!(retry(Code::InvalidArgument, soon), Retry::Never);
    }

    #[test]
    fn what_no_server_said_is_the_connection() {
        let broken = std::io::Error::other("reset");
        let broken = GrpcStatus::from_error(broken.into());
        let heard = Heard::default();
        let unheard = failure(&broken, &heard);
        assert_eq!((unheard.kind, unheard.retry), (Kind::Connection, Retry::Soon));
        let told = failure(&GrpcStatus::unavailable("later"), &heard);
        assert_eq!(told.kind, Kind::Status(Status::Grpc("UNAVAILABLE")));

        heard.begin();
        for (status, kind) in [
            (broken, Kind::Connection),
            (GrpcStatus::out_of_range("5 MiB"), Kind::TooLarge),
            (GrpcStatus::data_loss("no status"), Kind::Foreign),
        ] {
            let cut = failure(&status, &heard);
            assert_eq!((cut.kind, cut.retry), (kind, Retry::Never), "{status}");
        }
    }
}
