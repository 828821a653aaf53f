//! The values of attributes that are known only at run time.

use kymo_core::{Bounded, KnownValues, ValueBudget};
use opentelemetry::KeyValue;

use crate::key;

/// The methods and the routes that keep their names in one layer.
#[derive(Debug)]
pub(crate) struct Vocabulary {
    pub(crate) methods: KnownValues,
    pub(crate) routes: ValueBudget,
}

impl Vocabulary {
    /// The attribute of a method that this vocabulary bounded.
    pub(crate) fn method(&self, method: Bounded) -> KeyValue {
        key::HTTP_REQUEST_METHOD.of(self.methods.text(method))
    }

    /// The attribute of a route that this vocabulary bounded.
    pub(crate) fn route(&self, route: Bounded) -> KeyValue {
        key::HTTP_ROUTE.of(self.routes.value(route))
    }
}
