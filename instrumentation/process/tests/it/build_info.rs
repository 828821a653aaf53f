//! The build, on the page.

use kymo_process::BuildInfo;

use super::page::Page;

#[test]
fn a_build_is_one_series_that_says_what_is_known() {
    let page = Page::new();
    BuildInfo::new("1.2.3").revision("5b3aa7e").rust_version("1.95.0").register(&page.meters);
    let samples: Vec<_> = page.samples().into_iter().collect();
    let labels = "kymo_build_revision=\"5b3aa7e\",kymo_build_rust_version=\"1.95.0\",kymo_build_version=\"1.2.3\"";
    assert_eq!(samples, [(format!("kymo_build_info{{{labels}}}"), 1.0)]);
    assert_eq!(page.types()["kymo_build_info"], "gauge");
}
