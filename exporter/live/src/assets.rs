//! The page, its script and its style.

use std::{
    hash::{DefaultHasher, Hash, Hasher},
    sync::LazyLock,
};

use bytes::Bytes;

use crate::rendered::Packed;

/// The page, its script and its style, made once for a process.
#[derive(Debug)]
pub(crate) struct Assets {
    pub(crate) page: Packed,
    pub(crate) script: Packed,
    pub(crate) style: Packed,
    /// What the addresses of both end with; they change with their texts.
    pub(crate) script_mark: String,
    pub(crate) style_mark: String,
}

/// Those there are.
pub(crate) static ASSETS: LazyLock<Assets> = LazyLock::new(|| {
    let (script_mark, style_mark) = (mark(SCRIPT), mark(STYLE));
    let page = PAGE.replace("{script}", &script_mark).replace("{style}", &style_mark);
    Assets {
        page: Packed::new(Bytes::from(page)),
        script: Packed::new(Bytes::from_static(SCRIPT.as_bytes())),
        style: Packed::new(Bytes::from_static(STYLE.as_bytes())),
        script_mark,
        style_mark,
    }
});

/// A mark that changes with `text`: a browser keeps what is at an address for ever.
fn mark(text: &str) -> String {
    let mut hasher = DefaultHasher::new();
    text.hash(&mut hasher);
    format!("{:016x}", hasher.finish())
}

const PAGE: &str = include_str!("../bundle/page.html");
/// The library of charts as its makers publish it, and the page's own script.
const SCRIPT: &str = concat!(
    "/*!\n",
    include_str!("../bundle/vendor/LICENSE"),
    "*/\n",
    include_str!("../bundle/vendor/uPlot.iife.min.js"),
    "\n(() => {\n'use strict';\n",
    include_str!("../bundle/format.js"),
    include_str!("../bundle/history.js"),
    include_str!("../bundle/dom.js"),
    include_str!("../bundle/chart.js"),
    include_str!("../bundle/table.js"),
    include_str!("../bundle/section.js"),
    include_str!("../bundle/page.js"),
    "})();\n"
);
const STYLE: &str = concat!(
    include_str!("../bundle/vendor/uPlot.min.css"),
    "\n",
    include_str!("../bundle/page.css")
);

#[cfg(test)]
mod tests;
