//! The workflow that `docgen init` writes: its steps are run here one by one, as a runner would, on a project with a
//! baseline of 400 failing blocks.
//!
//! Actions are left out, and `cargo` and `sudo` are programs that do nothing: they install and unlock what is here already.

#![allow(clippy::disallowed_methods, reason = "tests look at disk and processes from outside")]

mod common;

use common::{docgen, repository, run, stderr, write};
use serde_json::Value;
use std::collections::BTreeMap;
use std::io::{Read as _, Write as _};
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

const FAILING: usize = 400;

/// A project with blocks that fail, and its machine.
struct Project {
    root: tempfile::TempDir,
    bin: tempfile::TempDir,
    workflow: Value,
}

impl Project {
    fn new() -> Self {
        let root = tempfile::tempdir().expect("a temporary folder");
        let mut page = String::from("# Old blocks\n");
        for number in 0..FAILING {
            let block = ["\n```json\n{\"", &number.to_string(), "\": }\n```\n"].concat();
            page.push_str(&block);
        }
        write(root.path(), "docs/old.md", &page);
        write(root.path(), "docs/index.md", "# Home\n\n```json\n{}\n```\n\n[Old](old.md)\n");
        for command in ["init", "verify"] {
            let output = run(root.path(), &[command]);
            assert_eq!(output.status.code(), Some(0), "{command}: {}", stderr(&output));
        }
        let text = std::fs::read_to_string(root.path().join(".github/workflows/docs.yml")).expect("a workflow");
        let bin = tempfile::tempdir().expect("a temporary folder");
        for idle in ["cargo", "sudo", "sleep"] {
            let path = bin.path().join(idle);
            std::fs::write(&path, "#!/bin/sh\n").expect("written");
            let mode = <std::fs::Permissions as std::os::unix::fs::PermissionsExt>::from_mode(0o755);
            std::fs::set_permissions(path, mode).expect("set");
        }
        let binary = PathBuf::from(env!("CARGO_BIN_EXE_docgen"));
        std::os::unix::fs::symlink(&binary, bin.path().join("docgen")).expect("linked");
        Self { root, bin, workflow: serde_saphyr::from_str(&text).expect("YAML") }
    }

    /// Runs the shell steps of a job, up to the first one that fails. `values` stand for the expressions.
    fn job(&self, name: &str, machine: &Path, values: &[(&str, &str)]) -> Vec<(String, Output)> {
        let job = &self.workflow["jobs"][name];
        let mut done = Vec::new();
        for step in job["steps"].as_array().expect("steps") {
            let Some(script) = step["run"].as_str() else { continue };
            // `doctor --fix` may need the network; `cargo xtask test` has called it.
            if script.contains("doctor --fix") {
                continue;
            }
            let name = step["name"].as_str().unwrap_or(script).to_owned();
            let mut variables: BTreeMap<String, String> = BTreeMap::new();
            for table in [&self.workflow["env"], &job["env"], &step["env"]] {
                for (key, value) in table.as_object().into_iter().flatten() {
                    let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
                    variables.insert(key.clone(), evaluated(&text, values));
                }
            }
            let output = self.step(script, machine, variables);
            let failed = !output.status.success();
            done.push((name, output));
            if failed {
                break;
            }
        }
        done
    }

    /// One step, by the command that GitHub's runner uses for `shell: bash`, which is the default on Linux but for
    /// `pipefail`.
    fn step(&self, script: &str, machine: &Path, variables: BTreeMap<String, String>) -> Output {
        let file = machine.join("step.sh");
        std::fs::create_dir_all(machine).expect("a folder");
        std::fs::write(&file, script).expect("written");
        let path = std::env::var("PATH").unwrap_or_default();
        let own = docgen(self.root.path());
        let mut call = Command::new("bash");
        call.args(["--noprofile", "--norc", "-eo", "pipefail"]).arg(file).current_dir(self.root.path());
        for (key, value) in own.get_envs() {
            match value {
                Some(value) => call.env(key, value),
                None => call.env_remove(key),
            };
        }
        call.env("CI", "true").env("GITHUB_ACTIONS", "true").env("GITHUB_WORKSPACE", self.root.path());
        call.env("GITHUB_STEP_SUMMARY", self.root.path().join("summary.md"));
        call.env("PATH", format!("{}:{path}", self.bin.path().display())).envs(variables);
        call.env("DOCGEN_CACHE", machine.join("cache"));
        call.output().expect("bash starts")
    }
}

