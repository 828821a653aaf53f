//! The server of a request, as odd as its target may be.

use std::{
    convert::Infallible,
    future::{self, Future},
};

use http::{Request, Response, Uri};
use http_body_util::Empty;
use kymo_http_client::{ClientLayer, UrlTemplate};
use proptest::prelude::*;
use tower::{Layer, Service, service_fn};

use crate::client_meters::{ClientMeters, Point};

type Nothing = Empty<&'static [u8]>;

/// The one observation of a request through `layer` of `meters`.
fn sent(meters: &ClientMeters, layer: ClientLayer, request: Request<()>) -> Point {
    let answer = |_: Request<()>| future::ready(Ok::<_, Infallible>(Response::new(Nothing::new())));
    let mut client = layer.url_scheme().layer(service_fn(answer));
    let response = client.call(request);
    let mut response = std::pin::pin!(response);
    let cx = &mut std::task::Context::from_waker(std::task::Waker::noop());
    assert!(response.as_mut().poll(cx).is_ready());
    meters.the_request()
}

/// The address, the port and the scheme of that.
fn target(request: Request<()>) -> [Option<String>; 3] {
    let meters = ClientMeters::new();
    let point = sent(&meters, meters.layer(), request);
    ["server.address", "server.port", "url.scheme"].map(|key| point.get(key).map(str::to_owned))
}

fn of_uri(uri: &str) -> [Option<String>; 3] {
    target(Request::get(uri.parse::<Uri>().unwrap()).body(()).unwrap())
}

fn is(address: Option<&str>, port: Option<&str>, scheme: Option<&str>) -> [Option<String>; 3] {
    [address, port, scheme].map(|part| part.map(str::to_owned))
}

#[test]
fn a_target_tells_its_server_however_it_is_written() {
    for (uri, address, port, scheme) in [
        ("http://example.org/", "example.org", Some("80"), Some("http")),
        ("https://example.org", "example.org", Some("443"), Some("https")),
        ("https://example.org:443/a?b#c", "example.org", Some("443"), Some("https")),
        ("http://example.org:8080/", "example.org", Some("8080"), Some("http")),
        ("http://example.org:/", "example.org", Some("80"), Some("http")),
        ("HTTPS://EXAMPLE.Org/", "example.org", Some("443"), Some("https")),
        ("http://User:Secret@Example.org:81/", "example.org", Some("81"), Some("http")),
        ("http://[2001:DB8::1]/", "2001:db8::1", Some("80"), Some("http")),
        ("https://user@[::1]:8443/", "::1", Some("8443"), Some("https")),
        ("http://192.0.2.7:65535/", "192.0.2.7", Some("65535"), Some("http")),
        ("http://xn--bcher-kva.example/", "xn--bcher-kva.example", Some("80"), Some("http")),
        ("ws://example.org/", "example.org", Some("80"), Some("_OTHER")),
        ("gopher://example.org/", "example.org", None, Some("_OTHER")),
        // As `CONNECT` has it.
        ("example.org:8443", "example.org", Some("8443"), None),
    ] {
        assert_eq!(of_uri(uri), is(Some(address), port, scheme), "{uri}");
    }
}

#[test]
fn without_an_authority_the_host_header_tells_the_server() {
    for (host, address, port) in [
        ("Example.org", Some("example.org"), None),
        ("example.org:8080", Some("example.org"), Some("8080")),
        ("[::1]:8080", Some("::1"), Some("8080")),
        ("", None, None),
        ("not a host", None, None),
        ("\u{fc}", None, None),
    ] {
        let request = Request::get("/books").header("host", host.as_bytes()).body(()).unwrap();
        assert_eq!(target(request), is(address, port, None), "{host}");
    }
    let request = Request::get("http://a.example/").header("host", "b.example").body(()).unwrap();
    assert_eq!(target(request), is(Some("a.example"), Some("80"), Some("http")));
    assert_eq!(of_uri("/books"), is(None, None, None));
    assert_eq!(of_uri("*"), is(None, None, None));
}

#[test]
fn a_layer_of_one_server_knows_it_where_a_request_names_none() {
    let asked = |request: Request<()>| {
        let meters = ClientMeters::new();
        let layer = meters.layer().server("Users.internal", 50051);
        let point = sent(&meters, layer, request);
        ["server.address", "server.port"].map(|key| point.get(key).map(str::to_owned))
    };
    let named = |address: &str, port: &str| [Some(address.to_owned()), Some(port.to_owned())];
    let request = Request::post("/users.Users/Get").body(()).unwrap();
    assert_eq!(asked(request), named("users.internal", "50051"));
    let request = Request::get("https://example.org/").body(()).unwrap();
    assert_eq!(asked(request), named("example.org", "443"));
    let meters = ClientMeters::new();
    let layer = meters.layer().server("users.internal", None);
    let point = sent(&meters, layer, Request::get("/").body(()).unwrap());
    assert_eq!(
        (point.get("server.address"), point.get("server.port")),
        (Some("users.internal"), None)
    );
}

#[test]
fn a_template_is_what_the_program_gave_the_request_and_never_the_path() {
    let templated = |template: Option<UrlTemplate>| {
        let mut request = Request::get("http://example.org/users/7").body(()).unwrap();
        template.map(|template| request.extensions_mut().insert(template));
        let meters = ClientMeters::new();
        sent(&meters, meters.layer(), request).get("url.template").map(str::to_owned)
    };
    assert_eq!(templated(None), None);
    assert_eq!(templated(Some(UrlTemplate::new(""))), None);
    assert_eq!(templated(Some(UrlTemplate::new("/users/{id}"))).as_deref(), Some("/users/{id}"));
    let owned = UrlTemplate::new("/users/{id}".to_owned());
    assert_eq!(templated(Some(owned)).as_deref(), Some("/users/{id}"));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn userinfo_case_path_and_an_unsaid_port_change_nothing(
        secure in any::<bool>(),
        userinfo in prop::option::of("[a-zA-Z0-9._~!$&'()*+,;=:-]{1,12}"),
        host in prop_oneof![
            "[a-zA-Z0-9]([a-zA-Z0-9.-]{0,12}[a-zA-Z0-9])?",
            any::<std::net::Ipv4Addr>().prop_map(|ip| ip.to_string()),
            any::<std::net::Ipv6Addr>().prop_map(|ip| format!("[{ip}]")),
        ],
        port in prop::option::of(any::<u16>()),
        path in "(/[a-zA-Z0-9%@:.-]{0,8}){0,3}(\\?[a-z=@:/]{0,8})?",
    ) {
        let scheme = if secure { "https" } else { "http" };
        let userinfo = userinfo.map(|info| format!("{info}@")).unwrap_or_default();
        let written = port.map(|port| format!(":{port}")).unwrap_or_default();
        let uri = format!("{scheme}://{userinfo}{host}{written}{path}");
        // The crate `http` takes no other.
        prop_assume!(uri.parse::<Uri>().is_ok());
        let usual = if secure { 443 } else { 80 };
        let bare = host.trim_matches(['[', ']']).to_ascii_lowercase();
        let port = port.unwrap_or(usual).to_string();
        prop_assert_eq!(of_uri(&uri), is(Some(&bare), Some(&port), Some(scheme)));
    }
}
