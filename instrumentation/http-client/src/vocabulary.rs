//! The values of attributes that are known only at run time.

use kymo_core::{Bounded, KnownValues, ValueBudget};
use opentelemetry::{KeyValue, metrics::Meter};

use crate::{UrlTemplate, key, metrics, settings::Settings};

/// The schemes that keep their name; any other becomes `_OTHER`.
const SCHEMES: KnownValues = KnownValues::of(&["http", "https"]);

/// The attribute of a scheme.
pub(crate) fn scheme(scheme: Bounded) -> KeyValue {
    key::URL_SCHEME.of(SCHEMES.text(scheme))
}

/// The methods, servers and templates that keep their names in one layer.
#[derive(Debug)]
pub(crate) struct Vocabulary {
    methods: KnownValues,
    addresses: ValueBudget,
    ports: ValueBudget,
    templates: ValueBudget,
    shows_scheme: bool,
}

impl Vocabulary {
    pub(crate) fn new(meter: &Meter, settings: &Settings) -> Self {
        let metric = &metrics::REQUEST_DURATION;
        let fold = key::TARGET_ADDRESS.fold(meter, metric);
        Self {
            methods: settings.methods.clone(),
            addresses: ValueBudget::new(settings.address_budget, fold),
            ports: key::TARGET_PORT.budget(meter, metric),
            templates: key::URL_TEMPLATE.budget(meter, metric),
            shows_scheme: settings.shows_scheme,
        }
    }

    pub(crate) fn bound_method(&self, method: &str) -> Bounded {
        self.methods.bound(method)
    }

    /// `address` within the budget of addresses.
    pub(crate) fn bound_address(&self, address: &str) -> Bounded {
        self.addresses.bound(address)
    }

    /// `port` within the budget of ports.
    pub(crate) fn bound_port(&self, port: u16) -> Bounded {
        self.ports.bound(itoa::Buffer::new().format(port))
    }

    /// `template` within the budget of templates; absent if it is empty.
    pub(crate) fn bound_template(&self, template: &UrlTemplate) -> Option<Bounded> {
        let template = template.as_str();
        (!template.is_empty()).then(|| self.templates.bound(template))
    }

    /// `scheme`, if it is shown.
    pub(crate) fn bound_scheme(&self, scheme: &str) -> Option<Bounded> {
        self.shows_scheme.then(|| SCHEMES.bound(scheme))
    }

    pub(crate) fn method(&self, method: Bounded) -> KeyValue {
        key::HTTP_REQUEST_METHOD.of(self.methods.text(method))
    }

    pub(crate) fn address(&self, address: Bounded) -> KeyValue {
        key::TARGET_ADDRESS.of(self.addresses.value(address))
    }

    /// The attribute of a port: a number, as long as it is one.
    pub(crate) fn port(&self, port: Bounded) -> KeyValue {
        let text = self.ports.value(port);
        match text.parse::<i64>() {
            Ok(number) => key::TARGET_PORT.of(number),
            Err(_) => key::TARGET_PORT.of(text),
        }
    }

    pub(crate) fn template(&self, template: Bounded) -> KeyValue {
        key::URL_TEMPLATE.of(self.templates.value(template))
    }
}
