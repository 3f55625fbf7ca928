//! `cargo xtask ratios`: compares the time of docgen for many blocks with one tool start per block.
//!
//! Both are measured in one run, in turns, on the same blocks. The slow way runs only a sample, and its mean is
//! multiplied.
//! Must not know: how docgen works.

use crate::run::{Done, command, root, step};
use crate::tools;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::OnceLock;
use std::time::{Duration, Instant};

/// One comparison.
struct Case {
    /// What is compared.
    name: &'static str,
    /// The fence's words.
    fence: &'static str,
    /// The code of a block; `{n}` is its number.
    code: &'static str,
    /// How many blocks.
    blocks: usize,
    /// How many of them run the slow way in each round.
    sample: usize,
    /// The max ratio.
    max: f64,
    /// The slow way: the calls for one file.
    alone: fn(&Path) -> Vec<Command>,
}

const CASES: &[Case] = &[
    Case {
        name: "Python, linted and compiled",
        fence: "python",
        code: "def f{n}(x):\n    return x + {n}\n\n\nprint(f{n}(1))",
        blocks: 1000,
        sample: 50,
        max: 0.02,
        alone: |file| {
            vec![
                call("ruff", &["check", "--isolated", "--no-cache"], file),
                call(python(), &["-m", "py_compile"], file),
            ]
        },
    },
    Case {
        name: "JavaScript, linted and parsed",
        fence: "js",
        code: "const f{n} = (x) => x + {n};\nconsole.log(f{n}(1));",
        blocks: 1000,
        sample: 50,
        max: 0.02,
        alone: |file| vec![call("oxlint", &[], file), call("node", &["--check"], file)],
    },
    Case {
        name: "Go, vetted and built",
        fence: "go",
        code: "x := {n}\nfmt.Println(x + 1)",
        blocks: 200,
        sample: 10,
        max: 0.06,
        alone: |file| {
            let folder = file.parent().expect("a package").to_path_buf();
            vec![go(&folder, &["vet", "."]), go(&folder, &["build", "-o", "/dev/null", "."])]
        },
    },
    Case {
        name: "Rust, checked",
        fence: "rust",
        code: "let x = {n};\nprintln!(\"{}\", x + 1);",
        blocks: 200,
        sample: 10,
        max: 0.02,
        alone: |file| vec![clippy(file)],
    },
    Case {
        name: "Python, run in the sandbox",
        fence: "python run",
        code: "total = sum(range({n} % 7))\nprint(total)",
        blocks: 1000,
        sample: 100,
        max: 0.10,
        alone: |file| vec![call(python(), &[], file)],
    },
];

/// Number of rounds, each with docgen and the slow way.
const ROUNDS: u32 = 2;

/// A measured case.
pub(crate) struct Ratio {
    /// What is compared.
    pub(crate) name: &'static str,
    /// How many blocks.
    pub(crate) blocks: usize,
    /// Seconds of docgen for all blocks.
    pub(crate) docgen: f64,
    /// Seconds of one start of the tools for each block.
    pub(crate) one_by_one: f64,
    /// The max ratio.
    pub(crate) max: f64,
}

impl Ratio {
    pub(crate) fn ratio(&self) -> f64 {
        self.docgen / self.one_by_one
    }
}

/// Measures every case whose name contains `wanted`. Fails if a case exceeds its ratio.
pub(crate) fn run(wanted: &str) -> Done {
    let docgen = root().join("target/release/docgen");
    step("release build", command("cargo", &["build", "--release", "--package", "docgen-cli"]))?;
    println!("\n{:<30} {:>7} {:>10} {:>12} {:>7} {:>7}", "", "blocks", "docgen", "one by one", "ratio", "max");
    let mut over = Vec::new();
    for found in measured(&docgen, wanted)? {
        let Ratio { name, blocks, docgen, one_by_one, max } = found;
        println!("{name:<30} {blocks:>7} {docgen:>8.2} s {one_by_one:>10.2} s {:>7.3} {max:>7.2}", found.ratio());
        if found.ratio() > max {
            over.push(name);
        }
    }
    if over.is_empty() { Ok(()) } else { Err(format!("slower than promised: {}", over.join("; "))) }
}

/// Measures every case whose name contains `wanted`.
pub(crate) fn measured(docgen: &Path, wanted: &str) -> Done<Vec<Ratio>> {
    tools::languages(&docgen.to_string_lossy())?;
    let wanted = wanted.to_lowercase();
    let cases = CASES.iter().filter(|case| case.name.to_lowercase().contains(&wanted));
    let measured = cases.map(|case| {
        println!("   {} blocks: {}", case.blocks, case.name);
        let (fast, slow) = measure(case, docgen)?;
        let (docgen, one_by_one) = (fast.as_secs_f64(), slow.as_secs_f64());
        Ok(Ratio { name: case.name, blocks: case.blocks, docgen, one_by_one, max: case.max })
    });
    measured.collect()
}

