//! What measuring adds to one call of another service, which answers at once.

use std::convert::Infallible;

use ::kymo::{Telemetry, http_client::UrlTemplate};
use axum::body::{Body, Bytes};
use axum::http::{Request, Response, Uri};
use http_body::Body as HttpBody;
use http_body_util::{BodyExt as _, Full};
use paths::callgrind::{self, Cost};
use paths::exposition;
use paths::{BoxError, Subject};
use tokio::runtime::{Builder, Runtime};
use tower::{Service, ServiceBuilder, ServiceExt as _, service_fn};

use crate::promise::Promise;
use crate::table;

const CALLS_UNDER_CALLGRIND: u64 = 2_000;
/// The sample that counts calls.
const COUNT: &str = "http_client_request_duration_seconds_count";
const TEMPLATE: &str = "/books/{id}";

/// Prints the table and returns what it promises.
pub fn table() -> Result<Vec<Promise>, BoxError> {
    let cost = |name| callgrind::cost(&format!("http-client/{name}"), CALLS_UNDER_CALLGRIND);
    let Cost { instructions, allocations, .. } = cost("kymo")?.over(cost("bare")?);
    let row = ["kymo".to_owned(), format!("{instructions:.0}"), format!("{allocations:.1}")];
    let columns = ["layer", "instructions", "allocations"];
    table::print(
        "HTTP clients: one call, over the service that is called",
        1,
        &columns,
        &[row.into()],
    );
    let what = "HTTP clients: instructions per call over the service that is called";
    Ok(vec![Promise::at_most(3_600.0, what, instructions)])
}

/// The subject called `http-client/NAME`.
pub fn subject(name: &str) -> Result<Box<dyn Subject>, BoxError> {
    let runtime = Builder::new_current_thread().enable_time().build()?;
    let telemetry = Telemetry::for_service("bench").prometheus().build()?;
    let is_measured = match name {
        "bare" => false,
        "kymo" => true,
        _ => return Err(format!("there is no client {name:?}").into()),
    };
    Ok(Box::new(Calls { runtime, telemetry, is_measured, calls: 0, bytes: 0 }))
}

struct Calls {
    runtime: Runtime,
    telemetry: Telemetry,
    is_measured: bool,
    calls: u64,
    bytes: usize,
}

impl Subject for Calls {
    fn run(&mut self, times: u64) {
        let server = service_fn(async |_: Request<Body>| {
            Ok::<_, Infallible>(Response::new(Full::<Bytes>::from("Dune")))
        });
        let bytes = if self.is_measured {
            let client = ServiceBuilder::new().layer(self.telemetry.http_client()).service(server);
            self.runtime.block_on(call(client, times))
        } else {
            self.runtime.block_on(call(server, times))
        };
        self.calls += times;
        self.bytes += bytes;
    }

    fn verify(&self) -> Result<(), BoxError> {
        if self.bytes as u64 != self.calls * "Dune".len() as u64 {
            return Err("not every answer was whole".into());
        }
        if !self.is_measured {
            return Ok(());
        }
        let text = exposition::text(self.telemetry.bridge().ok_or("no bridge")?);
        let recorded: f64 = exposition::values(&text, COUNT, TEMPLATE).sum();
        if recorded != self.calls as f64 {
            return Err(format!("{recorded} of {} calls in:\n{text}", self.calls).into());
        }
        Ok(())
    }
}

/// The length of all answers.
async fn call<S, B>(mut client: S, times: u64) -> usize
where
    S: Service<Request<Body>, Response = Response<B>>,
    B: HttpBody + Unpin,
{
    let mut bytes = 0;
    for _ in 0..times {
        let mut request = Request::new(Body::empty());
        *request.uri_mut() = Uri::from_static("http://books.example:8080/books/42");
        request.extensions_mut().insert(UrlTemplate::new(TEMPLATE));
        let Ok(client) = client.ready().await else { continue };
        let Ok(answer) = client.call(request).await else { continue };
        let mut body = answer.into_body();
        while let Some(Ok(frame)) = body.frame().await {
            bytes += frame.data_ref().map_or(0, bytes::Buf::remaining);
        }
    }
    bytes
}
