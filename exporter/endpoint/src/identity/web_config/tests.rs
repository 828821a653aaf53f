use std::path::PathBuf;

use super::*;

const USERS: &str = "basic_auth_users:
  alice: $2y$10$X0h1gDsPszWURQaxFh.zoubFi6DXncSjhoQNJgRrnGs7EsimhC7zG
  bob: '$2y$12$1DpfPeqF9HzHJt.EWswy1exHluGfbhnn3yXhR7Xes6m3WJqFg0Wby'
";

fn read(text: &str) -> Result<WebConfig, Mistake> {
    WebConfig::read(text, Path::new("/etc/kymo"))
}

/// The mistake in `text`: its line, its key and what to do.
fn mistake(text: &str) -> (usize, String, String) {
    let Mistake { line, key, remedy } = read(text).unwrap_err();
    (line, key, remedy)
}

#[test]
fn an_empty_file_says_nothing() {
    for text in ["", "---\n", "# nothing\n", "basic_auth_users:\n", "tls_server_config: {}\n"] {
        let config = read(text).unwrap();
        assert!(config.tls.is_none() && config.users.is_empty() && config.rate.is_none(), "{text}");
        assert!(config.http2 && config.headers.is_empty(), "{text}");
    }
}

#[test]
fn what_the_file_says_is_read() {
    let config = read(&format!(
        "tls_server_config:
  cert_file: server.crt
  key: |
    inline
    key
  client_auth_type: RequireAndVerifyClientCert
  client_ca_file: /absolute/ca.crt
  client_allowed_sans: [one, two]
  min_version: TLS12
  max_version: TLS12
  cipher_suites: [TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384]
  curve_preferences:
  - CurveP256
  prefer_server_cipher_suites: no
http_server_config:
  http2: false
  headers:
    X-Frame-Options: deny
    X-XSS-Protection: 1
    Content-Security-Policy: \"\"
{USERS}rate_limit:
  interval: 500ms
  burst: 20
"
    ));
    let config = config.unwrap();
    let tls = config.tls.unwrap();
    let place = |place| match place {
        Place::File(path) => path,
        Place::Inline(text) => PathBuf::from(text),
    };
    assert_eq!(place(tls.certificate.place), PathBuf::from("/etc/kymo/server.crt"));
    assert_eq!(place(tls.key.place), PathBuf::from("inline\nkey\n"));
    assert_eq!(place(tls.client_ca.unwrap().place), PathBuf::from("/absolute/ca.crt"));
    assert_eq!(tls.client_auth, ClientAuth::RequireAndVerify);
    assert_eq!(tls.client_allowed_sans.unwrap(), ["one", "two"]);
    assert_eq!((tls.versions, tls.prefers_own_suites), ((true, false), false));
    assert_eq!(tls.cipher_suites, ["TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384"]);
    assert_eq!(tls.curves, ["CurveP256"]);
    assert!(!config.http2);
    let headers: Vec<_> =
        config.headers.iter().map(|(name, value)| (name.as_str(), value)).collect();
    assert_eq!(headers.len(), 2, "a blank one is unset: {headers:?}");
    assert_eq!(headers[0], ("x-frame-options", &HeaderValue::from_static("deny")));
    assert_eq!(headers[1], ("x-xss-protection", &HeaderValue::from_static("1")));
    assert_eq!(config.users.keys().collect::<Vec<_>>(), ["alice", "bob"]);
    assert_eq!(config.rate, Some(Rate { interval: Duration::from_millis(500), burst: 20 }));
    assert!(read("rate_limit: {interval: 0, burst: 0}").unwrap().rate.is_none());
}

#[test]
fn the_five_kinds_of_client_authentication_are_known() {
    for (name, needs_ca, expected) in [
        ("NoClientCert", false, ClientAuth::No),
        ("RequestClientCert", false, ClientAuth::Request),
        ("RequireAnyClientCert", false, ClientAuth::RequireAny),
        ("RequireClientCert", false, ClientAuth::RequireAny),
        ("VerifyClientCertIfGiven", true, ClientAuth::VerifyIfGiven),
        ("RequireAndVerifyClientCert", true, ClientAuth::RequireAndVerify),
    ] {
        let ca = if needs_ca { "  client_ca_file: c\n" } else { "" };
        let file = format!(
            "tls_server_config:\n  cert_file: a\n  key_file: b\n  client_auth_type: {name}\n{ca}"
        );
        assert_eq!(read(&file).unwrap().tls.unwrap().client_auth, expected, "{name}");
        let without = file.replace(ca, "");
        assert!(!needs_ca || mistake(&without).2.contains("client_ca_file"), "{name}");
    }
}

