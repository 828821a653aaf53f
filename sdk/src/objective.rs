//! Objectives: what a service promises of its requests, and the rules that watch over it.

mod bound;
mod burn;
mod check;
mod error;
mod promised;
mod queries;
mod rules;

use std::time::Duration;

pub(crate) use self::promised::Promised;
use self::rules::{Told, usual_names};
pub use self::{error::ObjectiveError, rules::Rules};
use crate::{Telemetry, TelemetryBuilder, prometheus::Bridge};

/// A share of the requests of a route that must be answered, and in time.
///
/// Give it to [`TelemetryBuilder::objective`]:
///
/// ```
/// use std::time::Duration;
///
/// use kymo::{Objective, Telemetry};
///
/// let telemetry = Telemetry::for_service("bookshop")
///     .prometheus()
///     .objective(Objective::of("/books/{id}").within(Duration::from_millis(250)).ratio(0.995))
///     .build()?;
/// assert!(telemetry.rules().to_string().contains("le=\"0.25\""));
/// # Ok::<_, kymo::InstallError>(())
/// ```
///
/// It is two promises: of a hundred requests so many do not fail (*availability*), and of a hundred that did
/// not fail so many took no longer than that (*latency*). A request failed if it has an `error.type` other
/// than `cancelled`: a client that goes away early is no failure, and its request counts by the time that it
/// took. Without [`within`](Self::within) there is only the first promise.
#[derive(Debug, Clone, PartialEq)]
#[must_use = "give it to `objective`"]
pub struct Objective {
    /// Of all requests where there is none.
    route: Option<String>,
    within: Option<Duration>,
    ratio: Option<f64>,
    availability: Option<f64>,
}

impl Objective {
    /// An objective for the requests of `route`, written as the router has it and as `http.route` shows it,
    /// such as `/books/{id}`.
    pub fn of(route: impl Into<String>) -> Self {
        Self { route: Some(route.into()), ..Self::of_all() }
    }

    /// An objective for all requests of the service together, those that no route takes among them.
    pub fn of_all() -> Self {
        Self { route: None, within: None, ratio: None, availability: None }
    }

    /// Requests take no longer than `time`, which becomes a bound of the buckets of
    /// `http.server.request.duration`.
    pub fn within(self, time: Duration) -> Self {
        Self { within: Some(time), ..self }
    }

    /// So large is the share of requests that keep each promise, such as 0.995; there is no objective
    /// without one.
    ///
    /// The rest is the error budget. Alerts that no share of failures could set off are left out of the
    /// rules: below 0.931 nobody is paged for an hour of failures.
    pub fn ratio(self, share: f64) -> Self {
        Self { ratio: Some(share), ..self }
    }

    /// So large is the share of requests that do not fail, where it is not that of [`ratio`](Self::ratio).
    pub fn availability(self, share: f64) -> Self {
        Self { availability: Some(share), ..self }
    }

    /// The route as rules show it: `*` stands for all requests.
    fn shown(&self) -> &str {
        self.route.as_deref().unwrap_or("*")
    }
}

impl TelemetryBuilder {
    /// Holds the service to `objective`: the buckets of `http.server.request.duration` get its bound, and
    /// [`Telemetry::rules`] has alerts for it. May be called more than once.
    ///
    /// The bound is added to whatever bounds there are: the default ones, those of a layer, and those of a
    /// view. [`TelemetryBuilder::install`] refuses an objective that cannot be watched over: with a share
    /// that is none, without a route that can be, beside another one of that route, or where views leave out
    /// the metric, its classic buckets, or the attributes that tell requests apart.
    pub fn objective(mut self, objective: Objective) -> Self {
        self.promised.add(objective);
        self
    }
}

impl Telemetry {
    /// The rules for Prometheus that watch over the [objectives](TelemetryBuilder::objective) of this
    /// service, as YAML; without objectives there are none in it.
    ///
    /// For example, let the program print them when it is asked to, before it serves:
    ///
    /// ```
    /// # let builder = kymo::Telemetry::for_service("bookshop").prometheus();
    /// if std::env::args().any(|argument| argument == "--kymo-rules") {
    ///     print!("{}", builder.build()?.rules());
    ///     return Ok(());
    /// }
    /// # Ok::<_, kymo::InstallError>(())
    /// ```
    ///
    /// Names are those of the page as it is now, whatever strategy, namespace and views there are. `docs/objectives.md` of the
    /// repository says how an alert is read.
    pub fn rules(&self) -> Rules {
        let told = self.kept.of(Told::default);
        let names = |bridge: &Bridge| bridge.translator().cloned();
        let page = self.bridge().map(|bridge| names(bridge).unwrap_or_else(usual_names));
        Rules::new(told, page)
    }
}