/// The time of docgen for all blocks, and of separate calls.
fn measure(case: &Case, docgen: &Path) -> Done<(Duration, Duration)> {
    let folder = root().join("target/ratios").join(case.fence.replace(' ', "-"));
    let (site, projects) = (folder.join("site"), folder.join("projects"));
    let failed = |error: std::io::Error| format!("{}: {error}", folder.display());
    fs::create_dir_all(site.join("content")).map_err(failed)?;
    fs::write(site.join("book.toml"), "[book]\n").map_err(failed)?;
    let ours = |arguments: &[&str]| {
        let mut ours = Command::new(docgen);
        ours.args(["--quiet"]).args(arguments).current_dir(&site).env("DOCGEN_CACHE", folder.join("cache"));
        ours.stdout(Stdio::null());
        ours
    };
    let (mut fast, mut slow) = (Duration::ZERO, Duration::ZERO);
    // Each round has new blocks. Round 0 only warms up the caches of both sides.
    for round in 0..=ROUNDS {
        let _ = fs::remove_dir_all(&projects);
        fs::write(site.join("content/page.md"), page(case, round)).map_err(failed)?;
        done(ours(&["extract", "--out"]).arg(&projects))?;
        let files = files_below(&projects).map_err(failed)?;
        let started = Instant::now();
        done(&mut ours(&["verify", "--no-cache", "--require-sandbox", "full"]))?;
        let docgen = started.elapsed();
        let every = (files.len() / case.sample).max(1);
        let sample: Vec<&PathBuf> = files.iter().step_by(every).take(case.sample).collect();
        let calls: Vec<Command> = sample.iter().flat_map(|file| (case.alone)(file)).collect();
        let started = Instant::now();
        for mut call in calls {
            done(call.stdout(Stdio::null()).stderr(Stdio::null()))?;
        }
        let alone = started.elapsed() * u32::try_from(case.blocks).unwrap_or(1);
        if round > 0 {
            fast += docgen;
            slow += alone / u32::try_from(sample.len()).unwrap_or(1);
        }
    }
    Ok((fast / ROUNDS, slow / ROUNDS))
}

/// A page of blocks that no other round has.
fn page(case: &Case, round: u32) -> String {
    let first = case.blocks * round as usize + (std::process::id() % 20_000) as usize * 10_000;
    (first..first + case.blocks).fold(String::from("# Blocks\n"), |page, number| {
        page + &format!("\n```{}\n{}\n```\n", case.fence, case.code.replace("{n}", &number.to_string()))
    })
}

fn done(command: &mut Command) -> Done {
    let status = command.status().map_err(|error| format!("cannot start {command:?}: {error}"))?;
    if status.success() { Ok(()) } else { Err(format!("{command:?} failed ({status})")) }
}

/// The blocks that `docgen extract` wrote, in order.
fn files_below(folder: &Path) -> std::io::Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            files.extend(files_below(&path)?);
        } else if path.components().any(|part| part.as_os_str() == "blocks")
            || path.file_name().is_some_and(|name| name.to_string_lossy().starts_with("b_"))
        {
            files.push(path);
        }
    }
    files.sort();
    Ok(files)
}

fn call(program: &str, arguments: &[&str], file: &Path) -> Command {
    let mut call = tools::with_installed(Command::new(program));
    call.args(arguments).arg(file);
    call
}

fn go(folder: &Path, arguments: &[&str]) -> Command {
    let mut call = tools::with_installed(Command::new("go"));
    call.args(arguments).current_dir(folder).env("CGO_ENABLED", "0").env("GOFLAGS", "-buildvcs=false");
    call
}

/// The block as a separate crate, as a person would check it.
fn clippy(file: &Path) -> Command {
    let name = file.file_stem().expect("a name").to_string_lossy().into_owned();
    let folder = file.parent().and_then(Path::parent).expect("a project").join("alone").join(&name);
    let _ = fs::create_dir_all(folder.join("src"));
    let text = fs::read_to_string(file).unwrap_or_default();
    let _ = fs::write(folder.join("src/lib.rs"), text);
    let manifest = format!("[package]\nname = \"{name}\"\nversion = \"0.0.0\"\nedition = \"2024\"\n\n[workspace]\n");
    let _ = fs::write(folder.join("Cargo.toml"), manifest);
    let mut call = Command::new("cargo");
    call.args(["clippy", "--quiet", "--offline"]).current_dir(&folder);
    call
}

/// The interpreter itself, because a shim would make the slow way slower.
fn python() -> &'static str {
    static PYTHON: OnceLock<String> = OnceLock::new();
    PYTHON.get_or_init(|| {
        let asked = Command::new("python3").args(["-c", "import sys; print(sys.executable)"]).output();
        asked.map_or_else(|_| "python3".to_owned(), |output| String::from_utf8_lossy(&output.stdout).trim().to_owned())
    })
}
