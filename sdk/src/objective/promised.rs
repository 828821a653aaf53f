//! The objectives that a program asks for, before the meters are made.

use kymo_core::MetricSpec;
use kymo_http::{key, metrics::REQUEST_DURATION};
use opentelemetry::{InstrumentationScope, Key, Value};
use opentelemetry_sdk::Resource;

use super::{Objective, ObjectiveError, bound::seconds, check::check, rules::Told};
use crate::{
    InstallError, Telemetry,
    builder::basis::Step,
    configuration::{Description, Origin},
    view::{ShapePlan, Shapes, Sight},
};

/// The objectives that a program asks for, before the meters are made.
#[derive(Debug, Default)]
pub(crate) struct Promised(Vec<Objective>);

impl Promised {
    pub(super) fn add(&mut self, objective: Objective) {
        self.0.push(objective);
    }

    /// Checks them, and puts their bounds into the buckets.
    pub(crate) fn shape(
        &self,
        plan: &mut ShapePlan,
        description: &mut Description,
    ) -> Result<(), InstallError> {
        check(&self.0).map_err(|error| InstallError::Objective(error.into()))?;
        let bounds = self.0.iter().filter_map(|objective| objective.within).map(seconds);
        plan.add_bounds(REQUEST_DURATION.name, bounds.collect());
        for objective in &self.0 {
            let name = format!("objective.{}", objective.shown());
            description.add(name, shown(objective), Origin::Code);
        }
        Ok(())
    }

    /// Checks that the metric is seen as they need it, and keeps what the rules say.
    pub(crate) fn tell(
        self,
        shapes: &Shapes,
        resource: &Resource,
    ) -> Result<Option<Step>, InstallError> {
        if self.0.is_empty() {
            return Ok(None);
        }
        let scope = InstrumentationScope::builder(SCOPE).with_version(env!("CARGO_PKG_VERSION"));
        let sight = shapes.sight(&REQUEST_DURATION, &scope.build());
        let told = self.told(sight, resource);
        let told = told.map_err(|error| InstallError::Objective(error.into()))?;
        Ok(Some(Box::new(move |telemetry: &Telemetry| {
            telemetry.kept.of(|| told);
        })))
    }

    fn told(self, sight: Option<Sight>, resource: &Resource) -> Result<Told, ObjectiveError> {
        let MetricSpec { name, unit, kind, .. } = REQUEST_DURATION;
        let unseen = |left_out| ObjectiveError::Unseen { left_out };
        let sight = sight.ok_or_else(|| unseen(format!("`{name}` is off")))?;
        if !sight.is_classic() {
            return Err(unseen(format!(
                "a view gives `{name}` exponential buckets, which have no bound of one's own"
            )));
        }
        let attribute = |key: &'static str| {
            let lost = || unseen(format!("a view drops `{key}` of `{name}`"));
            sight.key(&Key::from_static_str(key)).map(|key| key.to_string()).ok_or_else(lost)
        };
        let of_resource = |key: &'static str| resource.get(&Key::from_static_str(key));
        Ok(Told {
            service: of_resource("service.name").as_ref().map(Value::to_string).unwrap_or_default(),
            namespace: of_resource("service.namespace").as_ref().map(Value::to_string),
            metric: sight.name().unwrap_or(name).to_owned(),
            unit,
            kind: Some(kind),
            route: attribute(key::HTTP_ROUTE.key.name)?,
            error: attribute(key::ERROR_TYPE.name)?,
            objectives: self.0,
        })
    }
}

/// The scope of the metric.
const SCOPE: &str = "kymo-http";

fn shown(objective: &Objective) -> String {
    let share = |ratio: Option<f64>| ratio.unwrap_or_default().to_string();
    let answered = share(objective.availability.or(objective.ratio));
    match objective.within {
        Some(time) => format!("{answered} answered, {} within {time:?}", share(objective.ratio)),
        None => format!("{answered} answered"),
    }
}
