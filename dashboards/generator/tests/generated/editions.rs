//! Other spellings of names, and other histograms.

use dashboards::{Edition, Histograms, Names, files};
use kymo::prometheus::Translation;

#[tokio::test]
async fn names_are_those_that_the_exporter_makes() {
    let http = dashboards::metric::HTTP;
    let route = dashboards::label::ROUTE;
    for (translation, family, label) in [
        (
            Translation::UnderscoreEscapingWithSuffixes,
            "http_server_request_duration_seconds",
            "http_route",
        ),
        (
            Translation::UnderscoreEscapingWithoutSuffixes,
            "http_server_request_duration",
            "http_route",
        ),
        (
            Translation::NoUtf8EscapingWithSuffixes,
            "http.server.request.duration_seconds",
            "http.route",
        ),
        (Translation::NoTranslation, "http.server.request.duration", "http.route"),
    ] {
        let names = Names::of(translation, Histograms::Classic).await;
        assert_eq!((names.family(http), names.label(route)), (family, label));
    }
}

#[tokio::test]
async fn every_edition_has_the_same_boards_and_rules_under_its_own_names() {
    let of_default = files(&Edition::default()).await;
    for translation in Translation::ALL {
        for histograms in [Histograms::Classic, Histograms::Native] {
            let runbook = "https://shop.example/runbook".to_owned();
            let made = files(&Edition { translation, histograms, runbook }).await;
            let paths = |files: &[(String, String)]| {
                files.iter().map(|(path, _)| path.clone()).collect::<Vec<_>>()
            };
            assert_eq!(paths(&made), paths(&of_default));
            let all: String = made.iter().map(|(_, text)| text.as_str()).collect();
            let is_native = histograms == Histograms::Native;
            assert_eq!(all.contains("_bucket"), !is_native, "{translation} {histograms:?}");
            assert_eq!(all.contains("histogram_count("), is_native, "{translation} {histograms:?}");
            let is_exact =
                all.contains("http.server.request.duration") && all.contains("\\\"http.route\\\"");
            let has_dots = matches!(
                translation,
                Translation::NoUtf8EscapingWithSuffixes | Translation::NoTranslation
            );
            assert_eq!(is_exact, has_dots, "{translation}");
            assert!(all.contains("https://shop.example/runbook#targetdown"), "{translation}");
        }
    }
}
