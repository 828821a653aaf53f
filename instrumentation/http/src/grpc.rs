//! gRPC, which is HTTP until its end: a call answers 200, and tells its status in the trailers.
//!
//! | where the status is | when |
//! | --- | --- |
//! | the trailers | the usual answer, over HTTP/2 |
//! | the head | the answer has no messages, and is *trailers-only* |
//! | the last frame of the body | gRPC-web, as bytes or as text in base64 |
//! | nowhere | a 200 is `UNKNOWN`; a refusal by HTTP has no status of gRPC, whatever clients conclude from it |

mod answer;
mod base64;
mod call;
mod calls;
mod code;
mod deadline;
mod frames;
mod methods;
mod shown;
mod web_trailers;
mod wire;

pub(crate) use call::Call;
pub(crate) use calls::Calls;
pub(crate) use code::{Code, NAMES};
pub(crate) use shown::Shown;
