//! The SDK that the exporter is part of.

use super::{Row, Section};

/// The requirements of a metrics SDK that an exporter depends on.
pub(super) const SECTION: Section = Section {
    title: "The SDK",
    source: "OpenTelemetry, [Metrics SDK][sdk].\n\n\
             [sdk]: https://opentelemetry.io/docs/specs/otel/metrics/sdk/",
    rows: &[
        Row::by(
            "1",
            "MUST",
            "has an overflow series beyond a limit, 2,000 by default, after the attributes were filtered",
            &[
                "beyond_its_limit_a_metric_counts_on_under_overflow",
                "an_application_s_metric_has_room_for_the_2000_series_of_the_specification",
                "a_limit_holds_for_what_is_left_of_the_attributes",
                "a_view_limits_the_series_of_a_metric_and_a_reader_those_of_all",
            ],
        ),
        Row::noted(
            "2",
            "SHOULD",
            "warns of an instrument that is registered twice",
            &["of_two_types_of_one_name_the_later_is_dropped_and_reported_once"],
            "the SDK of OpenTelemetry warns, and the bridge of what that costs",
        ),
        Row::by(
            "3",
            "MUST",
            "has views that select by name, kind, unit and meter, and give a name and a description",
            &[
                "a_view_selects_by_kind_by_unit_and_by_meter",
                "a_view_gives_a_metric_another_name_and_description",
                "one_name_for_several_metrics_and_an_empty_one_are_refused",
                "one_name_for_two_metrics_of_one_meter_is_refused",
            ],
        ),
        EXEMPLARS,
        Row::by(
            "5",
            "MUST",
            "shuts down once, and flushes each reader",
            &[
                "a_reader_of_the_application_is_flushed_and_is_shut_down_once",
                "stops_at_once_are_one_stop",
                "each_receiver_of_a_file_gets_everything",
            ],
        ),
        Row::by(
            "6",
            "MAY",
            "has bound instruments",
            &["recording_through_a_bound_instrument_allocates_nothing_whatever_its_shape"],
        ),
    ],
};

/// The row about exemplars.
const EXEMPLARS: Row = Row::noted(
    "4",
    "MUST",
    "has the exemplar filters, `trace_based` by default, and reservoirs of exemplars",
    &[
        "which_observations_become_exemplars_can_be_said",
        "each_bucket_has_the_exemplar_of_its_own_observation",
        "levels_have_no_exemplars",
    ],
    "the reservoirs are not those of the specification: one exemplar for each bucket of a histogram and for \
     each counter, chosen by failure, value and age instead of at random; none for gauges and up-down \
     counters, neither on the page nor in OTLP; and there is no reservoir to plug in",
);
