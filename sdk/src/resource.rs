//! What the service says about itself.

use opentelemetry::KeyValue;
use opentelemetry_sdk::{Resource, resource::TelemetryResourceDetector};
use uuid::Uuid;

use crate::environment::Environment;

/// The resource of `service`: what the SDK says of itself, then the name and a random instance,
/// then the environment, then `attributes`, each stronger than what came before.
pub(crate) fn of(
    service: String,
    attributes: Vec<KeyValue>,
    environment: &Environment,
) -> Resource {
    let instance = Uuid::new_v4().to_string();
    let service_name = environment
        .text("OTEL_SERVICE_NAME")
        .map(|name| KeyValue::new("service.name", name.to_owned()));
    Resource::builder_empty()
        .with_detector(Box::new(TelemetryResourceDetector))
        .with_attributes([
            KeyValue::new("telemetry.distro.name", env!("CARGO_PKG_NAME")),
            KeyValue::new("telemetry.distro.version", env!("CARGO_PKG_VERSION")),
            KeyValue::new("service.name", service),
            KeyValue::new("service.instance.id", instance),
        ])
        .with_attributes(environment.resource_attributes())
        .with_attributes(service_name)
        .with_attributes(attributes)
        .build()
}

#[cfg(test)]
mod tests {
    use opentelemetry::Key;

    use super::*;

    fn get(resource: &Resource, key: &'static str) -> Option<String> {
        resource.get(&Key::from_static_str(key)).map(|value| value.to_string())
    }

    #[test]
    fn every_process_is_an_instance_of_its_own() {
        let resources =
            [(); 2].map(|()| of("shop".to_owned(), Vec::new(), &Environment::default()));
        let [first, second] = resources.map(|resource| get(&resource, "service.instance.id"));
        assert!(first.is_some() && first != second, "{first:?} {second:?}");
    }

    #[test]
    fn the_environment_names_the_service_and_the_builder_has_the_last_word_on_the_rest() {
        let listed = "service.name=listed,service.instance.id=shop-1,service.version=listed";
        let environment: Environment =
            [("OTEL_SERVICE_NAME", "named"), ("OTEL_RESOURCE_ATTRIBUTES", listed)]
                .map(|(name, value)| (name.to_owned(), value.to_owned()))
                .into_iter()
                .collect();
        let attributes = vec![KeyValue::new("service.version", "from-builder")];
        let resource = of("shop".to_owned(), attributes, &environment);
        assert_eq!(get(&resource, "service.name").as_deref(), Some("named"));
        assert_eq!(get(&resource, "service.instance.id").as_deref(), Some("shop-1"));
        assert_eq!(get(&resource, "service.version").as_deref(), Some("from-builder"));
    }
}
