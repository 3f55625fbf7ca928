//! S3.3, S1.7: selected members of a group, and what is said once of many blocks. What members do to each other is in
//! `tests/pages/groups/` and `tests/pages/attacks/`.

mod common;

use common::{docgen, markdown, project, stderr, stdout, verify_json};

#[test]
fn s3_3_a_selected_block_is_not_green_because_the_one_in_its_way_was_not_selected() {
    for first in ["assert False", "import sys\nsys.exit(0)"] {
        let second = "```python run {group=g name=second}\nassert False\n```\n";
        let page = format!("# P\n\n```python run {{group=g}}\n{first}\n```\n\n{second}");
        let (report, exit) = verify_json(project("[book]\n", &page).path(), &["--name", "second"]);
        assert_eq!(exit, 1, "{first}: {report:#}");
    }
}

#[test]
fn s1_7_packages_that_nobody_has_are_told_once_with_where_to_add_them() {
    let page = markdown("packages-that-nobody-has-are-told-once-with-where-to-add-them");
    let site = project("[book]\n", page);
    let output = docgen(site.path()).arg("verify").output().expect("docgen starts");
    let text = stdout(&output);
    assert_eq!(output.status.code(), Some(0), "{text}{}", stderr(&output));
    assert!(text.contains("3 env_error"), "{text}");
    let told = |words: &str| text.lines().filter(|line| line.contains(words)).count();
    assert_eq!(told("packages that nothing provides"), 1, "{text}");
    assert_eq!(told("snippets/go"), 1, "{text}");
    assert!(text.contains("`go get") && text.contains("requirements.txt"), "{text}");
    let strict = docgen(site.path()).args(["verify", "--strict"]).output().expect("docgen starts");
    assert_eq!(strict.status.code(), Some(3), "{}", stdout(&strict));
}

/// A member that does not ask to run is run with the group, whichever block is selected.
#[test]
fn s3_3_a_members_verdict_does_not_depend_on_what_is_selected() {
    let page = "# T\n\n```python {group=a name=one}\nx = 1\n```\n\n```python {group=a name=two run}\nprint(x)\n```\n";
    let folder = project("[book]\n", page);
    let level = |args: &[&str]| {
        let (report, _) = verify_json(folder.path(), args);
        let blocks = report["snippets"].as_array().expect("snippets").clone();
        blocks.iter().find(|block| block["name"] == "one").expect("it is there")["level"].clone()
    };
    assert_eq!((level(&[]), level(&["--name", "one"])), ("Ran".into(), "Ran".into()));
}
