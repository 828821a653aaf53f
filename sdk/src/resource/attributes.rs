//! The resource: the attributes of the service.

use std::collections::BTreeMap;

use opentelemetry::KeyValue;
use opentelemetry_sdk::{Resource, resource::TelemetryResourceDetector};
use uuid::Uuid;

use crate::configuration::{
    Description, Origin,
    environment::{Environment, FileOnly},
};

/// The resource of `service`: what was `detected`, then what the SDK says of itself, then the name
/// and an instance of its own, then the environment, then `attributes`, each stronger than what came
/// before.
pub(crate) fn of(
    service: String,
    detected: Vec<KeyValue>,
    attributes: Vec<KeyValue>,
    environment: &Environment,
    description: &mut Description,
) -> Resource {
    let name = |value: String| KeyValue::new("service.name", value);
    let instance = KeyValue::new("service.instance.id", Uuid::now_v7().to_string());
    let named = environment.text("OTEL_SERVICE_NAME").map(|value| name(value.to_owned()));
    let file = environment.file_only();
    let layers: [(Origin, Vec<KeyValue>); 9] = [
        (Origin::Detected, detected),
        (
            Origin::Default,
            vec![
                KeyValue::new("telemetry.distro.name", env!("CARGO_PKG_NAME")),
                KeyValue::new("telemetry.distro.version", env!("CARGO_PKG_VERSION")),
                instance,
            ],
        ),
        (Origin::Code, vec![name(service)]),
        (Origin::File(FileOnly::DETECTED), file.detected.clone()),
        (Origin::Environment("OTEL_ENTITIES"), environment.entities()),
        (environment.origin("OTEL_RESOURCE_ATTRIBUTES"), environment.resource_attributes()),
        (Origin::Environment("OTEL_SERVICE_NAME"), named.into_iter().collect()),
        (Origin::File(FileOnly::ATTRIBUTES), file.attributes.clone()),
        (Origin::Code, attributes),
    ];
    let mut resource = Resource::builder_empty().with_detector(Box::new(TelemetryResourceDetector));
    let mut origins = BTreeMap::new();
    for (origin, attributes) in layers {
        origins.extend(attributes.iter().map(|attribute| (attribute.key.clone(), origin)));
        resource = resource.with_attributes(attributes);
    }
    let resource = resource.build();
    let attributes: BTreeMap<_, _> = resource.iter().collect();
    for (key, value) in attributes {
        let origin = origins.get(key).copied().unwrap_or(Origin::Default);
        description.add(format!("resource.{key}"), value, origin);
    }
    resource
}

#[cfg(test)]
mod tests {
    use opentelemetry::Key;

    use super::*;

    fn get(resource: &Resource, key: &'static str) -> Option<String> {
        resource.get(&Key::from_static_str(key)).map(|value| value.to_string())
    }

    #[test]
    fn every_telemetry_is_an_instance_of_its_own() {
        let resources = [(); 2].map(|()| {
            of(
                "shop".to_owned(),
                Vec::new(),
                Vec::new(),
                &Environment::default(),
                &mut Description::default(),
            )
        });
        let [first, second] = resources.map(|resource| get(&resource, "service.instance.id"));
        assert!(first.is_some() && first != second, "{first:?} {second:?}");
    }

    #[test]
    fn an_instance_is_a_uuid_that_says_when_it_began() {
        let resource = of(
            "shop".to_owned(),
            Vec::new(),
            Vec::new(),
            &Environment::default(),
            &mut Description::default(),
        );
        let instance = get(&resource, "service.instance.id").unwrap();
        assert_eq!(Uuid::parse_str(&instance).unwrap().get_version_num(), 7, "{instance}");
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
        let detected = vec![
            KeyValue::new("service.name", "detected"),
            KeyValue::new("service.version", "detected"),
            KeyValue::new("host.name", "detected"),
        ];
        let description = &mut Description::default();
        let resource = of("shop".to_owned(), detected, attributes, &environment, description);
        assert_eq!(get(&resource, "host.name").as_deref(), Some("detected"));
        assert_eq!(get(&resource, "service.name").as_deref(), Some("named"));
        assert_eq!(get(&resource, "service.instance.id").as_deref(), Some("shop-1"));
        assert_eq!(get(&resource, "service.version").as_deref(), Some("from-builder"));
    }
}
