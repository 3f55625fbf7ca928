//! Python and JavaScript blocks that their tools cannot take cost one block. What tools find is in `tests/pages/`.

#![allow(clippy::format_push_string, reason = "plain to read; speed does not matter here")]

mod common;

use common::{project, statuses, verify_json};
use serde_json::Value;

fn verified(config: &str, page: &str) -> Value {
    verify_json(project(config, page).path(), &[]).0
}

/// A page of one block for each text, with good blocks between them.
fn among_good_ones(info: &str, good: &str, poisons: &[String]) -> String {
    let mut page = format!("# P\n\n```{info}\n{good}\n```\n");
    for poison in poisons {
        page.push_str(&format!("\n```{info}\n{poison}\n```\n\n```{info}\n{good}\n```\n"));
    }
    page
}

/// The statuses of the poisons, after a look at the good blocks around them.
fn of_poisons(report: &Value) -> Vec<String> {
    let all = statuses(report);
    for good in all.iter().step_by(2) {
        assert_eq!(good, "pass", "a good neighbour: {all:?}\n{}", common::verdict_lines(report));
    }
    all.iter().skip(1).step_by(2).cloned().collect()
}

/// The errors of a block: line, column, end column, code, message.
fn errors(report: &Value, block: usize) -> Vec<(u64, u64, u64, String, String)> {
    let number = |value: &Value| value.as_u64().unwrap_or(0);
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let all = report["snippets"][block]["diagnostics"].as_array().expect("diagnostics");
    all.iter()
        .filter(|found| found["severity"] == "error")
        .map(|found| {
            let place = (number(&found["line"]), number(&found["column"]), number(&found["end_column"]));
            (place.0, place.1, place.2, text(&found["code"]), text(&found["message"]))
        })
        .collect()
}

#[test]
fn a_python_block_that_python_cannot_take_costs_one_block() {
    let poisons = [
        "(".repeat(10_000),
        format!("x = {}1", "-".repeat(100_000)),
        format!("x = 1{}", "+1".repeat(20_000)),
        format!("x = int\nx{}", ".y".repeat(20_000)),
        format!("x = {}", "1".repeat(5_000)),
        "x = '\0'".to_owned(),
        "  x = 1".to_owned(),
        "try:\n\tx = 1\n        y = 2\nfinally: pass".to_owned(),
    ];
    let report = verified("[book]\n", &among_good_ones("python", "print(1)", &poisons));
    assert_eq!(of_poisons(&report), ["fail"; 8], "{}", common::verdict_lines(&report));
    let null_byte = &errors(&report, 11)[0];
    assert_eq!((null_byte.0, null_byte.1), (49, 6), "{null_byte:?}");
}

#[test]
fn a_javascript_block_that_node_cannot_take_costs_one_block() {
    let mut poisons = vec!["import \"\\ud800\";".to_owned(); 9];
    poisons.extend([
        "(".repeat(10_000),
        format!("export {}", "(".repeat(10_000)),
        "class A extends B { ... }".to_owned(),
        "class A { ... }\nexport default A".to_owned(),
        "const a = \"\\ud800\";".to_owned(),
        "let \\ud800 = 1;".to_owned(),
        format!("const n = {}n;", "9".repeat(100_000)),
    ]);
    let report = verified("[book]\n", &among_good_ones("js", "console.log(1);", &poisons));
    let expected = [["env_error"; 9].as_slice(), &["fail", "fail", "fail", "fail", "pass", "fail", "pass"]].concat();
    assert_eq!(of_poisons(&report), expected, "{}", common::verdict_lines(&report));
    let ellipsis = &errors(&report, 2 * 11 + 1)[0];
    assert_eq!((ellipsis.1, ellipsis.4.as_str()), (21, "Unexpected token '...'"), "{ellipsis:?}");
}

#[test]
fn blocks_that_crash_a_linter_cost_no_others() {
    let deep = format!("const x = {}{};", "[".repeat(8_000), "]".repeat(8_000));
    let poisons = [deep.clone(), deep.clone(), "const y = 1;".to_owned(), deep];
    let report = verified("[book]\n", &among_good_ones("jsx", "const x = <p>1</p>;", &poisons));
    let found = of_poisons(&report);
    assert_eq!([&found[0], &found[1], &found[2], &found[3]], ["env_error", "env_error", "pass", "env_error"]);
}
