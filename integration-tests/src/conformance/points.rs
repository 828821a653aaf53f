//! From OTLP to Prometheus: points.

use super::{Row, Section};

/// The requirements of points, by their kind, and of their labels and exemplars.
pub(super) const SECTION: Section = Section {
    title: "From OTLP to Prometheus: points",
    source: "OpenTelemetry, [Prometheus and OpenMetrics Compatibility][compatibility].",
    rows: &[
        Row::not(
            "36",
            "MUST",
            "makes of a gauge what its metadata `prometheus.type` says",
            "the SDK has no metadata on metrics, so that each gauge is one",
        ),
        Row::by("37", "SHOULD", "drops exemplars of gauges", &["levels_have_no_exemplars"]),
        Row::noted(
            "38",
            "MUST",
            "makes counters of cumulative monotonic sums, and gauges of others",
            &[
                "the_description_is_the_help_and_the_kind_the_type",
                "temporality_is_cumulative_for_every_kind_of_instrument",
            ],
            "there are no deltas, since the reader asks for none",
        ),
        Row::by(
            "39",
            "SHOULD",
            "adds `_total`; a name that ends in it remains unchanged (MUST)",
            &["a_name_that_ends_in_total_remains_unchanged", "a_counter_gets_its_suffix_once"],
        ),
        Row::by(
            "40",
            "SHOULD",
            "passes start times on, of counters and histograms",
            &[
                "counters_and_histograms_say_when_they_began_and_gauges_do_not",
                "start_times_are_samples_on_request",
                "any_document_of_version_2_reads_back_to_the_same_values",
            ],
        ),
        EXEMPLARS[0],
        Row::by(
            "42",
            "MUST",
            "makes classic histograms of cumulative ones",
            &["a_histogram_has_cumulative_buckets_a_sum_and_a_count"],
        ),
        Row::noted(
            "43",
            "MUST",
            "has the bounds and `+Inf` in order, with cumulative counts, sum and count, and the latest exemplar \
             of each bucket",
            &[
                "a_histogram_has_cumulative_buckets_a_sum_and_a_count",
                "a_histogram_without_bounds_still_counts",
                "each_bucket_has_the_exemplar_of_its_own_observation",
                "a_failure_takes_the_place_of_a_success_and_age_gives_way",
            ],
            "the exemplar of a bucket is not its latest: for a minute it is one that failed, or else the \
             slowest",
        ),
        Row::not(
            "44",
            "SHOULD",
            "makes native histograms of custom buckets",
            "no format that is scraped carries them; a server makes them of classic ones itself",
        ),
        Row::by(
            "45",
            "MUST",
            "makes native histograms of exponential ones, as integer counters",
            &[
                "other_formats_get_a_native_histogram",
                "two_series_that_are_one_are_added_up",
                "prometheus_2_stores_native_histograms_and_classic_ones_of_one_instrument",
                "prometheus_3_stores_native_histograms_and_classic_ones_of_one_instrument",
            ],
        ),
        Row::noted(
            "46",
            "MUST",
            "has schemas from -4 to 8: finer scales are merged (SHOULD), coarser ones dropped",
            &[
                "a_scale_above_8_is_brought_down_and_no_observation_changes_its_bucket",
                "a_scale_below_minus_4_is_a_classic_histogram_alone_and_is_reported",
            ],
            "what is coarser has no native form, and keeps its classic one",
        ),
        Row::noted(
            "47",
            "MUST",
            "copies the zero threshold, or has 1e-128, and the count of zeros",
            &["other_formats_get_a_native_histogram"],
            "the SDK records no threshold, so that no test has one to copy",
        ),
        Row::by(
            "48",
            "MUST",
            "encodes buckets as spans and deltas, each one index higher",
            &[
                "the_specification_s_example_gives_its_spans_and_deltas",
                "a_native_histogram_has_the_spans_and_deltas_of_the_specification_s_example",
            ],
        ),
        Row::not(
            "49",
            "MUST",
            "marks points without a recorded value as stale",
            "the SDK has no such points: a series that it does not show is stale to the server by itself",
        ),
        Row::by(
            "50",
            "MUST",
            "passes summaries on, with their quantiles in order",
            &[
                "timestamps_of_other_collectors_are_passed_on_as_the_registry_s_encoder_does",
                "every_kind_has_its_lines",
            ],
        ),
        Row::by(
            "51",
            "MUST",
            "makes labels of attributes, whose values are written as JSON is",
            &[
                "values_that_are_no_strings_become_text",
                "keys_become_label_names_and_runs_become_one_underscore",
            ],
        ),
        Row::by(
            "52",
            "MUST",
            "joins the values of keys that collide by `;`, in the order of the keys",
            &[
                "keys_that_become_one_are_joined_in_the_order_of_the_keys",
                "keys_that_become_a_scope_label_are_joined_with_it",
            ],
        ),
        EXEMPLARS[1],
        Row::by(
            "54",
            "SHOULD",
            "makes `target` of the resource, with all its attributes and nothing else (MUST)",
            &[
                "the_resource_is_one_target_info_with_all_its_attributes",
                "an_empty_resource_gives_no_target_info",
            ],
        ),
        Row::not("55", "MUST", "reads Prometheus into OpenTelemetry", "kymo has no such producer"),
    ],
};

/// The rows about exemplars.
const EXEMPLARS: [Row; 2] = [
    Row::by(
        "41",
        "MUST",
        "converts exemplars of counters, the latest where one fits (SHOULD)",
        &[
            "a_counter_keeps_the_latest_and_none_that_would_make_it_fall",
            "a_scrape_has_the_exemplar_of_each_bucket_with_what_a_view_dropped",
        ],
    ),
    Row::by(
        "53",
        "MUST",
        "has `trace_id` and `span_id` and a time on exemplars, and other attributes within 128 characters",
        &[
            "labels_are_the_trace_and_then_all_that_a_view_dropped",
            "what_fits_behind_a_label_that_does_not_is_taken",
            "a_label_of_128_characters_fits_and_one_of_129_does_not",
        ],
    ),
];
