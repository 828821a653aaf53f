//! Reads the file's section on TLS.

use std::path::{Path, PathBuf};

use super::yaml::Node;
use crate::identity::mistake::Mistake;

/// The section `tls_server_config`.
#[derive(Debug)]
pub(crate) struct TlsSection {
    pub(crate) certificate: Source,
    pub(crate) key: Source,
    pub(crate) client_auth: ClientAuth,
    pub(crate) client_ca: Option<Source>,
    /// Names of which a client's certificate must have one; nothing if any will do.
    pub(crate) client_allowed_sans: Option<Vec<String>>,
    /// Whether TLS 1.2 and TLS 1.3 are spoken.
    pub(crate) versions: (bool, bool),
    /// As Go names them; empty for those of rustls.
    pub(crate) cipher_suites: Vec<String>,
    /// As Go names them; empty for those of rustls.
    pub(crate) curves: Vec<String>,
    pub(crate) prefers_own_suites: bool,
}

/// Where something in PEM is, and where the file says so.
#[derive(Debug, Clone)]
pub(crate) struct Source {
    pub(crate) line: usize,
    pub(crate) key: String,
    pub(crate) place: Place,
}

/// A file, or the text itself.
#[derive(Clone)]
pub(crate) enum Place {
    File(PathBuf),
    Inline(String),
}

/// How much is asked of a client's certificate.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ClientAuth {
    /// It is not asked for.
    No,
    /// It is asked for, and any will do.
    Request,
    /// There must be one, and any will do.
    RequireAny,
    /// One that is given must be of the authority.
    VerifyIfGiven,
    /// There must be one of the authority.
    RequireAndVerify,
}

impl TlsSection {
    pub(super) fn read(node: &Node, folder: &Path) -> Result<Option<Self>, Mistake> {
        let mut section = Raw::default();
        for (key, node) in node.entries()? {
            section.entry(key, node, folder)?;
        }
        section.check(node)
    }
}

/// The fields as they are there, before it is known whether they go together.
#[derive(Default)]
struct Raw {
    certificate: [Option<Source>; 2],
    key: [Option<Source>; 2],
    client_auth: Option<ClientAuth>,
    client_ca: [Option<Source>; 2],
    client_allowed_sans: Option<Vec<String>>,
    min_version: Version,
    max_version: Option<Version>,
    cipher_suites: Vec<String>,
    curves: Vec<String>,
    prefers_own_suites: Option<bool>,
}

#[derive(Default, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Version {
    #[default]
    Tls12,
    Tls13,
}

impl Raw {
    fn entry(&mut self, key: &str, node: &Node, folder: &Path) -> Result<(), Mistake> {
        let names = |list: Vec<(&Node, &str)>| {
            list.into_iter().map(|(_, text)| text.to_owned()).collect::<Vec<_>>()
        };
        match key {
            "cert" => self.certificate[1] = node.inline()?,
            "cert_file" => self.certificate[0] = node.file(folder)?,
            "key" => self.key[1] = node.inline()?,
            "key_file" => self.key[0] = node.file(folder)?,
            "client_ca" => self.client_ca[1] = node.inline()?,
            "client_ca_file" => self.client_ca[0] = node.file(folder)?,
            "client_auth_type" => self.client_auth = client_auth(node)?,
            "client_allowed_sans" => {
                self.client_allowed_sans =
                    Some(names(node.texts()?)).filter(|names| !names.is_empty());
            }
            "min_version" => self.min_version = version(node)?.unwrap_or_default(),
            "max_version" => self.max_version = version(node)?,
            "cipher_suites" => self.cipher_suites = names(node.texts()?),
            "curve_preferences" => self.curves = names(node.texts()?),
            "prefer_server_cipher_suites" => self.prefers_own_suites = node.boolean()?,
            _ => return Err(node.unknown(KEYS)),
        }
        Ok(())
    }

