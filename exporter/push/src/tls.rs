//! TLS: the authorities that are trusted, and the client's own certificate.

use std::{path::Path, sync::Arc};

use rustls::{
    ClientConfig, RootCertStore,
    crypto::ring,
    pki_types::{CertificateDer, PrivateKeyDer, pem, pem::PemObject},
};

use crate::{Destination, Error};

/// How connections to `destination` are encrypted, if they are.
///
/// The provider of cryptography is ring, for these connections only: none is installed for the
/// process.
pub(crate) fn config(destination: &Destination, encrypted: bool) -> Result<ClientConfig, Error> {
    let roots = match &destination.ca_certificate {
        _ if !encrypted => RootCertStore::empty(),
        Some(path) => authorities(path)?,
        None => system()?,
    };
    let config = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .map_err(|error| tls(error.to_string()))?
        .with_root_certificates(roots);
    match (&destination.client_certificate, &destination.client_key) {
        _ if !encrypted => Ok(config.with_no_client_auth()),
        (None, None) => Ok(config.with_no_client_auth()),
        (Some(certificate), Some(key)) => {
            let chain = certificates(certificate, "the client's certificate")?;
            let secret = PrivateKeyDer::from_pem_file(key)
                .map_err(|error| file(key, "the client's key", &error))?;
            config.with_client_auth_cert(chain, secret).map_err(|error| tls(error.to_string()))
        }
        (Some(_), None) => Err(tls("the client's certificate has no key; give its file too")),
        (None, Some(_)) => Err(tls("the client's key has no certificate; give its file too")),
    }
}

/// The authorities of a file.
fn authorities(path: &Path) -> Result<RootCertStore, Error> {
    const PURPOSE: &str = "the certificate of the authority";
    let mut roots = RootCertStore::empty();
    for certificate in certificates(path, PURPOSE)? {
        roots.add(certificate).map_err(|error| Error::File {
            path: path.to_owned(),
            purpose: PURPOSE,
            problem: error.to_string(),
        })?;
    }
    Ok(roots)
}

/// The authorities of the system.
fn system() -> Result<RootCertStore, Error> {
    let found = rustls_native_certs::load_native_certs();
    let mut roots = RootCertStore::empty();
    if roots.add_parsable_certificates(found.certs).0 > 0 {
        return Ok(roots);
    }
    Err(Error::NoAuthorities)
}

/// Reads the certificates of a PEM file; one without any is an error.
fn certificates(path: &Path, purpose: &'static str) -> Result<Vec<CertificateDer<'static>>, Error> {
    let read = CertificateDer::pem_file_iter(path).and_then(Iterator::collect::<Result<Vec<_>, _>>);
    match read {
        Ok(certificates) if certificates.is_empty() => {
            Err(file(path, purpose, &pem::Error::NoItemsFound))
        }
        Ok(certificates) => Ok(certificates),
        Err(error) => Err(file(path, purpose, &error)),
    }
}

fn file(path: &Path, purpose: &'static str, error: &pem::Error) -> Error {
    Error::File { path: path.to_owned(), purpose, problem: error.to_string() }
}

fn tls(problem: impl Into<String>) -> Error {
    Error::Tls { problem: problem.into() }
}