#[test]
fn what_the_toolkit_refuses_is_refused_with_its_place() {
    let tls = |more: &str| format!("tls_server_config:\n  cert_file: a\n  key_file: b\n{more}");
    for (text, line, key, remedy) in [
        ("nothing: 1".to_owned(), 1, "nothing", "basic_auth_users"),
        (
            "tls_server_config:\n  cert_filse: a".to_owned(),
            2,
            "tls_server_config.cert_filse",
            "cert_file",
        ),
        ("tls_server_config:\n  cert_file: a".to_owned(), 2, "tls_server_config", "the key"),
        ("tls_server_config:\n  key_file: a".to_owned(), 2, "tls_server_config", "the certificate"),
        (tls("  client_ca_file: c"), 2, "tls_server_config", "RequireAndVerifyClientCert"),
        (tls("  client_allowed_sans: [c]"), 2, "tls_server_config", "RequireAndVerifyClientCert"),
        (tls("  client_auth_type: x"), 4, "tls_server_config.client_auth_type", "NoClientCert"),
        (tls("  min_version: TLS111"), 4, "tls_server_config.min_version", "TLS12"),
        (tls("  min_version: TLS10"), 4, "tls_server_config.min_version", "not spoken"),
        (tls("  min_version: TLS13\n  max_version: TLS12"), 2, "tls_server_config", "no version"),
        (
            "http_server_config: {http2: maybe}".to_owned(),
            1,
            "http_server_config.http2",
            "true or false",
        ),
        (
            "http_server_config:\n  headers:\n    Content-Type: foo".to_owned(),
            3,
            "http_server_config.headers.Content-Type",
            "X-Frame-Options",
        ),
        (
            "http_server_config:\n  headers:\n    X-Frame-Options: foo".to_owned(),
            3,
            "http_server_config.headers.X-Frame-Options",
            "deny or sameorigin",
        ),
        ("basic_auth_users:\n  john: doe".to_owned(), 2, "basic_auth_users.john", "htpasswd"),
        ("basic_auth_users: [a]".to_owned(), 1, "basic_auth_users", "keys with values"),
        ("basic_auth_users: {a: {b: c}}".to_owned(), 1, "basic_auth_users.a", "a text"),
        ("rate_limit: {interval: soon}".to_owned(), 1, "rate_limit.interval", "250ms"),
        ("rate_limit: {interval: 1s, burst: 0}".to_owned(), 1, "rate_limit", "at least 1"),
        ("rate_limit: {interval: 1s, burst: -1}".to_owned(), 1, "rate_limit.burst", "whole number"),
        (format!("{USERS}{USERS}"), 4, "", "second time"),
        ("basic_auth_users:\n  a: x\n  a: y".to_owned(), 3, "basic_auth_users", "second time"),
        ("a: 1\n---\nb: 2".to_owned(), 2, "", "second document"),
        ("? [a]\n: b".to_owned(), 1, "", "a key is a text"),
        ("a: &x 1\nb: *x".to_owned(), 2, "", "alias"),
        ("hWkNKCp3fvIx3jKnsaBI\nTuEjdwNS8A2vYdFbiKqr".to_owned(), 1, "", "keys with values"),
        ("a: [".to_owned(), 1, "", "not YAML"),
    ] {
        let found = mistake(&text);
        assert!(found.2.contains(remedy), "{text}: {found:?}");
        assert_eq!((found.0, found.1.as_str()), (line, key), "{text}: {found:?}");
    }
}

#[test]
fn no_mistake_shows_a_secret() {
    for text in
        ["basic_auth_users: {john: hunter2}", "tls_server_config: {key: hunter2, hunter: 1}"]
    {
        let (_, key, remedy) = mistake(text);
        assert!(!key.contains("hunter2") && !remedy.contains("hunter2"), "{remedy}");
    }
    let config = read("tls_server_config: {key: hunter2, cert: hunter2}").unwrap();
    assert!(!format!("{config:?}").contains("hunter2"));
}

proptest::proptest! {
    #[test]
    fn no_text_makes_it_panic(text in "(?s).{0,200}") {
        let _ = read(&text);
    }

    #[test]
    fn no_text_of_its_signs_makes_it_panic(text in "[a-b:\\[\\]{} \n&*?|>'\"!-]{0,60}") {
        let _ = read(&text);
    }
}