    fn check(self, node: &Node) -> Result<Option<TlsSection>, Mistake> {
        // The file is stronger than the text beside it, as in the toolkit.
        let [certificate, key, client_ca] =
            [self.certificate, self.key, self.client_ca].map(|[file, text]| file.or(text));
        if certificate.is_none()
            && key.is_none()
            && client_ca.is_none()
            && self.client_auth.is_none()
        {
            return Ok(None);
        }
        let client_auth = self.client_auth.unwrap_or(ClientAuth::No);
        let fault = |remedy: &str| Err(node.mistake(remedy));
        let verifies =
            matches!(client_auth, ClientAuth::VerifyIfGiven | ClientAuth::RequireAndVerify);
        let max_version = self.max_version.unwrap_or(Version::Tls13);
        let (Some(certificate), Some(key)) = (certificate, key) else {
            return fault(
                "write the certificate and the key: cert_file and key_file, or cert and key",
            );
        };
        match client_auth {
            ClientAuth::No if client_ca.is_some() || self.client_allowed_sans.is_some() => fault(
                "client_ca_file and client_allowed_sans guard nothing alone; write \
                 `client_auth_type: RequireAndVerifyClientCert` beside them",
            ),
            _ if verifies && client_ca.is_none() => fault(
                "with this client_auth_type, write client_ca_file or client_ca: every certificate of a \
                 public authority would be let in without it",
            ),
            _ if max_version < self.min_version => {
                fault("no version is between min_version and max_version; write TLS12 and TLS13")
            }
            _ => Ok(Some(TlsSection {
                certificate,
                key,
                client_auth,
                client_ca,
                client_allowed_sans: self.client_allowed_sans,
                versions: (self.min_version == Version::Tls12, max_version == Version::Tls13),
                cipher_suites: self.cipher_suites,
                curves: self.curves,
                prefers_own_suites: self.prefers_own_suites.unwrap_or(true),
            })),
        }
    }
}

fn client_auth(node: &Node) -> Result<Option<ClientAuth>, Mistake> {
    Ok(Some(match node.text()? {
        "" => return Ok(None),
        "NoClientCert" => ClientAuth::No,
        "RequestClientCert" => ClientAuth::Request,
        // The second is how the toolkit once called it, and still does.
        "RequireAnyClientCert" | "RequireClientCert" => ClientAuth::RequireAny,
        "VerifyClientCertIfGiven" => ClientAuth::VerifyIfGiven,
        "RequireAndVerifyClientCert" => ClientAuth::RequireAndVerify,
        _ => {
            return Err(node.mistake(
                "write one of NoClientCert, RequestClientCert, RequireAnyClientCert, \
                 VerifyClientCertIfGiven, RequireAndVerifyClientCert",
            ));
        }
    }))
}

fn version(node: &Node) -> Result<Option<Version>, Mistake> {
    match node.text()? {
        "" => Ok(None),
        "TLS12" => Ok(Some(Version::Tls12)),
        "TLS13" => Ok(Some(Version::Tls13)),
        "TLS10" | "TLS11" => {
            Err(node.mistake("this version is broken and not spoken here; write TLS12 or TLS13"))
        }
        _ => Err(node.mistake("write TLS12 or TLS13")),
    }
}

impl Node {
    fn inline(&self) -> Result<Option<Source>, Mistake> {
        let text = self.text()?;
        Ok((!text.is_empty()).then(|| self.source(Place::Inline(text.to_owned()))))
    }

    fn file(&self, folder: &Path) -> Result<Option<Source>, Mistake> {
        let text = self.text()?;
        Ok((!text.is_empty()).then(|| self.source(Place::File(folder.join(text)))))
    }

    fn source(&self, place: Place) -> Source {
        let Mistake { line, key, .. } = self.mistake("");
        Source { line, key, place }
    }
}

/// An inline text may be a key.
impl std::fmt::Debug for Place {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::File(path) => path.fmt(f),
            Self::Inline(_) => f.write_str("inline"),
        }
    }
}

const KEYS: &[&str] = &[
    "cert",
    "cert_file",
    "key",
    "key_file",
    "client_auth_type",
    "client_ca",
    "client_ca_file",
    "client_allowed_sans",
    "min_version",
    "max_version",
    "cipher_suites",
    "prefer_server_cipher_suites",
    "curve_preferences",
];