/// A text with its expressions replaced. An expression that no value is given for is empty.
fn evaluated(text: &str, values: &[(&str, &str)]) -> String {
    let mut result = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once("${{") {
        let (expression, after) = after.split_once("}}").expect("an expression ends");
        result.push_str(before);
        let found = values.iter().find(|(name, _)| *name == expression.trim());
        result.push_str(found.map_or("", |(_, value)| value));
        rest = after;
    }
    result + rest
}

fn said(steps: &[(String, Output)]) -> String {
    let step = |(name, output): &(String, Output)| {
        format!("== {name}: {:?}\n{}{}", output.status.code(), common::stdout(output), stderr(output))
    };
    steps.iter().map(step).collect()
}

/// Serves a file at `/`, so often.
fn serve(file: PathBuf, times: usize) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = format!("http://{}/", listener.local_addr().expect("an address"));
    std::thread::spawn(move || {
        for stream in listener.incoming().take(times) {
            let mut stream = stream.expect("a connection");
            let _ = stream.read(&mut [0; 4096]);
            let body = std::fs::read(&file).unwrap_or_default();
            let head = format!("HTTP/1.1 200 OK\r\nContent-Length: {}\r\nConnection: close\r\n\r\n", body.len());
            let _ = stream.write_all(head.as_bytes()).and_then(|()| stream.write_all(&body));
        }
    });
    address
}

#[test]
fn s9_3_the_steps_of_the_workflow_verify_merge_and_publish() {
    let project = Project::new();
    let root = project.root.path();
    let machines = tempfile::tempdir().expect("a temporary folder");
    let verify = |number: &str| {
        let steps = project.job("verify", &machines.path().join(number), &[("matrix.shard", number)]);
        assert!(steps.iter().all(|(_, output)| output.status.success()), "{}", said(&steps));
    };
    verify("1");
    verify("2");
    let report = || project.job("report", &machines.path().join("report"), &[]);
    let steps = report();
    assert!(steps.iter().all(|(_, output)| output.status.success()), "{}", said(&steps));
    let merged = || -> Value {
        serde_json::from_str(&std::fs::read_to_string(root.join("verification.json")).expect("a report")).expect("JSON")
    };
    assert_eq!((&merged()["totals"]["found"], &merged()["ratchet"]["known"]), (&401.into(), &FAILING.into()));
    assert!(!said(&steps).contains("::error"), "{}", said(&steps));
    assert!(root.join("verification.xml").is_file());

    let base = "https://example.org/repo";
    let address = serve(root.join("public/index.html"), 1);
    let values = [("steps.pages.outputs.base_url", base), ("steps.deployment.outputs.page_url", address.as_str())];
    let steps = project.job("publish", &machines.path().join("publish"), &values);
    assert!(steps.iter().all(|(_, output)| output.status.success()), "{}", said(&steps));
    assert!(steps.len() >= 4 && said(&steps).contains("0 errors"), "{}", said(&steps));
    // A live site that stays the old one fails the job.
    let address = serve(root.join("book.toml"), 10);
    let values = [("steps.pages.outputs.base_url", base), ("steps.deployment.outputs.page_url", address.as_str())];
    let steps = project.job("publish", &machines.path().join("publish"), &values);
    assert!(said(&steps).contains("does not show the new site"), "{}", said(&steps));

    // One block more that fails is the only annotation, and stops the publication.
    write(root, "docs/new.md", "# New\n\n```json\n{\"new\": }\n```\n");
    verify("1");
    verify("2");
    let steps = report();
    let text = said(&steps);
    assert!(!steps.last().expect("a step").1.status.success(), "{text}");
    let errors: Vec<&str> = text.lines().filter(|line| line.starts_with("::error")).collect();
    assert_eq!(errors.len(), 1, "{text}");
    assert!(errors[0].contains("file=docs/new.md,line=4"), "{}", errors[0]);
    assert_eq!(merged()["ratchet"]["worse"], 1);
}

#[test]
fn only_forks_are_not_run() {
    let text = std::fs::read_to_string(repository().join("src/starter/workflow.yml")).expect("the workflow");
    let lines: Vec<&str> = text.lines().filter(|line| line.contains("--no-exec")).collect();
    assert_eq!(lines.len(), 1, "{lines:?}");
    assert!(lines[0].contains("github.event.pull_request.head.repo.fork &&"), "{}", lines[0]);
}
