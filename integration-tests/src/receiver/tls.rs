//! A certificate authority of one test.

use std::{
    fs,
    path::{Path, PathBuf},
    sync::Arc,
};

use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, DnType, IsCa, KeyPair};
use tempfile::TempDir;
use tokio_rustls::{
    TlsAcceptor,
    rustls::{
        RootCertStore, ServerConfig,
        crypto::ring,
        pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer},
        server::WebPkiClientVerifier,
    },
};

/// An authority that nobody trusts unless told to, with a certificate for a server on loopback and
/// one for a client, as PEM files in a temporary folder.
#[derive(Debug)]
pub struct Authority {
    root: CertificateDer<'static>,
    server: (CertificateDer<'static>, Vec<u8>),
    folder: TempDir,
}

impl Authority {
    /// A new one.
    ///
    /// # Panics
    ///
    /// When its files cannot be written.
    pub fn new() -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let mut params = CertificateParams::default();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let key = KeyPair::generate().expect("a key");
        let root = CertifiedIssuer::self_signed(params, key).expect("a certificate");
        let issue = |names: &[&str]| {
            let names = names.iter().map(|&name| name.to_owned()).collect::<Vec<_>>();
            let key = KeyPair::generate().expect("a key");
            let mut params = CertificateParams::new(names.clone()).expect("proper names");
            // OpenSSL takes a certificate that is called like its authority for the authority.
            params.distinguished_name.push(DnType::CommonName, names.concat());
            (params.signed_by(&key, &root).expect("a certificate"), key)
        };
        let (server, server_key) = issue(&["localhost", "127.0.0.1"]);
        let (client, client_key) = issue(&["client"]);
        for (file, text) in [
            (CA, root.pem()),
            (CLIENT, client.pem()),
            (KEY, client_key.serialize_pem()),
            ("server.pem", server.pem()),
            ("server.key", server_key.serialize_pem()),
        ] {
            fs::write(folder.path().join(file), text).expect("a writable folder");
        }
        let server = (server.der().clone(), server_key.serialize_der());
        Self { root: root.der().clone(), server, folder }
    }

    /// Where `ca.pem`, `server.pem` and `client.pem` are, and the keys of the last two, `server.key` and
    /// `client.key`.
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// The certificate of the authority, for those who are to trust it.
    pub fn certificate(&self) -> PathBuf {
        self.folder.path().join(CA)
    }

    /// A certificate for a client.
    pub fn client_certificate(&self) -> PathBuf {
        self.folder.path().join(CLIENT)
    }

    /// The key of [`Authority::client_certificate`].
    pub fn client_key(&self) -> PathBuf {
        self.folder.path().join(KEY)
    }

    /// Makes TLS of an accepted connection.
    pub(super) fn acceptor(&self, ask_clients: bool) -> TlsAcceptor {
        let provider = Arc::new(ring::default_provider());
        let builder = ServerConfig::builder_with_provider(Arc::clone(&provider));
        let builder = builder.with_safe_default_protocol_versions().expect("TLS 1.2 and 1.3");
        let builder = if ask_clients {
            let mut roots = RootCertStore::empty();
            roots.add(self.root.clone()).expect("a root");
            let clients = WebPkiClientVerifier::builder_with_provider(Arc::new(roots), provider);
            builder.with_client_cert_verifier(clients.build().expect("a verifier"))
        } else {
            builder.with_no_client_auth()
        };
        let (certificate, key) = self.server.clone();
        let key = PrivateKeyDer::from(PrivatePkcs8KeyDer::from(key));
        let mut config =
            builder.with_single_cert(vec![certificate], key).expect("a key for its certificate");
        config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
        TlsAcceptor::from(Arc::new(config))
    }
}

impl Default for Authority {
    fn default() -> Self {
        Self::new()
    }
}

const CA: &str = "ca.pem";
const CLIENT: &str = "client.pem";
const KEY: &str = "client.key";
