//! mdBook's own tables of `book.toml`: what docgen takes over, and what has no effect here.
//!
//! Source: mdBook's manual, "General configuration" and "Renderers".
//! Must not know: what a page does with the values.

use super::raw::RawConfig;
use super::values::BookToml;
use crate::error::Result;
use std::collections::BTreeMap;
use std::path::Path;

/// What docgen takes from `[output.html]`.
#[derive(Debug, Clone, Default)]
pub struct MdBook {
    /// `edit-url-template`: the address for editing a page, with `{path}` in it.
    pub edit_url_template: Option<String>,
    /// `redirect`: former addresses and their new ones, as written.
    pub redirects: BTreeMap<String, String>,
    /// `additional-css`: paths from the project's folder.
    pub styles: Vec<String>,
    /// `additional-js`: paths from the project's folder.
    pub scripts: Vec<String>,
    /// `git-repository-url`
    pub(super) repository: Option<String>,
    /// `site-url`: the path of the site on its host.
    pub(super) site_url: Option<String>,
    /// `code.hidelines`: by label, what marks hidden lines.
    pub(super) hide_prefixes: BTreeMap<String, String>,
    /// Keys and tables that have no effect here.
    unused: Vec<String>,
}

impl MdBook {
    /// Reads the tables. A file that does not exist is an error.
    pub(super) fn read(raw: &RawConfig, root: &Path, book_toml: &BookToml<'_>) -> Result<Self> {
        let mut mdbook = Self::default();
        for (name, table) in [("build", &raw.build), ("preprocessor", &raw.preprocessor), ("output", &raw.output)] {
            for (key, value) in table.iter().flatten() {
                match (name, key.as_str(), value) {
                    ("output", "html", toml::Value::Table(html)) => mdbook.read_html(html),
                    // docgen does what these two do.
                    ("preprocessor", "links" | "index", _) => {}
                    (_, _, toml::Value::Table(_)) => mdbook.unused.push(format!("[{name}.{key}]")),
                    _ => mdbook.unused.push(format!("[{name}] {key}")),
                }
            }
        }
        for path in mdbook.styles.iter().chain(&mdbook.scripts) {
            if !root.join(path).is_file() {
                let message = format!("the file `{path}` does not exist");
                return Err(book_toml.error(
                    path,
                    message,
                    "correct the path; it starts at the book's folder".to_owned(),
                ));
            }
        }
        Ok(mdbook)
    }

    fn read_html(&mut self, html: &toml::Table) {
        let text = |value: &toml::Value| value.as_str().map(str::to_owned);
        let list = |value: &toml::Value| value.as_array().into_iter().flatten().filter_map(text).collect();
        let texts = |value: &toml::Value| -> BTreeMap<String, String> {
            let pairs = value.as_table().into_iter().flatten();
            pairs.filter_map(|(key, value)| Some((key.clone(), text(value)?))).collect()
        };
        for (key, value) in html {
            match key.as_str() {
                "git-repository-url" => self.repository = text(value),
                "edit-url-template" => self.edit_url_template = text(value),
                "site-url" => self.site_url = text(value),
                "redirect" => self.redirects = texts(value),
                "additional-css" => self.styles = list(value),
                "additional-js" => self.scripts = list(value),
                "code" => self.hide_prefixes = value.get("hidelines").map(texts).unwrap_or_default(),
                _ if value.is_table() => self.unused.push(format!("[output.html.{key}]")),
                _ => self.unused.push(format!("[output.html] {key}")),
            }
        }
    }

    /// One hint that names all that has no effect.
    pub(super) fn hint(&self) -> Option<String> {
        let unused = self.unused.join(", ");
        (!unused.is_empty()).then(|| format!("book.toml: these settings of mdBook have no effect here: {unused}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::path::PathBuf;

    fn read(text: &str) -> Result<MdBook> {
        let raw: RawConfig = toml::from_str(text).expect("valid keys");
        MdBook::read(&raw, Path::new("/nowhere"), &BookToml { path: PathBuf::from("book.toml"), text })
    }

    #[test]
    fn what_has_no_effect_is_named_once() {
        let text = "[output.html]\nhash-files = true\ngit-repository-url = \"https://example.com/r\"\n\
                    [output.html.fold]\nenable = true\n[preprocessor.links]\n[preprocessor.gettext]\n[build]\nbuild-dir = \"x\"\n";
        let mdbook = read(text).expect("read");
        assert_eq!(mdbook.repository.as_deref(), Some("https://example.com/r"));
        let hint = mdbook.hint().expect("a hint");
        assert!(
            hint.ends_with("[build] build-dir, [preprocessor.gettext], [output.html] hash-files, [output.html.fold]")
                || hint.ends_with(
                    "[build] build-dir, [preprocessor.gettext], [output.html.fold], [output.html] hash-files"
                ),
            "{hint}"
        );
        assert_eq!(read("[output.html]\n").expect("read").hint(), None);
    }

    #[test]
    fn a_style_that_is_not_there_is_an_error() {
        let error = read("[output.html]\nadditional-css = [\"gone.css\"]\n").expect_err("refused").to_string();
        assert!(error.starts_with("book.toml:2:") && error.contains("gone.css"), "{error}");
    }
}
