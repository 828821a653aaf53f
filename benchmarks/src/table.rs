//! A Markdown table: the first column is text, the others are figures.

/// Prints a heading, the names of the columns, and the rows.
pub fn print(title: &str, columns: &[&str], rows: &[Vec<String>]) {
    println!("### {title}\n");
    println!("| {} |", columns.join(" | "));
    println!("|---|{}", "---:|".repeat(columns.len() - 1));
    for row in rows {
        println!("| {} |", row.join(" | "));
    }
    println!();
}
