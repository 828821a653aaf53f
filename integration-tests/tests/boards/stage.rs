//! Services in every trouble that a board shows.

use std::{fs, time::Duration};

use http::Method;
use integration_tests::{Bookshop, Receiver, Redis, load, receiver::Authority};
use kymo::prometheus::Translation;
use tokio::{io::AsyncWriteExt, net::TcpStream, time::timeout};

use crate::depot::Depot;

/// A bookshop, whose own listener asks for a password, and a depot, with all that they talk to.
pub(crate) struct Stage {
    shop: Bookshop,
    depot: Depot,
    authority: Authority,
    redis: Redis,
    _collector: Option<Receiver>,
}

/// The hash that libxcrypt makes of `secret`, at a cost that is usual.
const SECRET: &str = "$2y$10$abcdefghijklmnopqrstuuqflPDzB6gcMhKa1rZqKiun2YGL5sa2u";

const BOOK: &str = r#"{"title":"Dune","author":"Frank Herbert"}"#;

impl Stage {
    /// All of it, with names by this translation; the bookshop pushes to a collector, and the depot to nobody.
    pub(crate) async fn open(translation: Translation) -> Self {
        let collector = Receiver::start();
        let endpoints = [collector.url(), "http://127.0.0.1:1".to_owned()];
        Self::pushing(translation, &endpoints, Some(collector)).await
    }

    /// The same, where both push to this endpoint.
    pub(crate) async fn pushing_to(endpoint: &str) -> Self {
        let endpoints = [endpoint.to_owned(), endpoint.to_owned()];
        Self::pushing(Translation::default(), &endpoints, None).await
    }

    async fn pushing(
        translation: Translation,
        endpoints: &[String; 2],
        collector: Option<Receiver>,
    ) -> Self {
        let redis = Redis::start();
        let authority = Authority::new();
        let file = authority.folder().join("web-config.yml");
        fs::write(&file, web_config()).unwrap();
        let shop = Bookshop::start_as(
            &[
                "--redis-url",
                &redis.url(),
                "--metrics",
                "127.0.0.1:0",
                "--web-config",
                file.to_str().unwrap(),
            ],
            &[
                ("KYMO_EXPORTER_PROMETHEUS_TRANSLATION_STRATEGY", translation.name()),
                ("OTEL_METRICS_EXPORTER", "prometheus,otlp"),
                ("OTEL_EXPORTER_OTLP_ENDPOINT", &endpoints[0]),
                ("OTEL_METRIC_EXPORT_INTERVAL", "500"),
            ],
        );
        let depot = Depot::open(translation, &endpoints[1]).await;
        Self { shop, depot, authority, redis, _collector: collector }
    }

    /// How a server scrapes both, with more in each job.
    pub(crate) fn jobs(&self, more: &str) -> String {
        let shop = self.shop.metrics_address();
        let depot = self.depot.address();
        format!(
            "- job_name: bookshop\n  static_configs: [{{targets: ['{shop}']}}]\n  scheme: https\n  \
             basic_auth: {{username: prometheus, password: secret}}\n  \
             tls_config: {{insecure_skip_verify: true}}\n{more}\
             - job_name: depot\n  static_configs: [{{targets: ['{depot}']}}]\n{more}"
        )
    }

    /// Some of everything, and of what goes wrong.
    pub(crate) async fn round(&self) {
        let client = self.shop.client();
        load::run(client, 1, 1).await;
        for path in ["/authors", "/bestsellers", "/receipt", "/slow?ms=10", "/books/first"] {
            client.get(path).await;
        }
        let made = client.send(Method::POST, "/books", BOOK).await;
        for _ in 0..3 {
            client.get(made.header("location")).await;
        }
        let book = made.json()["id"].to_string();
        for (book, copies) in [(&*book, 2), (&*book, 2), ("999999", 1)] {
            let order = format!(r#"{{"book":{book},"copies":{copies}}}"#);
            client.send(Method::POST, "/orders", &order).await;
        }
        let _ = client.try_send(Method::GET, "/panic").await;
        self.leave("/slow?ms=60000").await;
        self.leave("/events").await;
        // Nobody is let in without a password.
        let _ = client.try_send(Method::GET, "/metrics").await;
        self.intrude().await;
        fs::write(self.authority.folder().join("web-config.yml"), web_config()).unwrap();
        self.depot.round(&self.redis).await;
    }

    /// A client that hangs up while it is served.
    async fn leave(&self, path: &str) {
        let mut client = TcpStream::connect(self.shop.address()).await.unwrap();
        let request = format!("GET {path} HTTP/1.1\r\nhost: shop\r\n\r\n");
        client.write_all(request.as_bytes()).await.unwrap();
        tokio::time::sleep(Duration::from_millis(30)).await;
    }

    /// A scraper that knows nothing of TLS.
    async fn intrude(&self) {
        let connected = TcpStream::connect(self.shop.metrics_address()).await;
        if let Ok(mut stream) = connected {
            let _ = stream.write_all(b"GET /metrics HTTP/1.1\r\nhost: shop\r\n\r\n").await;
            let _ = timeout(Duration::from_millis(50), stream.readable()).await;
        }
    }
}

fn web_config() -> String {
    format!(
        "tls_server_config:\n  cert_file: server.pem\n  key_file: server.key\n\
         basic_auth_users:\n  prometheus: {SECRET}\n# {:?}\n",
        std::time::SystemTime::now()
    )
}
