//! The headers of real clients.

use super::{
    tests::{UNDERSCORES, UTF8, usual},
    *,
};

#[test]
fn each_client_gets_the_best_that_it_reads() {
    for (client, header, expected) in [
        (
            "Prometheus 1.8",
            "application/vnd.google.protobuf;proto=io.prometheus.client.MetricFamily;encoding=delimited;q=0.7,\
             text/plain;version=0.0.4;q=0.3,*/*;q=0.1",
            (Format::Protobuf, UNDERSCORES),
        ),
        (
            "Prometheus 2.42",
            "application/openmetrics-text;version=1.0.0,application/openmetrics-text;version=0.0.1;q=0.75,\
             text/plain;version=0.0.4;q=0.5,*/*;q=0.1",
            (Format::OpenMetrics100, UNDERSCORES),
        ),
        (
            "Prometheus 2.42 with native histograms",
            "application/vnd.google.protobuf;proto=io.prometheus.client.MetricFamily;encoding=delimited,\
             application/openmetrics-text;version=1.0.0;q=0.8,application/openmetrics-text;version=0.0.1;q=0.75,\
             text/plain;version=0.0.4;q=0.5,*/*;q=0.1",
            (Format::Protobuf, UNDERSCORES),
        ),
        (
            "Prometheus 2.55",
            "application/openmetrics-text;version=1.0.0;q=0.5,application/openmetrics-text;version=0.0.1;q=0.4,\
             text/plain;version=0.0.4;q=0.3,*/*;q=0.2",
            (Format::OpenMetrics100, UNDERSCORES),
        ),
        (
            "Prometheus 2.55 with UTF-8 names",
            "application/openmetrics-text;version=1.0.0;escaping=allow-utf-8;q=0.5,\
             application/openmetrics-text;version=0.0.1;escaping=allow-utf-8;q=0.4,\
             text/plain;version=0.0.4;escaping=allow-utf-8;q=0.3,*/*;q=0.2",
            (Format::OpenMetrics100, UTF8),
        ),
        (
            "Prometheus 3.5",
            "application/openmetrics-text;version=1.0.0;escaping=allow-utf-8;q=0.6,\
             application/openmetrics-text;version=0.0.1;q=0.5,text/plain;version=1.0.0;escaping=allow-utf-8;q=0.4,\
             text/plain;version=0.0.4;q=0.3,*/*;q=0.2",
            (Format::OpenMetrics100, UTF8),
        ),
        (
            "Prometheus 3.5 with native histograms",
            "application/vnd.google.protobuf;proto=io.prometheus.client.MetricFamily;encoding=delimited;q=0.6,\
             application/openmetrics-text;version=1.0.0;escaping=allow-utf-8;q=0.5,\
             application/openmetrics-text;version=0.0.1;q=0.4,text/plain;version=1.0.0;escaping=allow-utf-8;q=0.3,\
             text/plain;version=0.0.4;q=0.2,*/*;q=0.1",
            (Format::Protobuf, UNDERSCORES),
        ),
        (
            "Prometheus 3.5, where names are escaped for its old queries",
            "application/openmetrics-text;version=1.0.0;escaping=values;q=0.6,\
             application/openmetrics-text;version=0.0.1;q=0.5,text/plain;version=1.0.0;escaping=values;q=0.4,\
             text/plain;version=0.0.4;q=0.3,*/*;q=0.2",
            (Format::OpenMetrics100, Scheme::Values),
        ),
        (
            "what the documentation of Prometheus has",
            "application/openmetrics-text;version=1.0.0;escaping=allow-utf8;q=0.5,\
             application/openmetrics-text;version=0.0.1;q=0.4,text/plain;version=1.0.0;escaping=allow-utf8;q=0.3,\
             text/plain;version=0.0.4;q=0.2,/;q=0.1",
            (Format::OpenMetrics100, UTF8),
        ),
        (
            "Grafana Alloy, and a collector of OpenTelemetry that is told to keep to the old names",
            "application/openmetrics-text;version=1.0.0;escaping=underscores;q=0.6,\
             application/openmetrics-text;version=0.0.1;q=0.5,text/plain;version=1.0.0;escaping=underscores;q=0.4,\
             text/plain;version=0.0.4;q=0.3,*/*;q=0.2",
            (Format::OpenMetrics100, UNDERSCORES),
        ),
        (
            "a Prometheus that is told to ask for text",
            "text/plain;version=1.0.0;escaping=allow-utf-8;q=0.6,text/plain;version=0.0.4;q=0.5,*/*;q=0.4",
            (Format::Text100, UTF8),
        ),
        (
            "VictoriaMetrics, vmagent and Netdata",
            "text/plain;version=0.0.4;q=1,*/*;q=0.1",
            (Format::Text004, UNDERSCORES),
        ),
        ("Datadog's agent before 7.46", "text/plain", (Format::Text004, UNDERSCORES)),
        (
            "Datadog's agent",
            "application/openmetrics-text;version=1.0.0,application/openmetrics-text;version=0.0.1;q=0.75,\
             text/plain;version=0.0.4;q=0.5,*/*;q=0.1",
            (Format::OpenMetrics100, UNDERSCORES),
        ),
        (
            "Datadog's agent, which is told to be strict",
            "application/openmetrics-text; version=0.0.1; charset=utf-8",
            (Format::OpenMetrics001, UNDERSCORES),
        ),
        (
            "Telegraf",
            "application/vnd.google.protobuf;proto=io.prometheus.client.MetricFamily;encoding=delimited;q=0.7,\
             text/plain;version=0.0.4;q=0.3",
            (Format::Protobuf, UNDERSCORES),
        ),
        ("curl", "*/*", (Format::Text004, UNDERSCORES)),
        (
            "Firefox",
            "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8",
            (Format::Text004, UNDERSCORES),
        ),
        (
            "Java",
            "text/html, image/gif, image/jpeg, *; q=.2, */*; q=.2",
            (Format::Text004, UNDERSCORES),
        ),
    ] {
        assert_eq!(usual(header), expected, "{client}");
    }
}
