//! Tables as database clients print them, cell by cell: `a | b`, `| a | b |` with lines of `+---+`, `a│b`. Pure.
//!
//! Must not know: what printed them.

use crate::snippet::model::output::Comparable;

/// A table with plain cells: no lines around them, no padding, no count of rows.
pub(super) fn plain(output: &str) -> Comparable {
    let mut plain = Comparable::default();
    for (number, line) in output.lines().enumerate() {
        let text = line.trim();
        let is_rule = !text.is_empty() && text.chars().all(|c| "-+|=─┼│├┤┌┐└┘┬┴ ".contains(c));
        if is_rule || is_count(text) {
            continue;
        }
        // With a line around the table, both ends have one. Otherwise a line at the end is before an empty cell.
        let inner = text.strip_prefix(['|', '│']);
        let inner = inner.map_or(text, |rest| rest.strip_suffix(['|', '│']).unwrap_or(rest));
        let cells: Vec<&str> = inner.split(['|', '│']).map(str::trim).collect();
        plain.push(number, cells.join(" | ").trim_end());
    }
    plain
}

/// `(2 rows)`, `2 rows in set (0.00 sec)`
fn is_count(text: &str) -> bool {
    let text = text.trim_start_matches('(');
    let rest = text.trim_start_matches(|c: char| c.is_ascii_digit());
    rest.len() < text.len() && (rest.starts_with(" row)") || rest.starts_with(" rows)") || rest.contains("in set"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn s4_2_tables_of_all_clients_are_the_same() {
        let psql = " id | name\n----+------\n  1 | Ada\n  2 |\n(2 rows)\n";
        let mysql = "+----+------+\n| id | name |\n+----+------+\n|  1 | Ada  |\n|  2 |      |\n+----+------+\n2 rows in set (0.00 sec)\n";
        let boxes = "┌────┬──────┐\n│ id │ name │\n├────┼──────┤\n│ 1  │ Ada  │\n│ 2  │      │\n└────┴──────┘\n";
        let wanted = "id | name\n1 | Ada\n2 |\n";
        for table in [psql, mysql, boxes, "id|name\n1|Ada\n2|\n"] {
            assert_eq!(plain(table).text, wanted, "{table}");
        }
        assert_eq!(plain(mysql).lines, [1, 3, 4]);
    }
}
