//! Requests that are slow, panic, or fail elsewhere.

use crate::{
    Alert, Case, Query, Severity,
    alert::Value,
    case::EACH_SECOND,
    label, metric,
    query::{failed, increase, mean, of, quantile, rate, within},
};

pub(super) fn alerts() -> Vec<Alert> {
    vec![slow(), blocks(), repeats(), panics(), grpc(), others()]
}

fn slow() -> Alert {
    let requests = |values, fast| {
        let series = || of(metric::HTTP).is(label::ROUTE, "/books/{id}");
        Case::default().count(series(), values).bucket(series(), "2.5", fast)
    };
    Alert {
        name: "HttpRequestsSlow",
        severity: Severity::Ticket,
        groups: &[label::JOB],
        condition: Query::Number(1.0)
            .minus(within("2.5", metric::HTTP))
            .by(&[label::ROUTE])
            .above(0.05)
            .and(rate(metric::HTTP).by(&[label::ROUTE]).above(0.05)),
        patience: 10,
        value: Value::Part,
        summary: "{value} of the requests to {1} of {job} take longer than 2.5 s",
        description: "Until the end of the response. Users wait, and what they wait with is kept busy.",
        keys: &[label::ROUTE],
        meaning: "More than 5 % of the requests to a route take longer than 2.5 s. Streams do not count.",
        first: quantile(0.95, metric::HTTP).by(&[label::ROUTE]),
        remedy: "Where the time goes, on the board of HTTP, names the part that is most of it: `pool_wait` and `sql` lead \
                 to the board of SQL, `http_client` to requests to others, `handler` to what blocks, `waiting` to locks \
                 and limits, `body` to slow clients. [Why is it slow?](why-is-it-slow.md) asks one question after the other.",
        fires: requests(EACH_SECOND, "0+45x120").reads("25%", &[(label::ROUTE, "/books/{id}")]),
        quiet: requests(EACH_SECOND, "0+59x120"),
    }
}

fn blocks() -> Alert {
    let route = |metric| of(metric).is(label::ROUTE, "/receipt");
    let requests = |blocking| {
        Case::default()
            .count(route(metric::HTTP), EACH_SECOND)
            .with(route(metric::HTTP_BLOCKING), blocking)
    };
    Alert {
        name: "HttpRouteBlocks",
        severity: Severity::Ticket,
        groups: &[label::JOB],
        condition: rate(metric::HTTP_BLOCKING)
            .over(rate(metric::HTTP))
            .by(&[label::ROUTE])
            .above(0.25)
            .and(rate(metric::HTTP_BLOCKING).by(&[label::ROUTE]).above(0.05)),
        patience: 10,
        value: Value::Count,
        summary: "Requests to {1} of {job} block the runtime",
        description: "{value} polls of each keep a thread from all other requests for more than 10 ms.",
        keys: &[label::ROUTE],
        meaning: "More than one in four requests to a route keeps a worker thread busy for more than 10 ms without a \
                  pause. All tasks that wait for this thread are late, those of other routes too.",
        first: rate(of(metric::HTTP_TIME).is(label::PART, "handler")).by(&[label::ROUTE]),
        remedy: "Look in the handler for `std::thread::sleep`, files, locks of `std`, passwords that are hashed, images \
                 and large JSON, and move it to `tokio::task::spawn_blocking`. A machine that has no processor to spare \
                 makes every poll long: then it is all routes, and the board of the process says so.",
        fires: requests(EACH_SECOND).reads("1", &[(label::ROUTE, "/receipt")]),
        // A machine that is busy for a moment.
        quiet: requests("0+6x120"),
    }
}

fn repeats() -> Alert {
    let requests = |times| {
        let series = of(metric::HTTP_REPEATED);
        let series = series.is(label::ROUTE, "/bestsellers").is(label::SUMMARY, "SELECT books");
        Case::default().with(series, times)
    };
    Alert {
        name: "HttpRouteRepeatsQueries",
        severity: Severity::Ticket,
        groups: &[label::JOB],
        condition: rate(metric::HTTP_REPEATED).by(&[label::ROUTE, label::SUMMARY]).above(0.05),
        patience: 10,
        value: Value::Count,
        summary: "Requests to {1} of {job} send {2} again and again",
        description: "{value} requests per second send it ten times or more.",
        keys: &[label::ROUTE, label::SUMMARY],
        meaning: "Requests to a route send the same query ten times or more: one for each of a list, most often. They \
                  become slower with each entry of it.",
        first: mean(metric::HTTP_OPERATIONS).by(&[label::ROUTE, label::OPERATION_KIND]),
        remedy: "Ask for all of the list at once, with a join, `IN (…)` or `= ANY ($1)`. Where a job sends them on \
                 purpose, it is no request: give it a route without `telemetry.http()`, or have the layer of that route \
                 leave the metric out.",
        fires: requests(EACH_SECOND)
            .reads("1", &[(label::ROUTE, "/bestsellers"), (label::SUMMARY, "SELECT books")]),
        // Once in a minute: a report for somebody.
        quiet: requests("0+1x120"),
    }
}

