//! Certificates of clients.

use std::sync::Arc;

use rustls::{
    CertificateError, DigitallySignedStruct, DistinguishedName, Error, RootCertStore,
    SignatureScheme,
    client::danger::HandshakeSignatureValid,
    crypto::{CryptoProvider, verify_tls12_signature, verify_tls13_signature},
    pki_types::{CertificateDer, UnixTime},
    server::{
        WebPkiClientVerifier,
        danger::{ClientCertVerified, ClientCertVerifier},
    },
};

use super::certificate::Certificate;

/// Looks at what clients present.
///
/// The client must hold the key of it in any case.
#[derive(Debug)]
pub(super) struct ClientVerifier {
    /// Asks an authority; nothing if any certificate will do.
    authority: Option<Arc<dyn ClientCertVerifier>>,
    is_mandatory: bool,
    /// Names of which a certificate must have one.
    names: Option<Vec<String>>,
    provider: Arc<CryptoProvider>,
}

impl ClientVerifier {
    /// Lets in the certificates of `roots`, or any if there is no root.
    pub(super) fn new(
        roots: RootCertStore,
        is_mandatory: bool,
        names: Option<Vec<String>>,
        provider: &Arc<CryptoProvider>,
    ) -> Result<Self, String> {
        let provider = Arc::clone(provider);
        let authority = if roots.is_empty() {
            None
        } else {
            let roots = Arc::new(roots);
            let builder = WebPkiClientVerifier::builder_with_provider(roots, Arc::clone(&provider));
            Some(builder.build().map_err(|error| error.to_string())?)
        };
        Ok(Self { authority, is_mandatory, names, provider })
    }

    fn is_named(&self, certificate: &CertificateDer<'_>) -> Result<(), Error> {
        let Some(names) = &self.names else { return Ok(()) };
        let certificate = Certificate::read(certificate).ok_or(CertificateError::BadEncoding)?;
        let is_named = certificate.names.iter().any(|name| names.contains(name));
        is_named.then_some(()).ok_or(CertificateError::ApplicationVerificationFailure.into())
    }
}

impl ClientCertVerifier for ClientVerifier {
    fn client_auth_mandatory(&self) -> bool {
        self.is_mandatory
    }

    fn root_hint_subjects(&self) -> &[DistinguishedName] {
        self.authority.as_ref().map_or(&[], |authority| authority.root_hint_subjects())
    }

    fn verify_client_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        now: UnixTime,
    ) -> Result<ClientCertVerified, Error> {
        if let Some(authority) = &self.authority {
            authority.verify_client_cert(end_entity, intermediates, now)?;
        }
        self.is_named(end_entity)?;
        Ok(ClientCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        let algorithms = &self.provider.signature_verification_algorithms;
        verify_tls12_signature(message, certificate, signature, algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        let algorithms = &self.provider.signature_verification_algorithms;
        verify_tls13_signature(message, certificate, signature, algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.provider.signature_verification_algorithms.supported_schemes()
    }
}
