use std::{collections::BTreeMap, io::Read};

use base64::{Engine, prelude::BASE64_STANDARD};
use flate2::read::GzDecoder;
use serde_json::Value;

use super::*;

const PACKAGE: &[u8] = include_bytes!("../../bundle/vendor/uplot-1.6.32.tgz");
const LOCK: &str = include_str!("../../bundle/package-lock.json");

/// The files of a package, by their names.
fn files(package: &[u8]) -> BTreeMap<String, Vec<u8>> {
    let mut archive = Vec::new();
    GzDecoder::new(package).read_to_end(&mut archive).unwrap();
    let (mut rest, mut files) = (archive.as_slice(), BTreeMap::new());
    while rest.len() >= 512 && rest[0] != 0 {
        let text = |range: std::ops::Range<usize>| {
            let field = str::from_utf8(&rest[range]).unwrap();
            field.trim_matches(['\0', ' ']).to_owned()
        };
        let (name, len) = (text(0..100), usize::from_str_radix(&text(124..136), 8).unwrap());
        files.insert(name, rest[512..512 + len].to_vec());
        rest = &rest[512 + len.next_multiple_of(512)..];
    }
    files
}

#[test]
fn the_library_of_charts_is_the_one_that_is_locked_as_its_makers_publish_it() {
    let lock: Value = serde_json::from_str(LOCK).unwrap();
    let locked = &lock["packages"]["node_modules/uplot"];
    let digest = ring::digest::digest(&ring::digest::SHA512, PACKAGE);
    let integrity = format!("sha512-{}", BASE64_STANDARD.encode(digest));
    assert_eq!(locked["integrity"], integrity.as_str());
    assert_eq!(lock["packages"][""]["dependencies"]["uplot"], locked["version"]);
    let files = files(PACKAGE);
    let package: Value = serde_json::from_slice(&files["package/package.json"]).unwrap();
    assert_eq!((&package["version"], &package["license"]), (&locked["version"], &"MIT".into()));
    for (name, kept) in [
        ("LICENSE", include_str!("../../bundle/vendor/LICENSE")),
        ("dist/uPlot.iife.min.js", include_str!("../../bundle/vendor/uPlot.iife.min.js")),
        ("dist/uPlot.min.css", include_str!("../../bundle/vendor/uPlot.min.css")),
    ] {
        assert!(files[&format!("package/{name}")] == kept.as_bytes(), "run bundle/update: {name}");
        // The licence goes with the script.
        let has = STYLE.contains(kept) || SCRIPT.contains(kept);
        assert!(has, "the page lacks {name}");
    }
}

/// The colours of a theme, by their names.
fn colours(theme: &str) -> BTreeMap<&str, [f64; 3]> {
    let style = include_str!("../../bundle/page.css");
    let block = style.split_once(&format!("{theme} {{")).unwrap().1.split_once('}').unwrap().0;
    let lines = block.lines().filter_map(|line| line.trim().strip_prefix("--"));
    let hex = |digits: &str| f64::from(u8::from_str_radix(digits, 16).unwrap()) / 255.0;
    let of = |line: &'static str| {
        let (name, value) = line.trim_end_matches(';').split_once(": #")?;
        Some((name, [hex(&value[..2]), hex(&value[2..4]), hex(&value[4..])]))
    };
    lines.filter_map(of).collect()
}

/// The relative luminance of a colour, as WCAG 2 defines it.
fn luminance(colour: [f64; 3]) -> f64 {
    let linear =
        |it: f64| if it <= 0.04045 { it / 12.92 } else { ((it + 0.055) / 1.055).powf(2.4) };
    let [red, green, blue] = colour.map(linear);
    0.2126 * red + 0.7152 * green + 0.0722 * blue
}

#[test]
fn text_has_enough_contrast_in_each_theme() {
    for theme in [":root", ":root[data-theme=\"dark\"]"] {
        let colours = colours(theme);
        for (ink, least) in [
            ("text", 7.0),
            ("muted", 4.5),
            ("alarm", 4.5),
            ("accent", 4.5),
            ("second", 4.5),
            ("third", 4.5),
            ("good", 3.0),
        ] {
            for ground in ["ground", "card"] {
                let [a, b] = [colours[ink], colours[ground]].map(luminance);
                let contrast = (a.max(b) + 0.05) / (a.min(b) + 0.05);
                assert!(contrast >= least, "{theme}: {ink} on {ground} has {contrast:.2}");
            }
        }
    }
}

#[test]
fn the_page_is_small() {
    let [page, script, style] =
        [&ASSETS.page, &ASSETS.script, &ASSETS.style].map(|it| it.gzip.as_ref().unwrap().len());
    assert!(page + script + style < 48 << 10, "{page} + {script} + {style} bytes");
}
