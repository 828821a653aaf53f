use std::net::{Ipv4Addr, SocketAddr};

use super::*;

#[tokio::test]
async fn an_address_that_other_machines_reach_needs_a_rule() {
    for address in ["0.0.0.0:0", "[::]:0"] {
        let error = Endpoint::new(Up).serve(address).await.unwrap_err().to_string();
        for rule in [
            "web_config",
            "basic_auth",
            "bearer_token",
            "bearer_token_file",
            "allowed_networks",
            "allow_insecure",
        ] {
            assert!(error.contains(rule), "{rule}: {error}");
        }
        let endpoint = Endpoint::new(Up).access(Access::new()).unwrap();
        endpoint.serve(address).await.unwrap_err();
    }
    let far = SocketAddr::from((Ipv4Addr::UNSPECIFIED, 0));
    let both = [SocketAddr::from((Ipv4Addr::LOCALHOST, 0)), far];
    Endpoint::new(Up).serve(&both[..]).await.unwrap_err();
    Endpoint::new(Up).serve("localhost:0").await.unwrap();
    Endpoint::new(Up).serve("127.0.0.2:0").await.unwrap();
}

#[tokio::test]
async fn with_a_rule_it_listens_there() {
    for access in [
        Access::new().basic_auth("scraper", SECRET),
        Access::new().bearer_token("a-long-token"),
        Access::new().allowed_networks(["127.0.0.0/8"]),
        Access::new().allow_insecure(),
    ] {
        let endpoint = Endpoint::new(Up).access(access).unwrap();
        endpoint.serve("0.0.0.0:0").await.unwrap();
    }
}

#[tokio::test]
async fn encryption_alone_is_no_rule_of_who_may_scrape() {
    let authority = Authority::new();
    for (more, is_rule) in [
        ("", false),
        ("  client_auth_type: RequestClientCert\n", false),
        ("  client_auth_type: RequireAnyClientCert\n", false),
        ("  client_auth_type: VerifyClientCertIfGiven\n  client_ca_file: ca.crt\n", false),
        ("  client_auth_type: RequireAndVerifyClientCert\n  client_ca_file: ca.crt\n", true),
        (&format!("basic_auth_users:\n  scraper: {SECRET}\n"), true),
    ] {
        let access = Access::new().web_config(authority.web_config(more));
        let endpoint = Endpoint::new(Up).access(access).unwrap();
        assert_eq!(endpoint.serve("0.0.0.0:0").await.is_ok(), is_rule, "{more}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn only_those_of_a_network_connect() {
    for (networks, is_let_in) in [
        (&["127.0.0.1"][..], true),
        (&["10.0.0.0/8", "127.0.0.0/8"], true),
        (&["10.0.0.0/8", "::1"], false),
    ] {
        let server = serve(Access::new().allowed_networks(networks.iter().copied())).await;
        let got =
            Curl::new(&format!("http://{}/metrics", server.local_addr().unwrap())).get().await;
        assert_eq!(got.status == 200, is_let_in, "{networks:?}: {got:?}");
        assert!(is_let_in || got.status == 0, "not a word: {got:?}");
    }
}

#[test]
fn what_is_no_rule_is_an_error_that_says_so() {
    for (access, said) in [
        (Access::new().allowed_networks(["10.0.0.0/33"]), "10.0.0.0/8"),
        (Access::new().basic_auth("scraper", "secret"), "htpasswd"),
        (Access::new().bearer_token("short"), "8 characters"),
        (Access::new().bearer_token("with a space"), "8 characters"),
        (Access::new().bearer_token_file("/nowhere/token"), "/nowhere/token"),
        (Access::new().web_config("/nowhere/web.yml"), "/nowhere/web.yml"),
    ] {
        let error = Endpoint::new(Up).access(access).unwrap_err().to_string();
        assert!(error.contains(said) && !error.contains("secret"), "{error}");
    }
}
