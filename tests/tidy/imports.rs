//! The imports of each file of `src/`, read with syn: `use` lines, aliases, and paths in the code.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use syn::visit::{self, Visit};

/// The files of `src/` by module path (`snippet::run::warm`, `site`), each with the modules that it imports and the paths
/// that name them.
pub(crate) struct Imports {
    pub(crate) files: BTreeMap<String, BTreeMap<String, String>>,
    /// Imports by `*` of docgen's own modules: they hide what is imported.
    pub(crate) globs: Vec<String>,
}

impl Imports {
    /// Reads all files.
    pub(crate) fn of(src: &Path, files: &[PathBuf]) -> Self {
        let names: BTreeMap<String, &PathBuf> = files.iter().map(|path| (module(src, path), path)).collect();
        let known: BTreeSet<&str> = names.keys().map(String::as_str).collect();
        let mut imports = Self { files: BTreeMap::new(), globs: Vec::new() };
        for (name, path) in &names {
            let text = std::fs::read_to_string(path).expect("readable");
            let file = syn::parse_file(&text).expect("Rust");
            let mut reader = Reader { me: name, known: &known, aliases: BTreeMap::new(), found: Vec::new(), globs: 0 };
            // Aliases first: a path may use a name that is imported below it.
            reader.visit_file(&file);
            reader.found.clear();
            reader.globs = 0;
            reader.visit_file(&file);
            if reader.globs > 0 {
                imports.globs.push(name.clone());
            }
            let mut edges = BTreeMap::new();
            for path in reader.found {
                if let Some(to) = nearest(&path, &known).filter(|to| to != name) {
                    edges.entry(to).or_insert(path);
                }
            }
            imports.files.insert(name.clone(), edges);
        }
        imports
    }

    /// Files that import each other in a circle. Each circle is a sorted list.
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

/// The module path of a file; `lib` and `main` are the crate's roots.
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

struct Reader<'a> {
    me: &'a str,
    known: &'a BTreeSet<&'a str>,
    /// Names that the file imports, with the paths from the crate's root.
    aliases: BTreeMap<String, String>,
    found: Vec<String>,
    globs: usize,
}

impl Reader<'_> {
    /// A path from the crate's root; nothing if it leads to another crate.
    fn absolute(&self, segments: &[String]) -> Option<String> {
        let (first, rest) = segments.split_first()?;
        let join = |start: &str, rest: &[String]| {
            let parts = std::iter::once(start.to_owned()).filter(|start| !start.is_empty()).chain(rest.iter().cloned());
            parts.collect::<Vec<_>>().join("::")
        };
        match first.as_str() {
            "crate" => Some(join("", rest)),
            "self" => Some(join(self.me, rest)),
            "super" => {
                let (mut here, mut rest) = (self.me.rsplit_once("::").map_or("", |(above, _)| above), rest);
                while let Some((next, more)) = rest.split_first().filter(|(next, _)| *next == "super") {
                    let _ = next;
                    (here, rest) = (here.rsplit_once("::").map_or("", |(above, _)| above), more);
                }
                Some(join(here, rest))
            }
            name => {
                let child = join(self.me, std::slice::from_ref(first));
                let aliased = self.aliases.get(name).map(|path| join(path, rest));
                aliased.or_else(|| self.known.contains(child.as_str()).then(|| join(self.me, segments)))
            }
        }
    }

    fn tree(&mut self, before: &[String], tree: &syn::UseTree) {
        let with = |name: &syn::Ident| [before, &[name.to_string()]].concat();
        match tree {
            syn::UseTree::Path(path) => self.tree(&with(&path.ident), &path.tree),
            syn::UseTree::Group(group) => group.items.iter().for_each(|tree| self.tree(before, tree)),
            syn::UseTree::Glob(_) => {
                let inner = self.absolute(before);
                self.globs += usize::from(inner.is_some());
                self.found.extend(inner);
            }
            syn::UseTree::Name(name) if name.ident == "self" => self.import(before, before.last().cloned()),
            syn::UseTree::Name(name) => self.import(&with(&name.ident), Some(name.ident.to_string())),
            syn::UseTree::Rename(name) => self.import(&with(&name.ident), Some(name.rename.to_string())),
        }
    }

    fn import(&mut self, path: &[String], alias: Option<String>) {
        let Some(path) = self.absolute(path) else { return };
        if let Some(alias) = alias {
            self.aliases.insert(alias, path.clone());
        }
        self.found.push(path);
    }
}

/// Whether an item is for tests only.
fn is_test(attributes: &[syn::Attribute]) -> bool {
    attributes.iter().any(|attribute| {
        attribute.path().is_ident("cfg") && attribute.parse_args::<syn::Path>().is_ok_and(|it| it.is_ident("test"))
    })
}

impl<'ast> Visit<'ast> for Reader<'_> {
    fn visit_item_use(&mut self, item: &'ast syn::ItemUse) {
        self.tree(&[], &item.tree);
    }

    fn visit_item_mod(&mut self, item: &'ast syn::ItemMod) {
        if !is_test(&item.attrs) {
            visit::visit_item_mod(self, item);
        }
    }

    fn visit_item_fn(&mut self, item: &'ast syn::ItemFn) {
        if !is_test(&item.attrs) {
            visit::visit_item_fn(self, item);
        }
    }

    // A visibility such as `pub(in crate::page)` imports nothing.
    fn visit_visibility(&mut self, _: &'ast syn::Visibility) {}

    fn visit_path(&mut self, path: &'ast syn::Path) {
        let segments: Vec<String> = path.segments.iter().map(|segment| segment.ident.to_string()).collect();
        if segments.len() > 1 {
            self.found.extend(self.absolute(&segments));
        }
        visit::visit_path(self, path);
    }
}
