//! Measures [reqwest](https://docs.rs/reqwest): every request of a client exactly once, whatever happens to
//! it.
//!
//! [`ReqwestMiddleware`] is a middleware of the crate `reqwest-middleware`, and records what
//! [`kymo_http_client`] records of any client, at the same moments and with the same attributes:
//!
//! ```no_run
//! use kymo_http_client::{ClientLayer, UrlTemplate};
//! use kymo_reqwest::{ReqwestMiddleware, reqwest_middleware::ClientBuilder};
//!
//! # async fn ask() -> Result<(), Box<dyn std::error::Error>> {
//! # let meters = opentelemetry_sdk::metrics::SdkMeterProvider::default();
//! let measured = ReqwestMiddleware::new(ClientLayer::new(&meters));
//! let client = reqwest::Client::builder()
//!     .redirect(measured.redirects(reqwest::redirect::Policy::default()))
//!     .build()?;
//! let client = ClientBuilder::new(client).with(measured).build();
//!
//! let user = client
//!     .get("http://users.internal/users/7")
//!     .with_extension(UrlTemplate::new("/users/{id}"))
//!     .send()
//!     .await?
//!     .text()
//!     .await?;
//! # drop(user);
//! # Ok(())
//! # }
//! ```
//!
//! # Retries and redirects
//!
//! Each request that passes the middleware is one. Add it after what retries, such as `reqwest-retry`, and each
//! attempt counts by its own status; before it, the whole is one request. reqwest follows redirects by
//! itself: with a policy that [`ReqwestMiddleware::redirects`] made, each hop is a request to its own server
//! with its own status; without, the whole is one, to the server that was asked first, with the status that
//! came last. What reqwest sends anew by its own policy of retries is one request.
//!
//! # What changes
//!
//! The body of a response is wrapped, to be measured until its end. An error of a body keeps its kind and its
//! words, and has two causes more: reqwest wraps what it is given, once and once again.

mod mark;
mod middleware;

pub use middleware::ReqwestMiddleware;
pub use reqwest_middleware;
