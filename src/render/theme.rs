//! The theme: templates and files. They are built into the binary; each file in the project's `themes/NAME/` overrides
//! one.
//!
//! Templates can extend the built-in ones as `default/page.html`.
//! Must not know: the data of templates.

use crate::config::Config;
use crate::counted::{Work, count};
use crate::error::{Error, Result};
use crate::fs::{self, Refused};
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};
use tera::{Context, Tera};

macro_rules! embedded {
    ($($name:literal),* $(,)?) => {
        &[$(($name, include_str!(concat!("../../themes/default/", $name)))),*]
    };
}

const TEMPLATES: &[(&str, &str)] = embedded![
    "base.html",
    "page.html",
    "list.html",
    "nav.html",
    "parts.html",
    "verification.html",
    "health.html",
    "print.html",
    "404.html",
    "redirect.html"
];
const ASSETS: &[(&str, &str)] = embedded![
    "assets/style.css",
    "assets/theme.js",
    "assets/site.js",
    "assets/search-dialog.js",
    "assets/search.js",
    "assets/live.js",
    "assets/icon.svg",
];

/// A theme, ready to render.
pub struct Theme {
    name: String,
    tera: Tera,
    /// The names of the templates in the project's folder.
    own: BTreeSet<String>,
    /// Files that are copied into the site, by their path in it.
    pub assets: BTreeMap<String, Vec<u8>>,
    /// A hash of all templates and files.
    pub digest: String,
    /// A hash of these files. Pages append it to their addresses, so that browsers load a new version.
    pub version: String,
}

impl Theme {
    /// Loads the built-in theme and the overrides of the configured one.
    ///
    /// # Errors
    /// [`Error::Template`] if a template is broken, [`Error::Usage`] if the theme does not exist.
    pub fn load(config: &Config) -> Result<Self> {
        let name = config.theme.clone();
        let folder = config.root.join("themes").join(&name);
        if name != "default" && !folder.is_dir() {
            return Err(Error::usage(
                format!("there is no theme `{name}`: {} does not exist", folder.display()),
                "create the folder, or remove `theme` from [site] in book.toml",
            ));
        }
        if config.has_project && folder.is_dir() {
            let found = if is_plain(&name) { fs::find_within(&config.project, &folder) } else { Err(Refused::Outside) };
            found.map_err(|refused| {
                Error::usage(format!("the theme `{name}` {}", refused.why()), "a theme is a folder below themes/")
            })?;
        }
        let mut tera = Tera::new();
        let failed = |error: tera::Error| Error::Template { theme: name.clone(), message: describe(&error) };
        tera.set_fallback_prefixes(["default/"]).map_err(failed)?;
        let mut templates: Vec<(String, String)> =
            TEMPLATES.iter().map(|(name, text)| (format!("default/{name}"), (*text).to_owned())).collect();
        let mut assets: BTreeMap<String, Vec<u8>> =
            ASSETS.iter().map(|(name, text)| (asset_path(name), minify(text).into_bytes())).collect();
        if config.has_project && folder.is_dir() {
            for path in fs::list_recursively(&folder)? {
                let relative = crate::source::slash_path(&path);
                if relative.starts_with("assets/") {
                    assets.insert(asset_path(&relative), fs::read(&folder.join(&path))?);
                } else if relative.ends_with(".html") {
                    templates.push((relative, fs::read_to_string(&folder.join(&path))?));
                }
            }
        }
        for path in config.of_mdbook.styles.iter().chain(&config.of_mdbook.scripts) {
            let content = fs::read_within(&config.project, &config.root.join(path)).map_err(|refused| {
                Error::usage(format!("the file `{path}`, which book.toml names, {}", refused.why()), refused.help())
            })?;
            assets.insert(path.clone(), content);
        }
        let own = templates.iter().skip(TEMPLATES.len()).map(|(name, _)| name.clone()).collect();
        let of_templates = blake3::hash(format!("{templates:?}").as_bytes());
        tera.add_raw_templates(templates).map_err(failed)?;
        let mut hasher = blake3::Hasher::new();
        for (path, content) in &assets {
            hasher.update(path.as_bytes()).update(&[0]).update(content);
        }
        let version = hasher.finalize().to_hex()[..8].to_owned();
        let digest = format!("{name} {of_templates} {}", hasher.finalize());
        Ok(Self { name, tera, own, assets, digest, version })
    }

    /// Renders a template with the site and one more value.
    ///
    /// # Errors
    /// [`Error::Template`] with the template, line and column.
    pub fn render<S: Serialize, T: Serialize>(
        &self,
        template: &str,
        site: &S,
        key: &'static str,
        value: &T,
    ) -> Result<String> {
        count(Work::TemplatesRendered, 1);
        let mut context = Context::new();
        context.insert("site", site);
        context.insert(key, value);
        self.tera
            .render(template, &context)
            .map_err(|error| Error::Template { theme: self.name.clone(), message: describe(&error) })
    }

    /// Whether a page may ask for the template of this name: the project's theme has it. docgen's own ones are for pages
    /// of other kinds, except `page.html`.
    pub fn has(&self, template: &str) -> bool {
        self.own.contains(template) || template == "page.html"
    }
}

/// Whether a theme's name is a plain name of a folder in `themes/`.
fn is_plain(name: &str) -> bool {
    !name.contains(['/', '\\']) && !name.starts_with('.')
}

/// An asset's path in the site.
fn asset_path(name: &str) -> String {
    format!("docgen/{}", name.trim_start_matches("assets/"))
}

/// Removes indentation and comment lines from docgen's scripts and styles, so that pages load fewer bytes.
fn minify(text: &str) -> String {
    let comment = |line: &str| line.starts_with("// ") || (line.starts_with("/*") && line.ends_with("*/"));
    let lines = text.lines().map(str::trim).filter(|line| !line.is_empty() && !comment(line));
    lines.flat_map(|line| [line, "\n"]).collect()
}

fn describe(error: &tera::Error) -> String {
    use std::error::Error as _;
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(inner) = source {
        text.push_str(": ");
        text.push_str(&inner.to_string());
        source = inner.source();
    }
    text
}
