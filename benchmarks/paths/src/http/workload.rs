//! Requests that clients send, the same for every layer.

use axum::{
    Router,
    body::{Body, Bytes},
    extract::Request,
    http::{HeaderValue, Method, StatusCode, Uri, header},
    routing::{MethodRouter, get},
};

/// One kind of traffic.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Workload {
    /// A request without a body, answered 200 with four bytes.
    Get,
    /// A request with four bytes, which are read and sent back.
    Post,
    /// A request for a path that has no route.
    Missing,
    /// Requests of 50 routes that answer with one of five statuses, in random order.
    Routes,
}

const ROUTE: &str = "/books/{id}";
/// The answer to each request that has a route.
const ANSWER: &str = "Dune";
const ROUTES: usize = 50;
const STATUSES: [StatusCode; 5] = [
    StatusCode::OK,
    StatusCode::CREATED,
    StatusCode::BAD_REQUEST,
    StatusCode::CONFLICT,
    StatusCode::INTERNAL_SERVER_ERROR,
];
/// So many requests come before their order comes again.
const ORDER: usize = 8_192;

impl Workload {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Get, Self::Post, Self::Missing, Self::Routes];

    /// The one that is called so.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|workload| workload.name() == name)
    }

    /// As in `run http/NAME/VARIANT`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Get => "get",
            Self::Post => "post",
            Self::Missing => "missing",
            Self::Routes => "routes",
        }
    }

    /// Its name in the table.
    pub const fn title(self) -> &'static str {
        match self {
            Self::Get => "`GET`",
            Self::Post => "`POST` of four bytes",
            Self::Missing => "a path without a route",
            Self::Routes => "50 routes × 5 statuses, in random order",
        }
    }

    /// Its routes and their handlers.
    pub fn routes(self) -> Vec<(String, MethodRouter)> {
        match self {
            Self::Routes => {
                let answer = async |request: Request| {
                    let status = request.extensions().get().copied();
                    (status.unwrap_or(StatusCode::IM_A_TEAPOT), ANSWER)
                };
                (0..ROUTES).map(|n| (format!("/shelf-{n}/{{id}}"), get(answer))).collect()
            }
            _ => vec![(ROUTE.to_owned(), get(async || ANSWER).post(async |body: Bytes| body))],
        }
    }

    /// A router of its routes, without a layer.
    pub fn router(self) -> Router {
        let routes = self.routes().into_iter();
        routes.fold(Router::new(), |router, (route, methods)| router.route(&route, methods))
    }

    /// A label that each of its requests has, in the page of a layer that records it.
    pub(super) const fn label(self) -> &'static str {
        match self {
            Self::Get | Self::Post => ROUTE,
            Self::Missing => "404",
            Self::Routes => "/shelf-",
        }
    }

    pub(super) fn requests(self) -> Requests {
        let uris = match self {
            Self::Routes => (0..ROUTES).map(|n| format!("/shelf-{n}/42")).collect(),
            Self::Missing => vec!["/wp-login.php".to_owned()],
            Self::Get | Self::Post => vec!["/books/42".to_owned()],
        };
        let mut random: u64 = 42;
        let mut order = || {
            // Knuth's linear congruential generator: the same order each time.
            random = random.wrapping_mul(6_364_136_223_846_793_005);
            random = random.wrapping_add(1_442_695_040_888_963_407);
            usize::try_from(random >> 40).unwrap_or_default() % (ROUTES * STATUSES.len())
        };
        Requests {
            workload: self,
            uris: uris.iter().filter_map(|uri| uri.parse().ok()).collect(),
            order: (0..ORDER).map(|_| order()).collect(),
            sent: 0,
        }
    }

    pub(super) fn is_answer(self, status: StatusCode, bytes: usize) -> bool {
        match self {
            Self::Get | Self::Post => status == 200 && bytes == ANSWER.len(),
            Self::Missing => status == 404 && bytes == 0,
            Self::Routes => STATUSES.contains(&status) && bytes == ANSWER.len(),
        }
    }
}

/// The requests of a workload, one after the other.
pub(super) struct Requests {
    workload: Workload,
    uris: Vec<Uri>,
    order: Vec<usize>,
    sent: usize,
}

impl Requests {
    pub(super) fn next(&mut self) -> Request {
        let at = self.order[self.sent % ORDER];
        self.sent += 1;
        let mut request = Request::new(match self.workload {
            Workload::Post => Body::from(ANSWER),
            _ => Body::empty(),
        });
        *request.uri_mut() = self.uris[at / STATUSES.len() % self.uris.len()].clone();
        match self.workload {
            Workload::Post => *request.method_mut() = Method::POST,
            Workload::Routes => {
                request.extensions_mut().insert(STATUSES[at % STATUSES.len()]);
            }
            _ => {}
        }
        let headers = request.headers_mut();
        headers.insert(header::HOST, HeaderValue::from_static("localhost:8080"));
        if self.workload == Workload::Post {
            headers.insert(header::CONTENT_LENGTH, HeaderValue::from_static("4"));
        }
        request
    }
}