fn panics() -> Alert {
    let of_kind = |kind| of(metric::HTTP).is(label::ERROR, kind).is(label::ROUTE, "/panic");
    Alert {
        name: "HttpPanics",
        severity: Severity::Ticket,
        groups: &[label::JOB],
        condition: increase(of(metric::HTTP).is(label::ERROR, "panic"))
            .by(&[label::ROUTE])
            .during(15)
            .above(0.0),
        patience: 0,
        value: Value::Count,
        summary: "A handler of {1} of {job} panics",
        description: "{value} requests in 15 minutes ended so, without an answer.",
        keys: &[label::ROUTE],
        meaning: "A handler panicked while it served a request. Its connection ended without an answer, or a layer \
                  made a 500 of it.",
        first: increase(of(metric::HTTP).is(label::ERROR, "panic")).by(&[label::ROUTE]).during(60),
        remedy: "The log has the message and, with `RUST_BACKTRACE=1`, where it was. It is a fault of the program.",
        fires: Case::default()
            .count(of_kind("panic"), "0+1x120")
            .reads("15", &[(label::ROUTE, "/panic")]),
        quiet: Case::default().count(of_kind("500"), EACH_SECOND),
    }
}

fn grpc() -> Alert {
    let calls = |error, values| {
        let series = of(metric::GRPC).is(label::CALL, "books.v1.Books/Get");
        Case::default()
            .count(series.clone().is(label::CALL_STATUS, "OK"), EACH_SECOND)
            .count(series.is(label::ERROR, error), values)
    };
    let failing = || rate(failed(metric::GRPC)).part_of(rate(metric::GRPC));
    Alert {
        name: "GrpcCallsFail",
        severity: Severity::Ticket,
        groups: &[label::JOB],
        condition: failing().by(&[label::CALL]).above(0.05),
        patience: 10,
        value: Value::Part,
        summary: "{value} of the calls of {1} of {job} fail",
        description: "With a status that is an error of the server, or without any.",
        keys: &[label::CALL],
        meaning: "More than 5 % of the calls of a method fail. `NOT_FOUND` and other faults of a client do not count.",
        first: rate(failed(metric::GRPC)).by(&[label::CALL, label::CALL_STATUS, label::ERROR]),
        remedy: "The status says where to look: `UNAVAILABLE` and `DEADLINE_EXCEEDED` at what the method calls itself, \
                 `INTERNAL` and `UNKNOWN` at the log of the service, `UNIMPLEMENTED` at the versions of both.",
        fires: calls("INTERNAL", EACH_SECOND).reads("50%", &[(label::CALL, "books.v1.Books/Get")]),
        quiet: calls("", EACH_SECOND),
    }
}

fn others() -> Alert {
    let requests = |error| {
        let series = of(metric::CLIENT).is(label::SERVER, "stock.example");
        Case::default()
            .count(series.clone().is(label::STATUS, "200"), EACH_SECOND)
            .count(series.is(label::ERROR, error), EACH_SECOND)
    };
    let client = failed(metric::CLIENT).matches_not(label::ERROR, "4..");
    Alert {
        name: "HttpClientRequestsFail",
        severity: Severity::Ticket,
        groups: &[label::JOB],
        condition: rate(client).part_of(rate(metric::CLIENT)).by(&[label::SERVER]).above(0.1),
        patience: 10,
        value: Value::Part,
        summary: "{value} of the requests of {job} to {1} fail",
        description: "They are not answered, or with a 5xx.",
        keys: &[label::SERVER],
        meaning: "More than 10 % of the requests that the service makes to a server fail. A 4xx does not count.",
        first: rate(failed(metric::CLIENT)).by(&[label::SERVER, label::ERROR]),
        remedy: "A status is the other server's trouble. `connection_error`, `name_resolution_error` and \
                 `secure_connection_error` are those of the way there. `timeout` and `cancelled` are limits of \
                 the service itself: compare them with the duration on the board of HTTP.",
        fires: requests("503").reads("50%", &[(label::SERVER, "stock.example")]),
        quiet: requests("404"),
    }
}
