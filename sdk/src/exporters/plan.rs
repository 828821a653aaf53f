//! Exporters before anything is built.

use std::any::Any;

use super::exporter::Exporter;
use crate::{
    InstallError,
    configuration::{Description, Exporters, environment::Environment},
    view::ShapePlan,
};

/// The exporters of one kind that a program asks for.
pub(crate) trait Plan: Any + Send + Sync {
    /// Those that it can bring.
    fn known(&self) -> Exporters;

    /// Checks what is asked for, and shapes the metrics for it. Nothing runs yet.
    fn prepare(&mut self, start: &mut Start<'_>) -> Result<(), InstallError>;

    /// Starts the exporters that were prepared.
    fn start(self: Box<Self>, start: &mut Start<'_>) -> Result<Box<dyn Exporter>, InstallError>;
}

/// The start of a telemetry, as far as exporters are part of it.
pub(crate) struct Start<'a> {
    /// The exporters that the environment asks for, if it asks for any.
    pub(crate) asked: Option<Exporters>,
    #[allow(dead_code, reason = "read by the feature `otlp`")]
    pub(crate) is_disabled: bool,
    #[allow(dead_code, reason = "read by the feature `otlp`")]
    pub(crate) is_pulled: bool,
    /// The program brings the meter provider, its readers and its views.
    #[allow(dead_code, reason = "read by the feature `prometheus`")]
    pub(crate) is_injected: bool,
    pub(crate) shape: ShapePlan,
    pub(crate) environment: &'a Environment,
    pub(crate) description: &'a mut Description,
}

/// The plans of all kinds of exporters that this program has.
#[derive(Default)]
pub(crate) struct Plans(Vec<Box<dyn Plan>>);

impl Plans {
    /// These, and one more.
    #[allow(dead_code, reason = "used by the features")]
    pub(crate) fn with(mut self, plan: impl Plan) -> Self {
        self.0.push(Box::new(plan));
        self
    }

    /// Changes the plan of one kind.
    #[allow(dead_code, reason = "used by the features")]
    pub(crate) fn change<P: Plan + Default>(&mut self, change: impl FnOnce(&mut P)) {
        let mut known = self.0.iter_mut().map(|plan| -> &mut dyn Any { &mut **plan });
        if let Some(plan) = known.find_map(|plan| plan.downcast_mut::<P>()) {
            return change(plan);
        }
        let mut plan = P::default();
        change(&mut plan);
        self.0.push(Box::new(plan));
    }

    /// Prepares all, and reports what the environment asks for and none can bring.
    pub(crate) fn prepare(&mut self, start: &mut Start<'_>) -> Result<(), InstallError> {
        let known = self.0.iter().fold(Exporters::default(), |known, plan| known.and(plan.known()));
        if let Some(asked) = start.asked {
            asked.report_lacking(known, start.environment);
        }
        self.0.iter_mut().try_for_each(|plan| plan.prepare(start))
    }

    /// Starts all.
    pub(crate) fn start(
        self,
        start: &mut Start<'_>,
    ) -> Result<Vec<Box<dyn Exporter>>, InstallError> {
        self.0.into_iter().map(|plan| plan.start(start)).collect()
    }
}
