//! Pages for humans.

use std::fmt::{self, Display, Write};

use crate::table::Table;

/// A page for humans, as it is written: whatever is put into it is text, and no markup.
pub(crate) struct Html(String);

impl Html {
    pub(crate) fn new(title: &str) -> Self {
        let mut page = Self(String::from(BEGINNING));
        page.put(format_args!("<title>{0}</title>\n<h1>{0}</h1>\n", Text(title)));
        page
    }

    pub(crate) fn heading(&mut self, heading: &str) {
        self.put(format_args!("<h2>{}</h2>\n", Text(heading)));
    }

    pub(crate) fn paragraph(&mut self, sentence: &str) {
        self.put(format_args!("<p>{}</p>\n", Text(sentence)));
    }

    /// A link to `path`, which is one of ours, and what is there.
    pub(crate) fn link(&mut self, path: &'static str, sentence: &str) {
        self.put(format_args!("<p><a href=\"{path}\">{path}</a>: {}</p>\n", Text(sentence)));
    }

    pub(crate) fn table(&mut self, table: &Table) {
        self.heading(&table.title);
        if table.rows.is_empty() {
            self.paragraph("Nothing.");
            return;
        }
        self.0.push_str("<table>\n");
        self.row("th", &table.columns);
        table.rows.iter().for_each(|row| self.row("td", row));
        self.0.push_str("</table>\n");
    }

    fn row(&mut self, tag: &str, cells: &[String]) {
        self.0.push_str("<tr>");
        for cell in cells {
            self.put(format_args!("<{tag}>{}</{tag}>", Text(cell)));
        }
        self.0.push_str("</tr>\n");
    }

    fn put(&mut self, text: fmt::Arguments<'_>) {
        // Nothing can go wrong: it is in memory.
        let _ = self.0.write_fmt(text);
    }

    pub(crate) fn finish(self) -> String {
        self.0
    }
}

/// Text in HTML, in an element or in quotes.
struct Text<'a>(&'a str);

impl Display for Text<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for character in self.0.chars() {
            match character {
                '&' => f.write_str("&amp;")?,
                '<' => f.write_str("&lt;")?,
                '>' => f.write_str("&gt;")?,
                '"' => f.write_str("&quot;")?,
                '\'' => f.write_str("&#39;")?,
                _ => f.write_char(character)?,
            }
        }
        Ok(())
    }
}

/// It loads nothing, and runs nothing.
const BEGINNING: &str = "<!DOCTYPE html>\n<html lang=\"en\">\n<meta charset=\"utf-8\">\n<style>\
    body{font-family:sans-serif;margin:2em}table{border-collapse:collapse}\
    td,th{text-align:left;padding:.2em 1em .2em 0;border-bottom:1px solid #ccc;overflow-wrap:anywhere}\
    </style>\n";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whatever_is_shown_is_text() {
        let evil = "<script>alert('x')</script> & \"quotes\"";
        let mut table = Table::new(evil, [evil]);
        table.push([evil]);
        let mut page = Html::new(evil);
        page.heading(evil);
        page.paragraph(evil);
        page.table(&table);
        page.table(&Table::new("Losses", ["family"]));
        let page = page.finish();
        assert!(!page.contains("<script"), "{page}");
        let shown = "&lt;script&gt;alert(&#39;x&#39;)&lt;/script&gt; &amp; &quot;quotes&quot;";
        assert_eq!(page.matches(shown).count(), 7, "{page}");
        assert!(page.contains(&format!("<td>{shown}</td>")), "{page}");
        assert!(page.ends_with("<h2>Losses</h2>\n<p>Nothing.</p>\n"), "{page}");
    }
}
