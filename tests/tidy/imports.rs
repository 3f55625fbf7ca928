//! Which file of `src/` imports which, read from the sources: `use` lines and paths that begin with `crate::` or `super::`.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

/// The files of `src/` by module path (`snippet::run::warm`, `site`), with the modules that each imports and the lines.
pub(crate) struct Imports {
    pub(crate) files: BTreeMap<String, BTreeMap<String, usize>>,
}

impl Imports {
    /// Reads all files; `read` gives a file's text.
    pub(crate) fn of(src: &Path, files: &[std::path::PathBuf]) -> Self {
        let names: BTreeMap<String, &std::path::PathBuf> = files
            .iter()
            .map(|path| (module(src, path), path))
            .filter(|(name, _)| name != "lib" && name != "main")
            .collect();
        let known: BTreeSet<&str> = names.keys().map(String::as_str).collect();
        let of = |(name, path): (&String, &&std::path::PathBuf)| {
            let text = std::fs::read_to_string(path).expect("readable");
            let mut found = BTreeMap::new();
            for (path, line) in paths(name, &text, &known) {
                if let Some(to) = nearest(&path, &known).filter(|to| to != name) {
                    found.entry(to).or_insert(line);
                }
            }
            (name.clone(), found)
        };
        Self { files: names.iter().map(of).collect() }
    }

    /// Files that import each other in a circle, each circle as a sorted list.
    pub(crate) fn circles(&self) -> Vec<Vec<String>> {
        let reach: BTreeMap<&String, BTreeSet<&String>> =
            self.files.keys().map(|from| (from, self.reachable(from))).collect();
        let mut circles = BTreeSet::new();
        for (from, reached) in &reach {
            let circle: Vec<String> =
                reached.iter().filter(|to| reach[**to].contains(from)).map(|to| (*to).clone()).collect();
            if !circle.is_empty() {
                circles.insert(circle);
            }
        }
        circles.into_iter().collect()
    }

    fn reachable(&self, from: &str) -> BTreeSet<&String> {
        let mut reached = BTreeSet::new();
        let mut next: Vec<&str> = vec![from];
        while let Some(file) = next.pop() {
            for to in self.files[file].keys() {
                if reached.insert(to) {
                    next.push(to);
                }
            }
        }
        reached
    }
}

/// The module path of a file.
fn module(src: &Path, path: &Path) -> String {
    let relative = path.strip_prefix(src).expect("below src").with_extension("");
    let parts: Vec<_> = relative.iter().map(|part| part.to_string_lossy()).collect();
    let parts = if parts.last().is_some_and(|last| last == "mod") { &parts[..parts.len() - 1] } else { &parts[..] };
    parts.join("::")
}

/// The longest beginning of a path that is a file.
fn nearest(path: &str, known: &BTreeSet<&str>) -> Option<String> {
    let mut path = path;
    loop {
        if known.contains(path) {
            return Some(path.to_owned());
        }
        path = path.rsplit_once("::")?.0;
    }
}

/// The paths, from the crate's root, that a file's code names, with their lines. Tests at the end of the file are left out.
fn paths(me: &str, text: &str, known: &BTreeSet<&str>) -> Vec<(String, usize)> {
    let code = text.split("\n#[cfg(test)]\nmod tests").next().unwrap_or_default();
    let mut found = Vec::new();
    let mut open: Option<(String, usize)> = None;
    for (line, number) in code.lines().zip(1..) {
        // Visibilities import nothing; comments and string literals name what code may not.
        let line = line.replace("pub(in crate::", "pub(");
        let line: String = line.split("//").next().unwrap_or_default().split('"').step_by(2).collect();
        let trimmed = line.trim_start();
        let begins = trimmed.strip_prefix("pub ").unwrap_or(trimmed).strip_prefix("use ");
        if let Some((text, first)) = &mut open {
            text.push_str(trimmed);
            if trimmed.contains(';') {
                leaves(text.trim_end_matches(';'), "", &mut |path| found.push((path, *first)));
                open = None;
            }
        } else if let Some(rest) = begins {
            if rest.contains(';') {
                leaves(rest.trim_end_matches(';'), "", &mut |path| found.push((path, number)));
            } else {
                open = Some((rest.to_owned(), number));
            }
        } else {
            let is_part = |c: char| c.is_alphanumeric() || c == '_' || c == ':';
            let words = line.split(|c| !is_part(c)).filter(|word| word.contains("::"));
            found.extend(words.map(|word| (word.trim_matches(':').to_owned(), number)));
        }
    }
    found.into_iter().filter_map(|(path, line)| Some((absolute(me, &path, known)?, line))).collect()
}

/// The paths of a `use` with braces.
fn leaves(text: &str, before: &str, found: &mut dyn FnMut(String)) {
    let text = text.trim();
    let Some((head, rest)) = text.split_once('{') else {
        found(format!("{before}{text}"));
        return;
    };
    let inner = rest.strip_suffix('}').unwrap_or(rest);
    let before = format!("{before}{head}");
    let (mut depth, mut start) = (0, 0);
    for (at, c) in inner.char_indices() {
        match c {
            '{' => depth += 1,
            '}' => depth -= 1,
            ',' if depth == 0 => {
                leaves(&inner[start..at], &before, found);
                start = at + 1;
            }
            _ => {}
        }
    }
    if !inner[start..].trim().is_empty() {
        leaves(&inner[start..], &before, found);
    }
}

/// A path from the crate's root; nothing where it leads to another crate.
fn absolute(me: &str, path: &str, known: &BTreeSet<&str>) -> Option<String> {
    if let Some(rest) = path.strip_prefix("crate::") {
        return Some(rest.to_owned());
    }
    let mut here = Some(me);
    let mut rest = path;
    while let Some(above) = rest.strip_prefix("super::") {
        here = here.and_then(|here| here.rsplit_once("::")).map(|(above, _)| above);
        rest = above;
    }
    if rest != path {
        return Some(here.map_or_else(|| rest.to_owned(), |here| format!("{here}::{rest}")));
    }
    // A child that the file declares itself.
    let child = format!("{me}::{}", rest.trim_start_matches("self::").split("::").next()?);
    known.contains(child.as_str()).then(|| format!("{me}::{}", rest.trim_start_matches("self::")))
}
