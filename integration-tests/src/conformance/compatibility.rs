//! From OTLP to Prometheus: what is said of metrics, before there are points.

use super::{Row, Section};

/// The requirements of names, types, texts and units.
pub(super) const SECTION: Section = Section {
    title: "From OTLP to Prometheus: metrics",
    source: "OpenTelemetry, [Prometheus and OpenMetrics Compatibility][compatibility].\n\n\
             [compatibility]: https://opentelemetry.io/docs/specs/otel/compatibility/prometheus_and_openmetrics/",
    rows: &[
        Row::by(
            "21",
            "MUST",
            "drops exemplars where the format has none",
            &["what_the_format_has_no_words_for_is_left_out"],
        ),
        Row::by(
            "22",
            "MUST",
            "writes a gauge for Info and StateSet where they are not supported",
            &["every_kind_has_its_lines"],
        ),
        Row::by(
            "23",
            "SHOULD",
            "drops exponential histograms where they are not supported, or gives them fixed buckets (MAY)",
            &[
                "texts_and_registries_get_a_classic_histogram_and_nothing_is_lost",
                "every_bound_has_exactly_what_is_not_above_it",
                "no_bucket_of_a_classic_histogram_falls_while_the_sdk_makes_its_buckets_wider",
            ],
        ),
        Row::by(
            "24",
            "MUST",
            "has one UNIT, HELP and TYPE for a name",
            &["a_scrape_has_one_type_help_and_unit_for_a_name_in_several_scopes"],
        ),
        Row::by(
            "25",
            "MUST",
            "drops a metric whose type conflicts",
            &["of_two_types_of_one_name_the_later_is_dropped_and_reported_once"],
        ),
        Row::by(
            "26",
            "SHOULD",
            "keeps the points of metrics whose unit or description conflicts, and one comment",
            &[
                "of_two_descriptions_the_first_is_used_and_no_series_is_lost",
                "of_two_units_the_first_is_used_and_no_series_is_lost",
            ],
        ),
        Row::by(
            "27",
            "SHOULD",
            "warns of whatever it drops",
            &[
                "a_loss_is_listed_once_and_counted",
                "losses_are_counted_by_their_cause",
                "series_that_are_not_on_the_page_are_counted_with_the_cause",
                "parts_that_a_format_cannot_say_are_counted_with_each_page_of_it",
                "each_format_has_warnings_of_its_own_which_name_the_first_family",
            ],
        ),
        Row::by(
            "28",
            "MUST",
            "takes the name, with discouraged characters as `_` and runs of `_` as one (SHOULD)",
            &[
                "discouraged_characters_become_underscores_and_runs_become_one",
                "underscores_do_not_repeat",
            ],
        ),
        Row::by(
            "29",
            "MUST",
            "converts units by the table",
            &[
                "units_of_the_table_have_their_words",
                "any_other_unit_is_its_own_word",
                "no_unit_is_lost",
            ],
        ),
        Row::by(
            "30",
            "MUST",
            "drops the parts of units in brackets",
            &["bracketed_portions_are_dropped"],
        ),
        Row::by("31", "MUST", "converts rates to words", &["rates_become_words"]),
        Row::by(
            "32",
            "SHOULD",
            "writes UNIT",
            &[
                "a_unit_is_metadata_of_the_family",
                "any_document_of_version_1_reads_back_to_the_same_values",
            ],
        ),
        Row::by(
            "33",
            "SHOULD",
            "adds the unit unless the name ends with it, before the suffix of the type",
            &["a_unit_is_added_once_and_before_the_type"],
        ),
        Row::by(
            "34",
            "MUST",
            "makes HELP of the description, and TYPE of the type",
            &["the_description_is_the_help_and_the_kind_the_type"],
        ),
        Row::by(
            "35",
            "MUST",
            "has the scope on each point by default; its attributes that conflict are dropped",
            &[
                "every_series_says_which_scope_it_is_from",
                "attributes_that_would_hide_the_scope_are_dropped",
            ],
        ),
    ],
};
