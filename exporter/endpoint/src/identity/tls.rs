//! TLS as a web-config file describes it.

use std::{fmt, sync::Arc};

use rustls::{
    RootCertStore, ServerConfig,
    crypto::CryptoProvider,
    pki_types::{CertificateDer, PrivateKeyDer, pem, pem::PemObject},
    server::NoServerSessionStorage,
    version,
};

use super::{
    certificate::Certificate,
    client_verifier::ClientVerifier,
    files::Files,
    mistake::Mistake,
    suites,
    web_config::{ClientAuth, Place, Source, TlsSection},
};
use crate::access::AccessError;

/// How connections are encrypted, and which clients may have one.
pub(crate) struct Tls {
    pub(super) config: Arc<ServerConfig>,
    /// The last second at which our certificates are valid, in seconds since 1970.
    pub(crate) not_after: i64,
    pub(crate) clients: Clients,
}

/// Which clients may have a connection. One that was made under other rules is closed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Clients {
    auth: ClientAuth,
    authorities: Vec<CertificateDer<'static>>,
    names: Option<Vec<String>>,
}

impl Clients {
    /// Whether only those whom an authority vouches for have a connection.
    pub(super) fn are_known(&self) -> bool {
        self.auth == ClientAuth::RequireAndVerify
    }

    /// Whether certificates are shown to an authority at all, as Go does or does not.
    fn are_verified(&self) -> bool {
        matches!(self.auth, ClientAuth::VerifyIfGiven | ClientAuth::RequireAndVerify)
    }

    /// Whether those without a certificate have none.
    pub(super) fn must_have_certificates(&self) -> bool {
        matches!(self.auth, ClientAuth::RequireAny | ClientAuth::RequireAndVerify)
    }
}

impl Tls {
    /// Reads what `section` names; `fault` makes an error of a mistake in the web-config file.
    pub(super) fn load(
        section: &TlsSection,
        http2: bool,
        files: &mut Files,
        fault: impl Fn(Mistake) -> AccessError,
    ) -> Result<Self, AccessError> {
        let mut loading = Loading { files, fault };
        let chain = loading.certificates(&section.certificate)?;
        let key = loading.key(&section.key)?;
        let clients = Clients {
            auth: section.client_auth,
            authorities: section
                .client_ca
                .as_ref()
                .map_or(Ok(Vec::new()), |source| loading.certificates(source))?,
            names: section.client_allowed_sans.clone(),
        };
        let facts = chain.iter().map(|certificate| Certificate::read(certificate));
        let Some(not_after) = facts.map(|facts| Some(facts?.not_after)).min().flatten() else {
            return Err(loading.fault(&section.certificate, "this is no certificate of X.509"));
        };
        let fault = |error: rustls::Error| {
            let remedy = format!("certificate and key do not go together: {error}");
            loading.fault(&section.key, &remedy)
        };
        let provider = Arc::new(suites::chosen(section).map_err(&loading.fault)?);
        let versions: &[_] = match section.versions {
            (true, true) => &[&version::TLS12, &version::TLS13],
            (true, false) => &[&version::TLS12],
            _ => &[&version::TLS13],
        };
        let builder = ServerConfig::builder_with_provider(Arc::clone(&provider));
        let builder = builder.with_protocol_versions(versions).map_err(fault)?;
        let builder = if section.client_auth == ClientAuth::No {
            builder.with_no_client_auth()
        } else {
            let verifier = verifier(&clients, &provider).map_err(|remedy| {
                loading.fault(section.client_ca.as_ref().unwrap_or(&section.key), &remedy)
            })?;
            builder.with_client_cert_verifier(Arc::new(verifier))
        };
        let mut config = builder.with_single_cert(chain, key).map_err(fault)?;
        config.ignore_client_order = section.prefers_own_suites;
        // Who comes back is looked at anew: a certificate may have expired, and rules may have changed.
        config.session_storage = Arc::new(NoServerSessionStorage {});
        config.send_tls13_tickets = 0;
        config.alpn_protocols = vec![b"http/1.1".to_vec()];
        if http2 {
            config.alpn_protocols.insert(0, b"h2".to_vec());
        }
        Ok(Self { config: Arc::new(config), not_after, clients })
    }
}

fn verifier(clients: &Clients, provider: &Arc<CryptoProvider>) -> Result<ClientVerifier, String> {
    let mut roots = RootCertStore::empty();
    for authority in clients.authorities.iter().filter(|_| clients.are_verified()) {
        let added = roots.add(authority.clone());
        added.map_err(|error| format!("this is no authority's certificate: {error}"))?;
    }
    let is_mandatory = clients.must_have_certificates();
    ClientVerifier::new(roots, is_mandatory, clients.names.clone(), provider)
}

/// Files that are being read, and what makes an error of a mistake in the web-config file.
struct Loading<'a, F> {
    files: &'a mut Files,
    fault: F,
}

impl<F: Fn(Mistake) -> AccessError> Loading<'_, F> {
    fn certificates(
        &mut self,
        source: &Source,
    ) -> Result<Vec<CertificateDer<'static>>, AccessError> {
        let pem = self.pem(source)?;
        let found: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(&pem).collect();
        let found = found.unwrap_or_default();
        if found.is_empty() {
            return Err(self.fault(source, "there is no certificate in PEM"));
        }
        Ok(found)
    }

    fn key(&mut self, source: &Source) -> Result<PrivateKeyDer<'static>, AccessError> {
        let pem = self.pem(source)?;
        PrivateKeyDer::from_pem_slice(&pem).map_err(|error| {
            let remedy = match error {
                pem::Error::NoItemsFound => "there is no key in PEM; it must not be encrypted",
                _ => "this is not PEM",
            };
            self.fault(source, remedy)
        })
    }

    fn pem(&mut self, source: &Source) -> Result<Vec<u8>, AccessError> {
        match &source.place {
            Place::Inline(text) => Ok(text.clone().into_bytes()),
            Place::File(path) => self.files.read(path),
        }
    }

    fn fault(&self, source: &Source, remedy: &str) -> AccessError {
        let remedy = match &source.place {
            Place::File(path) => format!("{remedy} ({})", path.display()),
            Place::Inline(_) => remedy.to_owned(),
        };
        (self.fault)(Mistake { line: source.line, key: source.key.clone(), remedy })
    }
}

impl fmt::Debug for Tls {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Tls").field("not_after", &self.not_after).finish_non_exhaustive()
    }
}
