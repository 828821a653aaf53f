use std::task::{Context, Poll, Waker};

use kymo_testing::TestMeters;
use redis::{RedisError, RedisFuture, Value, parse_redis_value};

use super::{resolver::redirects_of, *};
use crate::{key, metrics, recorder::Recorder, server::Server};

struct Meters {
    meters: TestMeters,
    recorder: Recorder,
}

impl Meters {
    fn new() -> Self {
        let meters = TestMeters::new();
        let recorder = Recorder::new(&meters.meter("test"));
        Self { meters, recorder }
    }

    /// Counts the redirects of the cluster at `address`.
    fn redirects(&self, address: &str) -> Redirects {
        let server = Server { address: address.to_owned(), port: None };
        let place = self.recorder.place("0", Some(&server));
        Redirects::new(&self.recorder, place)
    }

    /// Redirects of every cluster, as `address kind count`, sorted.
    fn counted(&self) -> Vec<String> {
        let points = self.meters.snapshot().points().of(metrics::REDIRECTS.name);
        let counted = points.iter().map(|point| {
            let get = |key: &str| point.get(key).unwrap().to_owned();
            let [address, kind] = [get(key::SERVER_ADDRESS.name), get(key::REDIS_REDIRECT.name)];
            format!("{address} {kind} {}", point.count)
        });
        let mut counted: Vec<_> = counted.collect();
        counted.sort();
        counted
    }
}

fn answers(replies: &[&str]) -> Vec<Value> {
    replies.iter().map(|reply| parse_redis_value(reply.as_bytes()).unwrap()).collect()
}

const MOVED: &str = "-MOVED 7 10.0.0.2:7000\r\n";
const ASK: &str = "-ASK 7 10.0.0.2:7000\r\n";

#[test]
fn an_answer_is_a_redirect_or_none() {
    let meters = Meters::new();
    let redirects = meters.redirects("a");
    assert_eq!(meters.counted(), ["a ask 0", "a moved 0"]);
    for reply in [MOVED, ASK, MOVED, "+OK\r\n", "-TRYAGAIN later\r\n", "-ERR MOVED 7 a:1\r\n"] {
        redirects.count_among(&answers(&[reply]));
    }
    assert_eq!(meters.counted(), ["a ask 1", "a moved 2"]);
}

#[test]
fn a_pipeline_is_redirected_once() {
    let meters = Meters::new();
    let redirects = meters.redirects("a");
    redirects.count_among(&answers(&["+OK\r\n", "-ERR no\r\n", ASK, MOVED, ASK]));
    assert_eq!(meters.counted(), ["a ask 1", "a moved 0"]);
}

#[test]
fn an_error_of_the_server_counts_as_its_reply() {
    let meters = Meters::new();
    let redirects = meters.redirects("a");
    let [Value::ServerError(moved)] = &*answers(&[MOVED]) else { panic!() };
    redirects.count_in(&RedisError::from(moved.clone()));
    redirects.count_in(&std::io::Error::from(std::io::ErrorKind::BrokenPipe).into());
    assert_eq!(meters.counted(), ["a ask 0", "a moved 1"]);
}

/// Finds no address, after having been asked twice.
struct Slow;

impl AsyncDNSResolver for Slow {
    fn resolve<'a, 'b: 'a>(
        &'a self,
        _host: &'b str,
        _port: u16,
    ) -> RedisFuture<'a, Box<dyn Iterator<Item = std::net::SocketAddr> + Send + 'a>> {
        Box::pin(async {
            tokio::task::yield_now().await;
            Ok(Box::new(std::iter::empty()) as Box<_>)
        })
    }
}

#[tokio::test]
async fn nodes_that_are_opened_at_once_count_for_their_own_clusters() {
    let meters = Meters::new();
    let resolvers = ["a", "b"].map(|cluster| Resolver::new(Slow, meters.redirects(cluster)));
    let mut opening = resolvers.each_ref().map(|resolver| {
        Box::pin(redirects_of(async { resolver.resolve("127.0.0.1", 7000).await.map(drop) }))
    });
    let mut context = Context::from_waker(Waker::noop());
    for opening in &mut opening {
        assert!(opening.as_mut().poll(&mut context).is_pending());
    }
    for (opening, times) in opening.iter_mut().zip(1..) {
        let Poll::Ready((Ok(()), Some(redirects))) = opening.as_mut().poll(&mut context) else {
            panic!("it was asked, and left nothing");
        };
        (0..times).for_each(|_| redirects.count_among(&answers(&[ASK])));
    }
    assert_eq!(meters.counted(), ["a ask 1", "a moved 0", "b ask 2", "b moved 0"]);
}

#[tokio::test]
async fn what_nobody_resolved_counts_nowhere() {
    let (value, redirects) = redirects_of(async { 7 }).await;
    assert_eq!((value, redirects.is_none()), (7, true));
    let resolver = Resolver::new(SystemResolver, Meters::new().redirects("a"));
    let found: Vec<_> = resolver.resolve("127.0.0.1", 7000).await.unwrap().collect();
    assert_eq!(
        found,
        ["127.0.0.1:7000".parse().unwrap()],
        "outside of any scope, it just resolves"
    );
}
