//! The exporter of an SDK.

use super::{Row, Section};

/// The requirements of an exporter that is part of an SDK.
pub(super) const SECTION: Section = Section {
    title: "The exporter",
    source: "OpenTelemetry, [Metrics Exporter - Prometheus][exporter].\n\n\
             [exporter]: https://opentelemetry.io/docs/specs/otel/metrics/sdk_exporters/prometheus/",
    rows: &[
        Row::by(
            "1",
            "MUST",
            "answers HTTP requests in the appropriate format, as a pull exporter",
            &[
                "a_get_is_answered_with_the_document",
                "the_listener_serves_the_metrics_path_and_stops",
            ],
        ),
        Row::by(
            "2",
            "MUST",
            "converts as the next section says",
            &["families_are_equal_or_deviate_as_listed", "each_deviation_is_as_listed"],
        ),
        Row::noted(
            "3",
            "SHOULD",
            "uses an official client library, or is a collector beside existing instrumentation",
            &[
                "all_other_collectors_appear_exactly_once_on_both_sides",
                "one_scrape_shows_both_worlds_and_so_does_the_registry",
            ],
            "the official library for Rust writes no text 0.0.4, no quoted names and no escaping schemes; \
             kymo writes the formats itself, and is a collector in a registry of the `prometheus` crate",
        ),
        Row::by(
            "4",
            "MUST",
            "supports text 0.0.4",
            &["whatever_the_names_are_the_output_is_legal", "every_kind_has_its_lines"],
        ),
        Row::by(
            "5",
            "MAY",
            "supports exemplars and exponential histograms by other protocols",
            &[
                "any_document_of_version_1_reads_back_to_the_same_values",
                "any_message_reads_back_to_the_same_values",
                "other_formats_get_a_native_histogram",
                "any_document_of_version_2_reads_back_to_the_same_values",
            ],
        ),
        Row::not(
            "6",
            "MUST NOT",
            "uses Remote Write, or the protobuf of OpenMetrics",
            "neither is in the code: the protobuf is that of the client model of Prometheus",
        ),
        Row::by(
            "7",
            "MUST NOT",
            "adds timestamps to points",
            &["families_are_sorted_and_have_no_timestamps"],
        ),
        Row::by(
            "8",
            "MUST",
            "has one `target` info at most",
            &[
                "the_resource_is_one_target_info_with_all_its_attributes",
                "a_registry_with_a_target_info_of_its_own_is_refused_until_told_to_do_without",
            ],
        ),
        Row::by(
            "9",
            "MUST",
            "has cumulative temporality for each kind of instrument",
            &["temporality_is_cumulative_for_every_kind_of_instrument"],
        ),
        Row::by(
            "10",
            "SHOULD",
            "has an option for the host, `localhost` by default (MUST)",
            &[
                "where_to_listen_for_scrapes_can_be_said",
                "where_to_listen_for_scrapes_is_in_the_file",
            ],
        ),
        Row::by(
            "11",
            "SHOULD",
            "has an option for the port, 9464 by default (MUST)",
            &[
                "where_to_listen_for_scrapes_can_be_said",
                "where_to_listen_for_scrapes_is_in_the_file",
            ],
        ),
        Row::noted(
            "12",
            "SHOULD",
            "has an option for the aggregation by kind of instrument, that of the SDK by default (MUST)",
            &[
                "a_view_selects_by_kind_by_unit_and_by_meter",
                "a_view_without_buckets_leaves_those_of_the_instrument",
                "families_are_equal_or_deviate_as_listed",
            ],
            "a view that selects a kind",
        ),
        Row::by(
            "13",
            "MAY",
            "copies resource attributes to labels if asked to, and keeps them in `target_info` (MUST)",
            &[
                "chosen_resource_attributes_are_on_every_series_and_stay_in_target_info",
                "each_option_of_the_page_has_its_effect_in_the_words_of_both_versions",
            ],
        ),
        Row::by(
            "14",
            "MAY",
            "has exactly the four translation strategies, `UnderscoreEscapingWithSuffixes` by default",
            &[
                "a_name_is_translated_by_the_strategy_and_then_escaped_by_the_format",
                "names_are_translated_as_the_program_or_else_the_environment_says",
                "each_option_of_the_page_has_its_effect_in_the_words_of_both_versions",
            ],
        ),
        Row::by(
            "15",
            "MAY",
            "can leave out the labels of scopes, which are there by default (MUST)",
            &[
                "every_series_says_which_scope_it_is_from",
                "each_option_of_the_page_has_its_effect_in_the_words_of_both_versions",
            ],
        ),
        Row::by(
            "16",
            "MAY",
            "can leave out `target_info`, which is there by default (MUST)",
            &["each_option_of_the_page_has_its_effect_in_the_words_of_both_versions"],
        ),
        NEGOTIATION[0],
        NEGOTIATION[1],
        Row::by(
            "19",
            "MUST",
            "writes and escapes as the format asks, whatever the strategy is",
            &[
                "whatever_the_names_are_the_output_is_legal",
                "whatever_is_measured_every_format_is_legal",
                "series_that_escaping_makes_equal_are_told_apart_by_leaving_out_the_later_one",
            ],
        ),
        Row::by(
            "20",
            "MUST",
            "translates first, and escapes what was negotiated afterwards",
            &[
                "a_name_is_translated_by_the_strategy_and_then_escaped_by_the_format",
                "names_that_stay_as_they_are_arrive_so_where_they_are_asked_for",
            ],
        ),
    ],
};

/// The rows about negotiation.
const NEGOTIATION: [Row; 2] = [
    Row::by(
        "17",
        "MUST",
        "negotiates the format by `Accept`",
        &[
            "each_client_gets_the_best_that_it_reads",
            "a_client_gets_the_format_and_the_names_that_it_asks_for_and_is_told_which",
            "prometheus_3_stores_the_same_by_each_protocol",
        ],
    ),
    Row::by(
        "18",
        "MUST",
        "answers in text 0.0.4 with `underscores` without an `Accept` and a fallback",
        &["several_lines_are_one_header_and_without_one_there_is_the_fallback"],
    ),
];
