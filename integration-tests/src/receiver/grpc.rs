//! OTLP over gRPC, by the service that the protocol's own files generate.

use std::{sync::Arc, time::Instant};

use http::{Request, Response};
use http_body_util::BodyExt;
use hyper::body::Incoming;
use opentelemetry_proto::tonic::collector::metrics::v1::{
    ExportMetricsServiceRequest, ExportMetricsServiceResponse,
    metrics_service_server::{MetricsService, MetricsServiceServer},
};
use tonic::{Status, codec::CompressionEncoding};
use tonic_types::{ErrorDetails, StatusExt};
use tower::ServiceExt;

use super::{
    conduct::Conduct,
    connection::Body,
    protobuf::success,
    record::{Protocol, Received, Record},
};

/// Reads and records the request, and answers as the conduct says.
pub(super) async fn answer(
    request: Request<Incoming>,
    conduct: &Conduct,
    record: &Arc<Record>,
) -> Response<Body> {
    let collector = Collector { conduct: conduct.clone(), record: Arc::clone(record) };
    let service = MetricsServiceServer::new(collector)
        .accept_compressed(CompressionEncoding::Gzip)
        .accept_compressed(CompressionEncoding::Zstd);
    let response = service.oneshot(request).await.unwrap_or_else(|never| match never {});
    response.map(BodyExt::boxed_unsync)
}

struct Collector {
    conduct: Conduct,
    record: Arc<Record>,
}

#[tonic::async_trait]
impl MetricsService for Collector {
    async fn export(
        &self,
        request: tonic::Request<ExportMetricsServiceRequest>,
    ) -> Result<tonic::Response<ExportMetricsServiceResponse>, Status> {
        let (headers, _, request) = request.into_parts();
        self.record.add(Received {
            at: Instant::now(),
            protocol: Protocol::Grpc,
            headers: headers.into_headers(),
            request,
            accepted: self.conduct.accepts(),
        });
        match &self.conduct {
            Conduct::Fail { code, retry_after, .. } => {
                let details = match retry_after {
                    Some(pause) => ErrorDetails::with_retry_info(Some(*pause)),
                    None => ErrorDetails::new(),
                };
                Err(Status::with_error_details(*code, "as the test says", details))
            }
            conduct => Ok(tonic::Response::new(success(conduct))),
        }
    }
}
