//! The resource.

use kymo::configuration::Origin;

use super::{Config, indented, is, mistake};

fn resource(yaml: &str) -> Config {
    Config::new(&format!("file_format: \"1.1\"\nresource:\n{}", indented(yaml, 2)))
}

#[test]
fn attributes_have_the_type_that_the_file_gives_them() {
    for (value, kind, shown) in [
        ("text", "", "text"),
        ("text", ", type: string", "text"),
        ("true", ", type: bool", "true"),
        ("-7", ", type: int", "-7"),
        ("1.5", ", type: double", "1.5"),
        ("2", ", type: double", "2"),
        ("[a, \"b\"]", ", type: string_array", "[\"a\",\"b\"]"),
        ("[true, false]", ", type: bool_array", "[true,false]"),
        ("[1, 2]", ", type: int_array", "[1,2]"),
        ("[1.5, 2]", ", type: double_array", "[1.5,2]"),
    ] {
        let config = resource(&format!("attributes: [{{name: a, value: {value}{kind}}}]"));
        config.says("resource.a", shown, "resource.attributes[]");
        assert_eq!(config.reported(), [""; 0]);
    }
    let absent = resource("attributes: [{name: a, value: }]").deployed(&[]).build().unwrap();
    assert!(absent.describe().get("resource.a").is_none());
    for (value, kind) in [
        ("1", "string"),
        ("[a]", "string"),
        ("text", "bool"),
        ("1.5", "int"),
        ("9223372036854775808", "int"),
        ("text", "double"),
        ("text", "string_array"),
        ("[1]", "string_array"),
        ("[]", "int_array"),
        ("[1, ]", "bool_array"),
        ("1", "number"),
    ] {
        let yaml = format!("attributes: [{{name: a, value: {value}, type: {kind}}}]");
        let text = mistake(&resource(&yaml));
        assert!(text.contains("`resource.attributes[0]."), "{yaml}: {text}");
    }
}

#[test]
fn single_attributes_are_stronger_than_the_list_and_that_than_what_is_detected() {
    let list = "attributes_list: ${LIST}\n";
    let single = "attributes: [{name: b, value: single}]\n";
    let detected = "detection/development: {detectors: [{service: }]}\n";
    let variables = [("LIST", "a=listed,b=listed%2C"), ("OTEL_SERVICE_NAME", "detected")];
    let config = resource(&[list, single, detected].concat());
    let shop = || config.deployed(&variables);
    is(shop(), "resource.a", "listed", Origin::File("resource.attributes_list"));
    is(shop(), "resource.b", "single", Origin::File("resource.attributes[]"));
    let key = "resource.detection/development.detectors[].service";
    is(shop(), "resource.service.name", "detected", Origin::File(key));
    let variables = [("LIST", "service.name=listed"), ("OTEL_SERVICE_NAME", "detected")];
    let key = Origin::File("resource.attributes_list");
    is(config.deployed(&variables), "resource.service.name", "listed", key);
    is(resource(list).deployed(&variables[1..]), "resource.service.name", "shop", Origin::Code);
    let filtered = format!("{detected}  attributes: {{excluded: [service.*]}}")
        .replace("detectors: [{service: }]}\n  attributes", "detectors: [{service: }], attributes");
    let filtered = resource(&format!("{filtered}}}"));
    is(filtered.deployed(&variables[1..]), "resource.service.name", "shop", Origin::Code);
}

#[test]
fn whoever_deploys_names_the_service_and_code_has_the_last_word_on_the_rest() {
    let attributes =
        "attributes: [{name: service.name, value: a}, {name: service.version, value: \"1\"}]";
    let config = resource(attributes);
    config.says("resource.service.name", "a", "resource.attributes[]");
    let in_code = || config.deployed(&[]).version("2");
    is(in_code(), "resource.service.version", "2", Origin::Code);
    is(in_code(), "resource.service.name", "a", Origin::File("resource.attributes[]"));
}

#[test]
fn a_list_that_is_malformed_is_an_error() {
    let text = mistake(&resource("attributes_list: a=1,b"));
    assert!(text.contains("line 3, `resource.attributes_list`: write it as key=value"), "{text}");
}

#[test]
fn a_detector_that_kymo_lacks_is_said() {
    let yaml =
        "detection/development: {detectors: [{host: }, {service: }, {container: }]}\nschema_url: a";
    let reports = resource(yaml).reported().join("\n");
    assert!(reports.contains("detectors[0].host") && reports.contains("detectors[2].container"));
    assert!(reports.contains("resource.schema_url") && reports.lines().count() == 3, "{reports}");
}

#[test]
fn known_methods_come_from_the_file() {
    use std::{
        convert::Infallible,
        future::ready,
        pin::pin,
        task::{Context, Waker},
    };

    use axum::{body::Body, extract::Request, http::Response};
    use tower::{Layer, Service};

    for (methods, expected) in [("[GET, BREW]", "BREW"), ("[GET]", "_OTHER"), ("[]", "_OTHER")] {
        let yaml = format!(
            "file_format: \"1.1\"\ninstrumentation/development: {{general: {{http: {{server: {{known_methods: {methods}}}}}}}}}\n"
        );
        let telemetry = Config::new(&yaml).deployed(&[]).prometheus().build().unwrap();
        let answer = tower::service_fn(|_: Request| {
            ready(Ok::<_, Infallible>(Response::new(Body::empty())))
        });
        let request = || Request::builder().method("BREW").body(Body::empty()).unwrap();
        let mut context = Context::from_waker(Waker::noop());
        let call = telemetry.http().layer(answer).call(request());
        assert!(pin!(call).as_mut().poll(&mut context).is_ready());
        let call = telemetry.http_client().layer(answer).call(request());
        assert!(pin!(call).as_mut().poll(&mut context).is_ready());
        let families = telemetry.bridge().unwrap().registry().gather();
        let durations: Vec<_> = families
            .iter()
            .filter(|family| family.name().ends_with("request_duration_seconds"))
            .collect();
        assert_eq!(durations.len(), 2, "of the server, and of the client");
        for duration in durations {
            let series = &duration.get_metric()[0];
            let mut labels = series.get_label().iter();
            let method = labels.find(|label| label.name() == "http_request_method");
            assert_eq!(method.unwrap().value(), expected, "{methods}");
        }
    }
}
