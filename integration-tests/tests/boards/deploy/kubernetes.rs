//! The manifests.

use std::time::Duration;

use http::StatusCode;
use integration_tests::{Bookshop, eventually, yaml};
use serde_json::Value;

use super::{are_arguments_of_a_bookshop, document, list, read, text};

const SOON: Duration = Duration::from_secs(20);

/// The manifests of the bookshop: what runs, and what leads there.
fn bookshop() -> [Value; 2] {
    let documents = yaml::documents(&read("kubernetes/bookshop.yaml"));
    let documents: [Value; 2] = documents.try_into().unwrap();
    assert_eq!(documents.each_ref().map(|it| text(&it["kind"])), ["Deployment", "Service"]);
    documents
}

/// Whether `labels` has all that a selector asks for.
fn selects(selector: &Value, labels: &Value) -> bool {
    let selector = selector.as_object().unwrap();
    !selector.is_empty() && selector.iter().all(|(name, value)| labels[name] == *value)
}

#[test]
fn whoever_selects_finds_the_pods_and_their_port() {
    let [deployment, service] = bookshop();
    let monitor = document("kubernetes/podmonitor.yaml");
    let template = &deployment["spec"]["template"];
    let labels = &template["metadata"]["labels"];
    assert!(selects(&deployment["spec"]["selector"]["matchLabels"], labels));
    assert!(selects(&service["spec"]["selector"], labels));
    assert!(selects(&monitor["spec"]["selector"]["matchLabels"], labels));
    let job = text(&monitor["spec"]["jobLabel"]);
    assert_eq!(labels[job], "bookshop", "the job that boards speak of");

    let container = &template["spec"]["containers"][0];
    let port = &container["ports"][0];
    let [endpoint] = &monitor["spec"]["podMetricsEndpoints"].as_array().unwrap()[..] else {
        panic!("{monitor}")
    };
    assert_eq!(endpoint["port"], port["name"]);
    assert_eq!(service["spec"]["ports"][0]["targetPort"], port["name"]);
    assert_eq!(container["readinessProbe"]["httpGet"]["port"], port["name"]);
    let arguments: Vec<_> = list(&container["args"]).map(text).collect();
    are_arguments_of_a_bookshop(&arguments, port["containerPort"].as_u64().unwrap());
}

#[tokio::test]
async fn the_paths_that_are_asked_for_answer() {
    let [deployment, _] = bookshop();
    let monitor = document("kubernetes/podmonitor.yaml");
    let container = &deployment["spec"]["template"]["spec"]["containers"][0];
    let ready = text(&container["readinessProbe"]["httpGet"]["path"]).to_owned();
    let metrics = text(&monitor["spec"]["podMetricsEndpoints"][0]["path"]).to_owned();
    let shop = Bookshop::start();
    // It is ready once it has read where its schema stands.
    let look = async || shop.client().get(&ready).await.status;
    eventually(SOON, look, StatusCode::is_success).await;
    assert!(shop.client().get(&metrics).await.text().contains("target_info"));
}

#[test]
fn the_operator_gets_all_rules() {
    let resource = document("kubernetes/rules.yaml");
    let groups = resource["spec"]["groups"].as_array().unwrap();
    let files = ["../rules/recording.yml", "../rules/alerts.yml"].map(document);
    let expected: Vec<_> = files.iter().flat_map(|file| list(&file["groups"])).collect();
    assert_eq!(groups.iter().collect::<Vec<_>>(), expected);
    assert_eq!(text(&resource["kind"]), "PrometheusRule");
}
