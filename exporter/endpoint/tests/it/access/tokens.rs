use super::*;

#[tokio::test(flavor = "multi_thread")]
async fn who_has_a_token_is_let_in() {
    let server = serve(Access::new().bearer_token("the-right-token")).await;
    let url = format!("http://{}/metrics", server.local_addr().unwrap());
    let with = |header: &'static str| Curl::new(&url).args(["-H", header]).status();
    assert_eq!(with("Authorization: Bearer the-right-token").await, 200);
    assert_eq!(with("authorization: bearer the-right-token").await, 200);
    for refused in [
        "Authorization: Bearer the-wrong-token",
        "Authorization: Bearer the-right-toke",
        "Authorization: Bearer the-right-token2",
        "Authorization: Bearer",
        "Authorization: the-right-token",
        "Authorization: Basic dGhlLXJpZ2h0LXRva2VuOg==",
        "X-Authorization: Bearer the-right-token",
    ] {
        assert_eq!(with(refused).await, 401, "{refused}");
    }
    let got = Curl::new(&url).get().await;
    assert!(got.head.contains("www-authenticate: bearer realm"), "{got:?}");
    assert!(!got.head.contains("basic") && !got.body.contains("up 1"), "{got:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn every_path_and_method_is_behind_the_rules() {
    let server = serve(Access::new().bearer_token("the-right-token")).await;
    for path in ["/", "/metrics", "/nothing"] {
        for method in ["GET", "HEAD", "POST", "OPTIONS"] {
            let url = format!("http://{}{path}", server.local_addr().unwrap());
            let asked = || {
                let curl = Curl::new(&url);
                if method == "HEAD" { curl.arg("-I") } else { curl.args(["-X", method]) }
            };
            assert_eq!(asked().status().await, 401, "{method} {path}");
            let known = asked().args(["-H", "Authorization: Bearer the-right-token"]);
            assert_ne!(known.status().await, 401, "{method} {path}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_is_changed_by_its_file() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("token");
    fs::write(&file, "the-first-token\n").unwrap();
    let server = serve(Access::new().bearer_token_file(&file)).await;
    let url = format!("http://{}/metrics", server.local_addr().unwrap());
    let with = async |token: &str| {
        let header = format!("Authorization: Bearer {token}");
        Curl::new(&url).args(["-H", &header]).status().await
    };
    assert_eq!((with("the-first-token").await, with("the-other-token").await), (200, 401));
    replace(&file, "the-other-token");
    eventually("the new token counts", async || with("the-other-token").await == 200).await;
    assert_eq!(with("the-first-token").await, 401);
    for broken in ["", "\n", "a b"] {
        replace(&file, broken);
        tokio::time::sleep(Duration::from_millis(1500)).await;
        assert_eq!(with("the-other-token").await, 200, "the old one stays with {broken:?}");
        assert_eq!(with("").await, 401);
    }
}
