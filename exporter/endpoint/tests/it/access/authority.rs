//! Certificates, and the files they are in.

use std::{fs, path::PathBuf};

use rcgen::{
    BasicConstraints, CertificateParams, CertifiedIssuer, DnType, IsCa, KeyPair, SanType,
    date_time_ymd,
};
use tempfile::TempDir;

/// An authority, and the files of what it signed.
pub(crate) struct Authority {
    issuer: CertifiedIssuer<'static, KeyPair>,
    folder: TempDir,
}

impl Authority {
    pub(crate) fn new() -> Self {
        let mut params = CertificateParams::default();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        params.distinguished_name.push(DnType::CommonName, "authority");
        let issuer = CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap();
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("ca.crt"), issuer.pem()).unwrap();
        let authority = Self { issuer, folder };
        authority.sign("server", &["localhost", "127.0.0.1"], 2100);
        authority
    }

    pub(crate) fn file(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// A certificate that has `names` and is valid until a year begins, and its key, as files.
    pub(crate) fn sign(&self, name: &str, names: &[&str], until: i32) {
        let key = KeyPair::generate().unwrap();
        let names: Vec<_> = names.iter().map(|name| (*name).to_owned()).collect();
        let (uris, others): (Vec<_>, Vec<_>) =
            names.into_iter().partition(|name| name.contains("://"));
        let mut params = CertificateParams::new(others).unwrap();
        let uris = uris.into_iter().map(|uri| SanType::URI(uri.try_into().unwrap()));
        params.subject_alt_names.extend(uris);
        params.not_before = date_time_ymd(2020, 1, 1);
        params.not_after = date_time_ymd(until, 1, 1);
        params.distinguished_name.push(DnType::CommonName, name);
        let certificate = params.signed_by(&key, &self.issuer).unwrap();
        fs::write(self.file(&format!("{name}.crt")), certificate.pem()).unwrap();
        fs::write(self.file(&format!("{name}.key")), key.serialize_pem()).unwrap();
    }

    /// A web-config file with our certificate and what `more` says of TLS and beside it.
    pub(crate) fn web_config(&self, more: &str) -> PathBuf {
        let path = self.file("web-config.yml");
        fs::write(&path, Self::with_certificate(more)).unwrap();
        path
    }

    pub(crate) fn with_certificate(more: &str) -> String {
        format!("tls_server_config:\n  cert_file: server.crt\n  key_file: server.key\n{more}")
    }

    /// The arguments that make curl trust this authority, and show the certificate `name`.
    pub(crate) fn client(&self, name: Option<&str>) -> Vec<String> {
        let mut args = vec!["--cacert".to_owned(), self.file("ca.crt").display().to_string()];
        if let Some(name) = name {
            for (arg, ending) in [("--cert", "crt"), ("--key", "key")] {
                args.push(arg.to_owned());
                args.push(self.file(&format!("{name}.{ending}")).display().to_string());
            }
        }
        args
    }
}
