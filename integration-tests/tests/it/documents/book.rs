//! The guide: mdBook builds it, and whatever it links to is in it.

use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
};

use integration_tests::mdbook;

use super::sources;

/// The values of an attribute of HTML, as mdBook writes it.
fn values<'a>(page: &'a str, attribute: &str) -> Vec<&'a str> {
    let begin = format!(" {attribute}=\"");
    page.split(&*begin).skip(1).filter_map(|rest| rest.split('"').next()).collect()
}

fn read(page: &Path) -> String {
    fs::read_to_string(page).unwrap_or_else(|error| panic!("{}: {error}", page.display()))
}

#[test]
fn every_document_is_a_chapter_once() {
    let summary = fs::read_to_string(sources::root().join("docs/SUMMARY.md")).unwrap();
    let chapters = summary.split("](").skip(1).filter_map(|rest| rest.split(')').next());
    let mut chapters: Vec<_> = chapters.map(str::to_owned).collect();
    chapters.sort();
    let folder = sources::root().join("docs");
    let documents = sources::files(&folder, "md").into_iter();
    let documents = documents.map(|file| file.strip_prefix(&folder).unwrap().display().to_string());
    let documents: Vec<_> = documents.filter(|name| name != "SUMMARY.md").collect();
    assert_eq!(chapters, documents);
}

#[test]
fn the_book_builds_and_no_link_of_it_leads_nowhere() {
    let folder = tempfile::tempdir().unwrap();
    let said = mdbook::build(sources::root(), folder.path());
    assert!(!["WARN", "ERROR"].iter().any(|level| said.contains(level)), "{said}");

    let pages: BTreeSet<PathBuf> = sources::files(folder.path(), "html").into_iter().collect();
    let mut links = 0;
    for page in &pages {
        let text = read(page);
        assert!(!text.contains("{{#"), "{} includes what is not there", page.display());
        for target in [values(&text, "href"), values(&text, "src")].concat() {
            if ["http:", "https:", "mailto:", "data:"].iter().any(|out| target.starts_with(out)) {
                continue;
            }
            let (path, anchor) = target.split_once('#').unwrap_or((target, ""));
            let file = if path.is_empty() { page.clone() } else { page.with_file_name(path) };
            assert!(file.exists(), "{} links to {target}", page.display());
            if !anchor.is_empty() {
                let is_there = values(&read(&file), "id").contains(&anchor);
                assert!(is_there, "{} links to {target}", page.display());
            }
            links += 1;
        }
    }
    assert!(pages.len() > 20 && links > 1000, "{} pages, {links} links", pages.len());
}
