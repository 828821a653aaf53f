//! The formats of Prometheus.

use super::{Row, Section};

/// The requirements of content negotiation.
pub(super) const NEGOTIATION: Section = Section {
    title: "Content negotiation",
    source: "Prometheus, [Content Negotiation][negotiation].\n\n\
             [negotiation]: https://prometheus.io/docs/instrumenting/content_negotiation/",
    rows: &[
        Row::by(
            "1",
            "MUST",
            "chooses what has the most weight of what is supported, or else text 0.0.4",
            &[
                "the_weightiest_format_is_chosen_and_of_equals_the_first",
                "the_choice_is_that_of_the_specification",
            ],
        ),
        Row::by(
            "2",
            "MUST",
            "knows the media types of text, OpenMetrics and protobuf in all their versions",
            &[
                "a_range_names_the_formats_that_it_means_and_no_others",
                "no_two_formats_have_one_name_or_content_type",
                "the_content_type_is_the_media_type_the_version_and_the_scheme",
            ],
        ),
        Row::by(
            "3",
            "MUST",
            "says in `Content-Type` what was applied, with the escaping scheme",
            &[
                "the_content_type_says_which_scheme_was_applied",
                "a_client_gets_the_format_and_the_names_that_it_asks_for_and_is_told_which",
            ],
        ),
        Row::by(
            "4",
            "MUST",
            "validates `Accept` and the escaping scheme",
            &[
                "what_is_malformed_says_nothing",
                "a_header_of_a_megabyte_costs_no_more_than_its_beginning",
            ],
        ),
        Row::by(
            "5",
            "MUST",
            "reads spaces, weights, wildcards and `/`",
            &[
                "a_range_names_the_formats_that_it_means_and_no_others",
                "items_are_what_is_between_commas_of_all_lines",
            ],
        ),
        Row::by(
            "6",
            "SHOULD",
            "compresses as `Accept-Encoding` asks",
            &["a_scraper_gets_the_encoding_that_it_asks_for", "the_weightiest_coding_is_chosen"],
        ),
    ],
};

/// The requirements of escaping.
pub(super) const ESCAPING: Section = Section {
    title: "Escaping",
    source: "Prometheus, [Escaping Schemes][escaping].\n\n\
             [escaping]: https://prometheus.io/docs/instrumenting/escaping_schemes/",
    rows: &[
        Row::by(
            "1",
            "MUST",
            "`allow-utf-8` has names in quotes, in which `\\`, line feeds and `\"` are escaped",
            &["names_of_any_characters_are_in_quotes_in_version_1_0_0"],
        ),
        Row::by(
            "2",
            "MUST",
            "`underscores` has `_` for whatever is not legal",
            &[
                "each_scheme_writes_metric_names_as_its_description_says",
                "an_escaped_name_is_legal_and_appended_as_it_is_returned",
            ],
        ),
        Row::by(
            "3",
            "MUST",
            "`dots` can be read back",
            &["dots_and_underscores_of_a_name_can_be_read_back"],
        ),
        Row::by(
            "4",
            "MUST",
            "`values` can be read back",
            &["the_values_of_a_name_can_be_read_back"],
        ),
    ],
};

/// The requirements of texts.
pub(super) const TEXT: Section = Section {
    title: "Texts",
    source: "Prometheus, [Exposition Formats][formats].\n\n\
             [formats]: https://prometheus.io/docs/instrumenting/exposition_formats/",
    rows: &[
        Row::by(
            "1",
            "MUST",
            "groups families, with HELP and TYPE before the samples, escapes, and ends its last line",
            &[
                "help_and_label_values_are_escaped",
                "any_text_reads_back_to_the_same_values",
                "an_empty_document_has_its_last_line",
            ],
        ),
        Row::by(
            "2",
            "MUST",
            "has each series once, buckets in order, and `+Inf` equal to the count",
            &[
                "series_that_escaping_makes_equal_are_told_apart_by_leaving_out_the_later_one",
                "a_broken_series_costs_only_itself",
                "a_histogram_has_cumulative_buckets_a_sum_and_a_count",
                "attributes_that_become_one_label_never_make_two_equal_series",
            ],
        ),
        Row::by(
            "3",
            "SHOULD",
            "writes floats in the fewest digits that read back, and `le` in canonical form in OpenMetrics",
            &[
                "integers_are_exact_and_floats_as_short_as_they_can_be",
                "every_edge_reads_back_with_all_its_bits",
                "canonical_numbers_look_alike_in_every_implementation",
            ],
        ),
        Row::noted(
            "4",
            "MUST",
            "has no sum of a histogram that has recorded less than zero",
            &[
                "a_sum_that_may_fall_is_left_out_where_it_would_be_a_counter",
                "a_sum_that_may_fall_is_where_it_need_not_be_a_counter",
                "what_is_below_zero_has_bounds_below_zero_and_a_sum_that_may_fall",
            ],
            "protobuf and OpenMetrics 2.0, in which a sum need not be a counter, have it",
        ),
    ],
};
