//! Who names families gets those alone.

use http::{Request, StatusCode, header};
use http_body_util::BodyExt;
use kymo_endpoint::Endpoint;
use tower::ServiceExt;

use crate::{Both, Counted, Gate, Large, Shelves, Up};

async fn get(endpoint: &Endpoint, query: &str) -> (StatusCode, String) {
    let request = Request::get(format!("/metrics{query}")).header(header::ACCEPT_ENCODING, "gzip");
    let response = endpoint.clone().oneshot(request.body(()).unwrap()).await.unwrap();
    assert_eq!(response.headers().get(header::CONTENT_ENCODING), None);
    let (head, body) = response.into_parts();
    let body = body.collect().await.unwrap().to_bytes();
    if head.status == StatusCode::OK {
        assert_eq!(head.headers["content-length"], body.len().to_string());
    }
    (head.status, String::from_utf8(body.to_vec()).unwrap())
}

#[tokio::test]
async fn a_scrape_of_some_families_gets_those_alone_with_their_headers() {
    let endpoint = Endpoint::new(Shelves);
    let page = Shelves::PAGE;
    let readers = page.find("# TYPE readers").unwrap();
    let seats = page.find("# TYPE seats").unwrap();
    for (query, expected) in [
        ("", page.to_owned()),
        ("?x=1", page.to_owned()),
        ("?name[]=readers", page[readers..seats].to_owned()),
        ("?name%5B%5D=seats&name[]=books", page[..readers].to_owned() + &page[seats..]),
        ("?name[]=readers&name[]=seats&name[]=nothing", page[readers..].to_owned()),
        ("?name[]=nothing", String::new()),
    ] {
        assert_eq!(get(&endpoint, query).await, (StatusCode::OK, expected), "{query}");
    }
    let names: Vec<_> = (0..101).map(|n| format!("name[]=n{n}")).collect();
    let (status, body) = get(&endpoint, &format!("?{}", names.join("&"))).await;
    assert_eq!(status, StatusCode::BAD_REQUEST);
    assert!(body.contains("a hundred"), "{body}");
}

#[tokio::test]
async fn some_of_a_large_page_is_its_families_whatever_is_between_them() {
    let endpoint = Endpoint::new(Both(Up, Both(Large, Shelves)));
    let (_, whole) =
        get(&endpoint, "?name[]=up&name[]=large&name[]=books&name[]=readers&name[]=seats").await;
    let large = whole.find("# HELP large").unwrap();
    let books = whole.find("# TYPE books").unwrap();
    let (_, some) = get(&endpoint, "?name[]=up&name[]=books&name[]=readers&name[]=seats").await;
    assert!(some == whole[..large].to_owned() + &whole[books..]);
    let (_, one) = get(&endpoint, "?name[]=large").await;
    assert!(one == whole[large..books]);
}

#[tokio::test]
async fn who_wants_all_and_who_wants_some_share_one_collection() {
    let (counted, gate) = (Counted::default(), Gate::default());
    let endpoint = Endpoint::new(Both(Both(counted.clone(), gate.clone()), Shelves));
    let first = tokio::spawn({
        let endpoint = endpoint.clone();
        async move { get(&endpoint, "?name[]=books").await }
    });
    while counted.begun() < 1 {
        tokio::time::sleep(std::time::Duration::from_millis(1)).await;
    }
    let queries = ["?name[]=collection", "?name[]=seats", ""];
    let others = queries.map(|query| {
        let endpoint = endpoint.clone();
        tokio::spawn(async move { get(&endpoint, query).await.1 })
    });
    tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    gate.open();
    let (_, books) = first.await.unwrap();
    assert!(books.contains("books{") && !books.contains("collection"), "{books}");
    let [collection, seats, all] = others;
    assert_eq!(collection.await.unwrap(), "# TYPE collection gauge\ncollection 2\n");
    assert!(seats.await.unwrap().starts_with("# TYPE seats gauge\n"));
    let all = all.await.unwrap();
    assert!(all.starts_with("# TYPE collection gauge\ncollection 2\n"), "{all}");
    assert!(all.ends_with(Shelves::PAGE), "{all}");
    assert_eq!(counted.begun(), 2);
}

#[tokio::test]
async fn a_part_of_a_page_is_not_handed_out_for_all_of_it() {
    let endpoint = Endpoint::new(Shelves).cache_for(std::time::Duration::from_secs(60));
    assert!(get(&endpoint, "?name[]=seats").await.1.starts_with("# TYPE seats"));
    assert_eq!(get(&endpoint, "?name[]=nothing").await.1, "");
    let request = Request::get("/metrics").body(()).unwrap();
    let body = endpoint.clone().oneshot(request).await.unwrap().into_body();
    assert_eq!(body.collect().await.unwrap().to_bytes(), Shelves::PAGE);
    assert!(get(&endpoint, "?name[]=seats").await.1.starts_with("# TYPE seats"));
}

#[tokio::test]
async fn who_wants_some_costs_no_more_collections_than_who_wants_all() {
    let counted = Counted::default();
    let endpoint = Endpoint::new(Both(counted.clone(), Shelves));
    let endpoint = endpoint.cache_for(std::time::Duration::from_secs(60));
    for _ in 0..3 {
        for query in ["?name[]=seats", "?name[]=nothing", "?name[]=collection"] {
            assert_eq!(get(&endpoint, query).await.0, StatusCode::OK, "{query}");
        }
    }
    assert_eq!(counted.begun(), 1, "within the time of the cache");
    assert_eq!(
        get(&endpoint, "?name[]=collection").await.1,
        "# TYPE collection gauge\ncollection 1\n"
    );
}
