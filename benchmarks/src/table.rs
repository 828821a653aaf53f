//! A Markdown table: columns of text, then columns of figures.

/// Prints a heading, the names of the columns, the first `texts` of which are text, and the rows.
pub fn print(title: &str, texts: usize, columns: &[&str], rows: &[Vec<String>]) {
    println!("### {title}\n");
    println!("| {} |", columns.join(" | "));
    println!("|{}{}", "---|".repeat(texts), "---:|".repeat(columns.len() - texts));
    for row in rows {
        println!("| {} |", row.join(" | "));
    }
    println!();
}
