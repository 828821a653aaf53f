//! Shows the metrics of a running program in a browser, from its own data.
//!
//! [`Live`] answers requests for a page, and for the numbers on it, which it reads from a
//! [`Source`](kymo_exposition::Source) of families every two seconds while somebody looks. A few minutes of them are
//! kept, in bounded memory, so that whoever reloads the page, or comes later, sees them too. When nobody has looked
//! for a minute and a half, nothing is read any more, and nothing is kept.
//!
//! ```
//! use kymo_exposition::{Sink, Source};
//! use kymo_live::Live;
//!
//! struct Nothing;
//!
//! impl Source for Nothing {
//!     fn collect(&self, _: &mut dyn Sink) {}
//! }
//!
//! let live = Live::new(Nothing, |metric| metric.name.to_owned());
//! let (request, ()) = http::Request::new(()).into_parts();
//! let page = live.answer(&request);
//! assert_eq!(page.headers()["content-type"], "text/html; charset=utf-8");
//! ```
//!
//! The page is one script and one style beside it, in the program, and loads nothing else. Names and labels are text
//! on it, whatever is in them.

mod about;
mod assets;
mod board;
mod buckets;
mod catalog;
mod census;
mod document;
mod index;
mod intake;
mod json;
mod live;
mod pace;
mod reading;
mod rendered;
mod response;
mod row;
mod sampler;
mod section;
mod state;

pub use catalog::{attributes, metrics};
pub use live::Live;
pub use section::Metric;
