use super::*;

/// Asks with the password, whatever the certificate.
async fn status(url: &str, password: &str) -> u16 {
    let user = format!("scraper:{password}");
    Curl::new(url).args(["-k", "-u", &user]).status().await
}

/// The same for what libxcrypt makes of `other`.
const OTHER: &str = "$2b$04$abcdefghijklmnopqrstuu0HtfOlPbTiymk5tcV.3TsFPDd3SYZqu";

#[tokio::test(flavor = "multi_thread")]
async fn a_file_that_is_replaced_is_followed_and_a_broken_one_is_not() {
    let authority = Authority::new();
    let users = |hash: &str| format!("basic_auth_users:\n  scraper: {hash}\n");
    let file = authority.web_config(&users(SECRET));
    let server = serve(Access::new().web_config(&file)).await;
    let url = format!("https://{}/metrics", server.local_addr().unwrap());
    assert_eq!((status(&url, "secret").await, status(&url, "other").await), (200, 401));

    replace(&file, &Authority::with_certificate(&users(OTHER)));
    eventually("the new password counts", async || status(&url, "other").await == 200).await;
    assert_eq!(status(&url, "secret").await, 401, "the old one does not");

    for broken in [
        "tls_server_config: [",
        "nothing: 1",
        "",
        "tls_server_config:\n  cert_file: nowhere\n  key_file: server.key\n",
        &users(SECRET),
        &Authority::with_certificate(""),
    ] {
        replace(&file, broken);
        tokio::time::sleep(Duration::from_millis(1500)).await;
        assert_eq!(status(&url, "other").await, 200, "the old rules stay with {broken:?}");
        assert_ne!(Curl::new(&url).arg("-k").status().await, 200, "{broken:?}");
    }
    fs::remove_file(&file).unwrap();
    tokio::time::sleep(Duration::from_millis(1500)).await;
    assert_eq!(status(&url, "other").await, 200, "and without the file");

    replace(&file, &Authority::with_certificate(&users(SECRET)));
    eventually("it is followed again", async || status(&url, "secret").await == 200).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_certificate_that_is_renewed_is_shown() {
    let authority = Authority::new();
    let file = authority.web_config("");
    let server = serve(Access::new().web_config(&file)).await;
    let url = format!("https://{}/metrics", server.local_addr().unwrap());
    let other = Authority::new();
    let trusted = async |authority: &Authority| {
        Curl::new(&url).args(authority.client(None)).status().await == 200
    };
    assert!(trusted(&authority).await && !trusted(&other).await);
    // First one file and then the other, as a renewal may be: between them they do not go together.
    let copy = |name: &str| {
        replace(&authority.file(name), &fs::read_to_string(other.file(name)).unwrap());
    };
    copy("server.crt");
    tokio::time::sleep(Duration::from_millis(1500)).await;
    assert!(trusted(&authority).await, "the old pair is shown until there is a new one");
    copy("server.key");
    eventually("the new certificate is shown", async || trusted(&other).await).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_client_who_is_no_longer_known_loses_its_connection() {
    use std::process::Stdio;

    let (authority, other) = (Authority::new(), Authority::new());
    authority.sign("scraper", &["scraper.example"], 2100);
    let mutual = "  client_auth_type: RequireAndVerifyClientCert\n  client_ca_file: ca.crt\n";
    let file = authority.web_config(mutual);
    let server = serve(Access::new().web_config(&file)).await;
    let url = format!("https://{}/metrics", server.local_addr().unwrap());
    for http in ["--http1.1", "--http2"] {
        fs::write(&file, Authority::with_certificate(mutual)).unwrap();
        eventually("it is known", async || {
            Curl::new(&url).args(authority.client(Some("scraper"))).status().await == 200
        })
        .await;
        // One curl, one connection: three requests with three seconds between them.
        let mut command = std::process::Command::new("curl");
        let command = command
            .args([
                "-s",
                "-o",
                "/dev/null",
                "-w",
                "%{http_code} %{num_connects}\n",
                "--rate",
                "20/m",
                http,
            ])
            .args(authority.client(Some("scraper")))
            .args([&url, "-o", "/dev/null", &url, "-o", "/dev/null", &url]);
        let curl = command.stdout(Stdio::piped()).spawn().unwrap();
        tokio::time::sleep(Duration::from_millis(500)).await;
        fs::write(authority.file("other.crt"), fs::read(other.file("ca.crt")).unwrap()).unwrap();
        replace(&file, &Authority::with_certificate(&mutual.replace("ca.crt", "other.crt")));
        let output =
            tokio::task::spawn_blocking(|| curl.wait_with_output()).await.unwrap().unwrap();
        let text = String::from_utf8(output.stdout).unwrap();
        let answers: Vec<_> = text.lines().collect();
        assert_eq!(answers[0], "200 1", "{http}: {answers:?}");
        assert!(answers[1..].iter().all(|answer| answer.starts_with("000")), "{http}: {answers:?}");
    }
}
