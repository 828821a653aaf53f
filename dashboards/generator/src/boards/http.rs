//! Requests to the service, its streams and calls, and its own requests to others.

use crate::{
    Board, Panel, Unit,
    board::row,
    label, metric,
    query::{failed, mean, quantile, rate, sum, total},
};

pub(super) fn board() -> Board {
    Board {
        name: "http",
        title: "kymo / HTTP",
        description: "Requests to the service by route, streams, calls of gRPC, and requests to others.",
        subject: metric::HTTP_ACTIVE,
        rows: vec![
            row("Requests", requests()),
            row("Where the time goes", bill()),
            row("Sizes and streams", streams()),
            row("gRPC", calls()),
            row("Requests to others", others()),
        ],
    }
}

fn requests() -> Vec<Panel> {
    let failing = rate(failed(metric::HTTP)).part_of(rate(metric::HTTP));
    vec![
        Panel::stack("Rate by route", Unit::PerSecond, "Requests that ended, per second.")
            .ask(rate(metric::HTTP), &[label::METHOD, label::ROUTE]),
        Panel::stack("Rate by status", Unit::PerSecond, "Without a status are those that were given up before there was one.")
            .ask(rate(metric::HTTP), &[label::STATUS]),
        Panel::lines("Failing by route", Unit::Part, "The part of requests that failed. A 404 is no failure of the service.")
            .ask(failing, &[label::ROUTE]),
        Panel::lines("95 % within, by route", Unit::Seconds, "Of 100 requests, 95 took no longer, until the end of the body.")
            .ask(quantile(0.95, metric::HTTP), &[label::ROUTE]),
        Panel::lines("Mean by route", Unit::Seconds, "Until the end of the body; until its head, where the layer measures that; and in the handler alone.")
            .ask_named("whole", mean(metric::HTTP), &[label::ROUTE])
            .ask_named("head", mean(metric::HTTP_FIRST_BYTE), &[label::ROUTE])
            .ask_named("handler", mean(metric::HTTP_HANDLER), &[label::ROUTE]),
        Panel::lines("Errors by kind", Unit::PerSecond, "Failed requests per second, by route and why.")
            .ask(rate(failed(metric::HTTP)), &[label::ROUTE, label::ERROR]),
        Panel::lines("Under way", Unit::Count, "Requests that have not ended. A level that only grows is one that hangs.")
            .ask(sum(metric::HTTP_ACTIVE), &[label::METHOD]),
        Panel::lines("Seconds per second by route", Unit::Count, "How many requests of a route are under way at a time, on average: where the time goes.")
            .ask(total(metric::HTTP), &[label::ROUTE]),
    ]
}

fn bill() -> Vec<Panel> {
    vec![
        Panel::stack("Where the time goes", Unit::Count, "Seconds of requests per second, by route and the part that they went to.")
            .ask(rate(metric::HTTP_TIME), &[label::ROUTE, label::PART]),
        Panel::lines("Operations of a request", Unit::Count, "How many queries, commands and calls a request that makes any makes, on average.")
            .ask(mean(metric::HTTP_OPERATIONS), &[label::ROUTE, label::OPERATION_KIND]),
        Panel::lines("Repeated queries", Unit::PerSecond, "Requests per second that sent one query ten times or more: one query for all would do.")
            .ask(rate(metric::HTTP_REPEATED), &[label::ROUTE, label::SUMMARY]),
        Panel::lines("Blocking", Unit::PerSecond, "Polls per second that kept a thread of the runtime from all other requests for more than 10 ms.")
            .ask(rate(metric::HTTP_BLOCKING), &[label::ROUTE]),
        Panel::lines("Longest poll", Unit::Seconds, "Of 100 requests, 95 kept their thread no longer at a time; where the layer measures that.")
            .ask(quantile(0.95, metric::HTTP_LONGEST_POLL), &[label::ROUTE]),
        Panel::lines("Outside of requests", Unit::PerSecond, "Operations per second of background tasks, and of what handlers spawn.")
            .ask(rate(metric::OUTSIDE), &[label::OPERATION_KIND]),
    ]
}

fn streams() -> Vec<Panel> {
    vec![
        Panel::lines("Bodies received", Unit::BytesPerSecond, "Of requests, by route.")
            .ask(total(metric::HTTP_REQUEST_BODY), &[label::ROUTE]),
        Panel::lines("Bodies sent", Unit::BytesPerSecond, "Of responses, by route.")
            .ask(total(metric::HTTP_RESPONSE_BODY), &[label::ROUTE]),
        Panel::lines("Size of a response", Unit::Bytes, "95 of 100 responses are no larger.")
            .ask(quantile(0.95, metric::HTTP_RESPONSE_BODY), &[label::ROUTE]),
        Panel::lines(
            "Open streams",
            Unit::Count,
            "Server-sent events and upgraded connections, which are no requests under way.",
        )
        .ask(sum(metric::STREAMS), &[label::ROUTE, label::STREAM_KIND]),
        Panel::lines("Streams that ended", Unit::PerSecond, "Per second.")
            .ask(rate(metric::STREAM), &[label::ROUTE, label::STREAM_KIND]),
        Panel::lines("Lifetime of a stream", Unit::Seconds, "On average.")
            .ask(mean(metric::STREAM), &[label::ROUTE, label::STREAM_KIND]),
    ]
}

fn calls() -> Vec<Panel> {
    vec![
        Panel::stack("Calls", Unit::PerSecond, "Per second, by method.")
            .ask(rate(metric::GRPC), &[label::CALL]),
        Panel::lines(
            "Calls by status",
            Unit::PerSecond,
            "Without a status are those that ended before there was one.",
        )
        .ask(rate(metric::GRPC), &[label::CALL_STATUS, label::ERROR]),
        Panel::lines(
            "95 % of calls within",
            Unit::Seconds,
            "Streams too, whose time is their whole life.",
        )
        .ask(quantile(0.95, metric::GRPC), &[label::CALL]),
    ]
}

fn others() -> Vec<Panel> {
    vec![
        Panel::stack(
            "Requests by server",
            Unit::PerSecond,
            "Of the service to others, per second.",
        )
        .ask(rate(metric::CLIENT), &[label::SERVER]),
        Panel::lines(
            "Failing by server",
            Unit::PerSecond,
            "By why: the status of a 4xx or 5xx, or what kept the answer away.",
        )
        .ask(rate(failed(metric::CLIENT)), &[label::SERVER, label::ERROR]),
        Panel::lines(
            "95 % within, by server",
            Unit::Seconds,
            "Of 100 requests to it, 95 took no longer.",
        )
        .ask(quantile(0.95, metric::CLIENT), &[label::SERVER]),
        Panel::lines("Under way to others", Unit::Count, "Requests that have not ended.")
            .ask(sum(metric::CLIENT_ACTIVE), &[label::SERVER]),
    ]
}
