//! The last measurements, and their fate when time runs out.

use std::{
    future::Future,
    io::{Read, Write},
    net::TcpListener,
    panic::{AssertUnwindSafe, catch_unwind},
    pin::Pin,
    sync::mpsc,
    task::{Context, Poll},
    thread,
    time::Duration,
};

use kymo::{
    Telemetry,
    opentelemetry::metrics::Counter,
    otlp::Otlp,
    prometheus::exposition::{Source, text::TextWriter},
};

/// Measures when it is dropped, and never returns.
struct Panics(Counter<u64>);

impl Future for Panics {
    type Output = ();

    fn poll(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<()> {
        panic!("the job fails")
    }
}

impl Drop for Panics {
    fn drop(&mut self) {
        self.0.add(1, &[]);
    }
}

/// Takes one request, and says what was in it, whether or not it is to answer.
fn receiver(answers: bool) -> (Otlp, mpsc::Receiver<Vec<u8>>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let otlp = Otlp::new()
        .endpoint(format!("http://{}", listener.local_addr().unwrap()))
        .interval(Duration::from_secs(3600));
    let (sender, arrived) = mpsc::channel();
    thread::spawn(move || {
        for stream in listener.incoming() {
            let (mut stream, mut request) = (stream.unwrap(), Vec::new());
            stream.set_read_timeout(Some(Duration::from_millis(200))).unwrap();
            let mut part = [0; 4096];
            // A request is over when nothing follows.
            while let Ok(length @ 1..) = stream.read(&mut part) {
                request.extend_from_slice(&part[..length]);
            }
            if answers {
                stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n").unwrap();
            }
            if sender.send(request).is_err() {
                return;
            }
            if !answers {
                thread::sleep(Duration::from_secs(5));
            }
        }
    });
    (otlp, arrived)
}

#[tokio::test]
async fn what_a_job_measures_when_it_is_dropped_is_pushed_too() {
    let (otlp, arrived) = receiver(true);
    let telemetry = Telemetry::for_service("shop").otlp_with(otlp).build().unwrap();
    let job = Panics(telemetry.meter("shop").u64_counter("jobs.dropped").build());
    let job = telemetry.run_job(Duration::from_secs(10), job);
    let mut job = std::pin::pin!(job);
    let ended =
        std::future::poll_fn(|cx| match catch_unwind(AssertUnwindSafe(|| job.as_mut().poll(cx))) {
            Ok(Poll::Pending) => Poll::Pending,
            Ok(Poll::Ready(())) => Poll::Ready(Ok(())),
            Err(panic) => Poll::Ready(Err(panic)),
        });
    ended.await.unwrap_err();
    let request = arrived.recv_timeout(Duration::from_secs(10)).unwrap();
    assert!(request.windows(12).any(|part| part == b"jobs.dropped"));
}

#[test]
fn a_receiver_that_hangs_takes_no_time_from_the_console() {
    let (otlp, _arrived) = receiver(false);
    let telemetry =
        Telemetry::for_service("shop").prometheus().otlp_with(otlp).console().build().unwrap();
    telemetry.meter("shop").u64_counter("sold").build().add(1, &[]);
    telemetry.shutdown_blocking(Duration::from_secs(1)).unwrap_err();

    let mut page = Vec::new();
    let mut writer = TextWriter::new(&mut page);
    telemetry.bridge().unwrap().collect(&mut writer);
    writer.finish();
    let page = String::from_utf8(page).unwrap();
    let exported = page.lines().filter(|line| {
        line.starts_with("otel_sdk_exporter_metric_data_point_exported_total{")
            && line.contains("console_metric_exporter")
            && !line.contains("error_type")
    });
    assert_eq!(exported.count(), 1, "{page}");
}
