//! Ciphers and curves by the names that Go has for them.

use rustls::{
    SupportedCipherSuite,
    crypto::{
        CryptoProvider, SupportedKxGroup,
        ring::{self, cipher_suite as suite, kx_group},
    },
};

use super::{mistake::Mistake, web_config::TlsSection};

/// The ciphers and curves of ring that `section` allows, in its order.
///
/// Those that Go has and ring has not are left out, which is reported: the rest is what the file allows.
/// The list of ciphers is for TLS 1.2 alone, as in Go.
pub(super) fn chosen(section: &TlsSection) -> Result<CryptoProvider, Mistake> {
    let mut provider = ring::default_provider();
    let mistake = |key: &str, remedy: String| Mistake {
        line: section.certificate.line,
        key: format!("tls_server_config.{key}"),
        remedy,
    };
    if !section.cipher_suites.is_empty() {
        let chosen = choose(&section.cipher_suites, SUITES, LACKING_SUITES)
            .map_err(|remedy| mistake("cipher_suites", remedy))?;
        provider.cipher_suites.retain(|suite| suite.tls13().is_some());
        let old = chosen.into_iter().filter(|suite| suite.tls13().is_none());
        provider.cipher_suites.extend(old);
        let has_old = provider.cipher_suites.iter().any(|suite| suite.tls13().is_none());
        if section.versions == (true, false) && !has_old {
            let names: Vec<_> = SUITES.iter().map(|(name, _)| *name).collect();
            let remedy = format!("none of these is for TLS 1.2; write one of {}", names.join(", "));
            return Err(mistake("cipher_suites", remedy));
        }
    }
    if !section.curves.is_empty() {
        provider.kx_groups = choose(&section.curves, CURVES, LACKING_CURVES)
            .map_err(|remedy| mistake("curve_preferences", remedy))?;
        if provider.kx_groups.is_empty() {
            let remedy = "none of these is spoken here; write X25519, CurveP256 or CurveP384";
            return Err(mistake("curve_preferences", remedy.to_owned()));
        }
    }
    Ok(provider)
}

/// Resolves the names, each once.
fn choose<T: Copy>(
    names: &[String],
    known: &[(&str, T)],
    lacking: &[&str],
) -> Result<Vec<T>, String> {
    let mut chosen: Vec<(&str, T)> = Vec::new();
    for name in names {
        match known.iter().find(|(known, _)| known == name) {
            Some(found) => {
                if !chosen.iter().any(|(known, _)| known == name) {
                    chosen.push(*found);
                }
            }
            None if lacking.contains(&name.as_str()) => {
                tracing::warn!(
                    "{name} is left out of what TLS may use: ring, which does it here, has none"
                );
            }
            None => {
                let names: Vec<_> = known.iter().map(|(name, _)| *name).collect();
                return Err(format!("`{name}` is unknown; write some of {}", names.join(", ")));
            }
        }
    }
    Ok(chosen.into_iter().map(|(_, chosen)| chosen).collect())
}

const SUITES: &[(&str, SupportedCipherSuite)] = &[
    ("TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256", suite::TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256),
    ("TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384", suite::TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384),
    (
        "TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256",
        suite::TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256,
    ),
    ("TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256", suite::TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256),
    ("TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384", suite::TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384),
    (
        "TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256",
        suite::TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256,
    ),
    ("TLS_AES_128_GCM_SHA256", suite::TLS13_AES_128_GCM_SHA256),
    ("TLS_AES_256_GCM_SHA384", suite::TLS13_AES_256_GCM_SHA384),
    ("TLS_CHACHA20_POLY1305_SHA256", suite::TLS13_CHACHA20_POLY1305_SHA256),
];

/// Suites that Go offers beside these: no forward secrecy, or CBC.
const LACKING_SUITES: &[&str] = &[
    "TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA",
    "TLS_ECDHE_ECDSA_WITH_AES_256_CBC_SHA",
    "TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA",
    "TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA",
    "TLS_RSA_WITH_AES_128_CBC_SHA",
    "TLS_RSA_WITH_AES_256_CBC_SHA",
    "TLS_RSA_WITH_AES_128_GCM_SHA256",
    "TLS_RSA_WITH_AES_256_GCM_SHA384",
];

const CURVES: &[(&str, &dyn SupportedKxGroup)] = &[
    ("X25519", kx_group::X25519),
    ("CurveP256", kx_group::SECP256R1),
    ("CurveP384", kx_group::SECP384R1),
];

const LACKING_CURVES: &[&str] = &["CurveP521"];
