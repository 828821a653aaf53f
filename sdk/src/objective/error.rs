//! The reasons for which an objective is refused.

use std::fmt;

use kymo_core::sentence;

/// Why an objective cannot be.
#[derive(Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum ObjectiveError {
    /// No request has such a route.
    #[error(
        "no request has the route {route:?}; write it as the router has it, such as \"/books/{{id}}\", or \
         `Objective::of_all()` for every request"
    )]
    Route {
        /// The route.
        route: String,
    },
    /// There is no share of requests, or it is none or all of them.
    #[error(
        "the objective of {route} asks for the share {}; give it `.ratio(0.995)`, or another number \
         between 0 and 1",
        shown(*ratio)
    )]
    Ratio {
        /// The route, or `*`.
        route: String,
        /// The share, if there is one.
        ratio: Option<f64>,
    },
    /// Requests have no time at all, or more than a number of seconds can say.
    #[error(
        "the objective of {route} gives requests no time at all; give it `.within(…)` some, or leave that \
         out"
    )]
    NoTime {
        /// The route, or `*`.
        route: String,
    },
    /// Two objectives are for one route.
    #[error("there are two objectives for {route}; keep one of them")]
    Twice {
        /// The route, or `*`.
        route: String,
    },
    /// A view, or the configuration file, leaves out what an objective needs.
    #[error("there are objectives, but {left_out}; leave that out, or the objectives")]
    Unseen {
        /// Says what is left out.
        left_out: String,
    },
}

fn shown(ratio: Option<f64>) -> String {
    ratio.map_or_else(|| "of nothing".to_owned(), |ratio| ratio.to_string())
}

/// The sentence: a `main` that returns this error prints it so.
impl fmt::Debug for ObjectiveError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        sentence(self, f)
    }
}
