//! Encrypted connections.

use std::{fs, path::PathBuf, sync::Arc, time::Duration};

use kymo_push::{Destination, Error, FlushError, Protocol, Push};
use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, DnType, IsCa, KeyPair};
use rustls::{
    RootCertStore, ServerConfig,
    crypto::{CryptoProvider, ring},
    pki_types::{CertificateDer, PrivateKeyDer, pem::PemObject},
    server::WebPkiClientVerifier,
};
use tempfile::TempDir;
use tokio_rustls::TlsAcceptor;

use crate::{
    LONG, NEVER, Service,
    receiver::{Answer, Receiver},
};

/// An authority, and the files of what it signed.
struct Authority {
    issuer: CertifiedIssuer<'static, KeyPair>,
    folder: TempDir,
}

impl Authority {
    fn new() -> Self {
        let mut params = CertificateParams::default();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        params.distinguished_name.push(DnType::CommonName, "authority");
        let issuer = CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap();
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("ca.pem"), issuer.pem()).unwrap();
        Self { issuer, folder }
    }

    fn file(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// A certificate and its key, as files too.
    fn sign(&self, name: &str) -> (CertificateDer<'static>, PrivateKeyDer<'static>) {
        let key = KeyPair::generate().unwrap();
        let params = CertificateParams::new(vec!["127.0.0.1".into(), "localhost".into()]).unwrap();
        let certificate = params.signed_by(&key, &self.issuer).unwrap();
        fs::write(self.file(&format!("{name}.pem")), certificate.pem()).unwrap();
        fs::write(self.file(&format!("{name}.key")), key.serialize_pem()).unwrap();
        let secret = PrivateKeyDer::from_pem_slice(key.serialize_pem().as_bytes()).unwrap();
        (certificate.der().clone(), secret)
    }

    /// A receiver whose certificate this authority signed; it may ask for one.
    fn receiver(&self, mutual: bool) -> Receiver {
        let (certificate, key) = self.sign("server");
        let provider = Arc::new(ring::default_provider());
        let builder = ServerConfig::builder_with_provider(Arc::clone(&provider))
            .with_safe_default_protocol_versions()
            .unwrap();
        let mut roots = RootCertStore::empty();
        roots.add(self.issuer.der().clone()).unwrap();
        let verifier =
            WebPkiClientVerifier::builder_with_provider(Arc::new(roots), provider).build();
        let builder = if mutual {
            builder.with_client_cert_verifier(verifier.unwrap())
        } else {
            builder.with_no_client_auth()
        };
        let mut config = builder.with_single_cert(vec![certificate], key).unwrap();
        config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
        let acceptor = TlsAcceptor::from(Arc::new(config));
        Receiver::with("127.0.0.1:0".parse().unwrap(), Some(acceptor), [Answer::Accept])
    }
}

fn destination(protocol: Protocol, receiver: &Receiver) -> Destination {
    let path = if protocol == Protocol::Grpc { "" } else { "/v1/metrics" };
    Destination::new(protocol).endpoint(format!("https://{}{path}", receiver.address))
}

#[test]
fn a_collector_of_a_known_authority_is_trusted() {
    let authority = Authority::new();
    for protocol in [Protocol::HttpProtobuf, Protocol::Grpc] {
        let receiver = authority.receiver(false);
        let destination = destination(protocol, &receiver).ca_certificate(authority.file("ca.pem"));
        let service = Service::new(&destination, NEVER);
        service.jobs.add(1, &[]);
        service.push.flush(LONG).unwrap();
        assert_eq!(receiver.arrived()[0].sum("jobs"), Some(1));
    }
    assert!(CryptoProvider::get_default().is_none(), "one was installed for the whole process");
}

#[test]
fn a_collector_of_another_authority_gets_nothing() {
    let (authority, other) = (Authority::new(), Authority::new());
    for protocol in [Protocol::HttpProtobuf, Protocol::Grpc] {
        let receiver = authority.receiver(false);
        let destination = destination(protocol, &receiver)
            .ca_certificate(other.file("ca.pem"))
            .timeout(Duration::from_secs(1));
        let service = Service::new(&destination, NEVER);
        service.jobs.add(1, &[]);
        let error = service.push.flush(LONG).unwrap_err();
        assert!(matches!(error, FlushError::Failed { .. }), "{error}");
        assert!(error.to_string().contains("certificate"), "{error}");
        assert!(receiver.arrived().is_empty());
    }
}

#[test]
fn a_collector_that_asks_for_a_certificate_is_shown_ours() {
    let authority = Authority::new();
    let receiver = authority.receiver(true);
    authority.sign("client");
    let stranger = destination(Protocol::HttpProtobuf, &receiver)
        .ca_certificate(authority.file("ca.pem"))
        .timeout(Duration::from_secs(1));
    let known = stranger
        .clone()
        .client_certificate(authority.file("client.pem"))
        .client_key(authority.file("client.key"));

    let service = Service::new(&known, NEVER);
    service.jobs.add(1, &[]);
    service.push.flush(LONG).unwrap();
    let service = Service::new(&stranger, NEVER);
    service.jobs.add(1, &[]);
    service.push.flush(LONG).unwrap_err();
    assert_eq!(receiver.arrived().len(), 1);
}

#[test]
fn a_file_that_is_no_use_is_told_at_the_start() {
    let authority = Authority::new();
    authority.sign("client");
    fs::write(authority.file("empty.pem"), "").unwrap();
    let https = || Destination::default().endpoint("https://localhost/v1/metrics");
    let ca = || https().ca_certificate(authority.file("ca.pem"));
    let start = |destination: Destination| Push::otlp(&destination, NEVER).unwrap_err();

    for name in ["missing.pem", "empty.pem", "client.key"] {
        let error = start(https().ca_certificate(authority.file(name)));
        assert!(matches!(error, Error::File { .. }), "{name}: {error}");
        assert!(error.to_string().contains(name), "{error}");
    }
    let lonely = start(ca().client_key(authority.file("client.key")));
    assert!(matches!(lonely, Error::Tls { .. }), "{lonely}");
    let swapped = ca()
        .client_certificate(authority.file("client.pem"))
        .client_key(authority.file("client.pem"));
    assert!(matches!(start(swapped), Error::File { .. }));
}
