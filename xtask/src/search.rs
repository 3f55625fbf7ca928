//! `cargo xtask search-quality`: compares docgen, Pagefind and `MiniSearch` with judged queries on the manual and on
//! public Markdown pages. Also measures the cost of a search on sites of 1,000 and 10,000 pages.
//!
//! The queries and their expected results are in `tests/search/`.
//! Must not know: ranking.

use crate::run::{Done, command, root, step};
use crate::tools;
use std::fs;
use std::path::Path;

/// Pinned npm packages: one with Markdown pages, and the search engines to compare with.
const PACKAGES: &[&str] = &["fastify@5.12.8", "pagefind@1.6.0", "minisearch@7.2.0"];

/// Builds both sites and compares. Fails if docgen is worse.
pub(crate) fn run() -> Done {
    step("release build", command("cargo", &["build", "--release", "--package", "docgen-cli"]))?;
    tools::npm_packages()?;
    let chromium = tools::browser()?;
    let folder = tools::pinned("search-quality", PACKAGES)?;
    let failed = |error: std::io::Error| format!("{}: {error}", folder.display());
    let docs = folder.join("fastify/content");
    copy(&folder.join("node_modules/fastify/docs"), &docs).map_err(failed)?;
    fs::write(folder.join("fastify/book.toml"), "[book]\ntitle = \"Fastify\"\n").map_err(failed)?;
    let docgen = root().join("target/release/docgen");
    let mut sites = Vec::new();
    for (name, project) in [("manual", root()), ("fastify", folder.join("fastify"))] {
        let out = folder.join("sites").join(name);
        let mut build = command(&docgen.to_string_lossy(), &["--quiet", "--root"]);
        build.arg(&project).args(["build", "--out"]).arg(&out);
        // The other project's pages have errors, so the exit status is ignored.
        let _ = step(&format!("build {name}"), build);
        sites.push(format!("{name}={}", out.display()));
    }
    let mut node = command("node", &["tests/browser/search-quality.mjs"]);
    node.env("CHROMIUM", chromium).env("FOLDER", &folder).env("SITES", sites.join(",")).env("DOCGEN", docgen);
    step("search quality", node)
}

fn copy(from: &Path, to: &Path) -> std::io::Result<()> {
    fs::create_dir_all(to)?;
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        let target = to.join(entry.file_name());
        if entry.path().is_dir() {
            copy(&entry.path(), &target)?;
        } else {
            fs::copy(entry.path(), target)?;
        }
    }
    Ok(())
}
