//! Configuration: `book.toml` → [`Config`].
//!
//! [`raw`] lists the keys of the file. [`Config`] is the result, with every default filled in. Today's date and the
//! environment enter here as values; later stages never ask for them.
//! Must not know: pages, snippets, or how anything is printed.

mod generator;
mod mdbook;
pub mod raw;
mod values;
mod verify;

use crate::diagnostic::did_you_mean;
use crate::error::{Error, Result};
use crate::fs;
use crate::span::LineIndex;
use jiff::civil::Date;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use values::{BookToml, globs};
use verify::{like_mdbook, verify};

pub use generator::Generator;
pub use mdbook::MdBook;
pub use raw::{ContentPolicy, RawCommand, RawHtml, RawLanguage, RawRule, RawTaxonomy, RawTerm};
pub use values::{parse_days, parse_duration};
pub use verify::{Rule, VerifyConfig};

/// The taxonomies that every site has: name of the table, front-matter key, singular, plural.
pub const TAXONOMIES: &[(&str, &str, &str, &str)] = &[
    ("tags", "tags", "Tag", "Tags"),
    ("agents", "agents", "Agent", "Agents"),
    ("categories", "category", "Category", "Categories"),
    ("owners", "owner", "Owner", "Owners"),
    ("platforms", "supported_platforms", "Platform", "Platforms"),
];

/// How much damage an error on a page can do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Risk {
    /// A nuisance.
    Low,
    /// Lost time.
    Medium,
    /// An incident.
    High,
    /// A disaster.
    Critical,
}

impl Risk {
    /// All, in order, with their names.
    pub const ALL: &'static [(&'static str, Risk)] =
        &[("low", Risk::Low), ("medium", Risk::Medium), ("high", Risk::High), ("critical", Risk::Critical)];

    /// Lower-case name.
    pub fn name(self) -> &'static str {
        Self::ALL.iter().find(|(_, risk)| *risk == self).expect("ALL lists every risk").0
    }
}

/// The settings of a project.
#[derive(Debug, Clone)]
pub struct Config {
    /// The project's folder, absolute.
    pub root: PathBuf,
    /// The content folder, absolute.
    pub content: PathBuf,
    /// The folder that pages may read files from: the git repository, else the project's folder.
    pub project: PathBuf,
    /// Whether there is a `book.toml`; without it, a file is "bare" (S1.6, S2.3).
    pub has_project: bool,
    /// Whether the folder has mdBook's layout (`SUMMARY.md` in the content folder).
    pub mdbook: bool,
    /// The other generator that the folder was written for.
    pub generator: Option<Generator>,
    /// What mdBook's own tables say.
    pub of_mdbook: MdBook,
    /// The site's title.
    pub title: String,
    /// One sentence about it.
    pub description: String,
    /// Its authors.
    pub authors: Vec<String>,
    /// BCP 47 language tag.
    pub language: String,
    /// Whether text runs from right to left.
    pub right_to_left: bool,
    /// Absolute address without the last slash, or empty.
    pub base_url: String,
    /// The output folder, absolute.
    pub out: PathBuf,
    /// The theme's name.
    pub theme: String,
    /// The repository's address, or empty.
    pub repository: String,
    /// How HTML in Markdown is treated.
    pub raw_html: RawHtml,
    /// Whether text between dollar signs is a formula. The default is yes, in folders of other generators no.
    pub math: bool,
    /// How strict the pages' content policy is.
    pub content_policy: ContentPolicy,
    /// Declared terms.
    pub taxonomies: BTreeMap<String, RawTaxonomyConfig>,
    /// Review interval in days, by risk.
    pub review_days: BTreeMap<Risk, i64>,
    /// Front-matter keys that every page must have.
    pub required: Vec<String>,
    /// Snippet verification.
    pub verify: VerifyConfig,
    /// Whether search includes code blocks.
    pub search_code: bool,
    /// Globs of pages that search leaves out.
    pub search_exclude: globset::GlobSet,
    /// Whether drafts are built.
    pub drafts: bool,
    /// The date that this run uses as today.
    pub today: Date,
    /// Hints about the configuration itself.
    pub hints: Vec<String>,
}

impl Config {
    /// The path of the site on its host, without the last slash: `/repo` for `https://host/repo`.
    pub fn base_path(&self) -> &str {
        if self.base_url.is_empty() {
            return self.of_mdbook.site_url.as_deref().unwrap_or_default().trim_end_matches('/');
        }
        let rest = self.base_url.split_once("://").map_or(self.base_url.as_str(), |(_, rest)| rest);
        rest.find('/').map_or("", |at| &rest[at..])
    }
}

/// A taxonomy as declared.
#[derive(Debug, Clone, Default)]
pub struct RawTaxonomyConfig {
    /// Whether only declared terms may be used.
    pub closed: bool,
    /// The declared terms.
    pub terms: BTreeMap<String, RawTerm>,
}

/// What the command line adds to the file.
#[derive(Debug, Clone, Default)]
pub struct Overrides {
    /// `--root`; without it the nearest folder upward with a `book.toml`, else the current one.
    pub root: Option<PathBuf>,
    /// `--out`
    pub out: Option<PathBuf>,
    /// `--base-url`
    pub base_url: Option<String>,
    /// `--drafts`
    pub drafts: bool,
}

/// Reads the configuration of the project around `cwd`.
///
/// # Errors
/// [`Error::Config`], with line and column, if `book.toml` is wrong; [`Error::Io`] if it cannot be read.
pub fn load(cwd: &Path, overrides: &Overrides, today: Date) -> Result<Config> {
    let root = match &overrides.root {
        Some(root) => fs::canonicalize(&cwd.join(root))?,
        None => nearest_project(cwd).unwrap_or_else(|| cwd.to_path_buf()),
    };
    let path = root.join("book.toml");
    let text = fs::read_optional(&path)?;
    let raw = match &text {
        Some(text) => parse(&path, text)?,
        None => raw::RawConfig::default(),
    };
    resolve(raw, &root, text.as_deref(), overrides, today)
}

/// The JSON schema of `book.toml`, for editors that complete it.
pub fn schema() -> serde_json::Value {
    let mut schema = schemars::schema_for!(raw::RawConfig).to_value();
    schema["title"] = "book.toml of docgen".into();
    schema
}

/// The nearest folder at or above `from` with a `book.toml`.
pub fn nearest_project(from: &Path) -> Option<PathBuf> {
    from.ancestors().find(|folder| folder.join("book.toml").is_file()).map(Path::to_path_buf)
}

fn parse(path: &Path, text: &str) -> Result<raw::RawConfig> {
    toml::from_str(text).map_err(|error| {
        let at = error.span().map_or(0, |span| span.start);
        let place = LineIndex::new(text).line_col(text, at);
        let message = error.message().trim().replace('\n', " ");
        Error::Config {
            path: path.to_path_buf(),
            place: format!("{}:{}", place.line, place.column),
            help: suggestion(&message),
            message,
        }
    })
}

/// The help for serde's "unknown field `x`, expected one of `y`, `z`".
fn suggestion(message: &str) -> String {
    let mut words = message.split('`').skip(1).step_by(2);
    if message.starts_with("unknown")
        && let Some(word) = words.next()
    {
        let known: Vec<_> = words.collect();
        return match did_you_mean(word, known.iter().copied()) {
            Some(near) => format!("did you mean `{near}`?"),
            None => format!("known here: {}", known.join(", ")),
        };
    }
    "see the configuration reference of docgen's manual".to_owned()
}

fn resolve(raw: raw::RawConfig, root: &Path, text: Option<&str>, overrides: &Overrides, today: Date) -> Result<Config> {
    let book_toml = BookToml { path: root.join("book.toml"), text: text.unwrap_or_default() };
    let content = content_folder(&raw, root, &book_toml)?;
    let mdbook = content.join("SUMMARY.md").is_file();
    let generator = Generator::of(root, &content).filter(|_| !mdbook);
    let of_mdbook = MdBook::read(&raw, root, &book_toml)?;
    let hints = of_mdbook.hint().into_iter().chain(generator.map(Generator::hint)).collect();
    let like_mdbook = like_mdbook(raw.verify, raw.rust.as_ref(), mdbook, &of_mdbook);
    let right_to_left = right_to_left(&raw.book, &book_toml)?;
    let base_url = base_url(raw.site.base_url.as_deref(), overrides, &book_toml)?;
    let repository = raw.site.repository.or_else(|| of_mdbook.repository.clone()).unwrap_or_default();
    let out = overrides.out.clone().unwrap_or_else(|| root.join(raw.site.out.as_deref().unwrap_or("public")));
    Ok(Config {
        has_project: text.is_some(),
        mdbook,
        generator,
        of_mdbook,
        title: raw.book.title.unwrap_or_default(),
        description: raw.book.description.unwrap_or_default(),
        authors: raw.book.authors,
        right_to_left,
        language: raw.book.language.unwrap_or_else(|| "en".to_owned()),
        base_url,
        out,
        theme: raw.site.theme.unwrap_or_else(|| "default".to_owned()),
        repository: repository.trim_end_matches('/').to_owned(),
        math: raw.site.math.unwrap_or(!mdbook && generator.is_none()),
        raw_html: raw.site.raw_html.unwrap_or(RawHtml::Allow),
        content_policy: raw.site.content_policy.unwrap_or(if mdbook && raw.output.is_some() {
            ContentPolicy::Relaxed
        } else {
            ContentPolicy::Strict
        }),
        taxonomies: taxonomies(raw.taxonomies, &book_toml)?,
        review_days: review_days(&raw.governance.review, &book_toml)?,
        required: raw.governance.required,
        verify: verify(like_mdbook, &book_toml)?,
        search_code: raw.search.code.unwrap_or(true),
        search_exclude: globs(&raw.search.exclude, &book_toml)?,
        drafts: overrides.drafts,
        today,
        hints,
        root: root.to_path_buf(),
        project: fs::project_of(root, &content),
        content,
    })
}

/// The address of the site, without the last slash.
fn base_url(configured: Option<&str>, overrides: &Overrides, book_toml: &BookToml<'_>) -> Result<String> {
    const HELP: &str = "write the whole address, such as `https://example.org/docs`";
    let is_whole = |url: &str| {
        let rest = url.strip_prefix("https://").or_else(|| url.strip_prefix("http://"));
        url.is_empty() || rest.is_some_and(|rest| !rest.is_empty() && !rest.starts_with('/'))
    };
    let written = overrides.base_url.as_deref().or(configured).unwrap_or_default();
    if is_whole(written) {
        return Ok(written.trim_end_matches('/').to_owned());
    }
    let message = format!("`{written}` is not the address of a site: it does not begin with `https://` and a host");
    Err(match overrides.base_url {
        Some(_) => Error::usage(message, HELP),
        None => book_toml.error(written, message, HELP.to_owned()),
    })
}

/// Uses `text-direction`, else the direction of the language's script.
fn right_to_left(book: &raw::RawBook, book_toml: &BookToml<'_>) -> Result<bool> {
    const LANGUAGES: [&str; 11] = ["ar", "ckb", "dv", "fa", "he", "ks", "ps", "sd", "ug", "ur", "yi"];
    match book.text_direction.as_deref() {
        Some("rtl") => Ok(true),
        Some("ltr") => Ok(false),
        Some(other) => {
            let message = format!("unknown text direction `{other}`");
            Err(book_toml.error(other, message, "write `ltr` or `rtl`".to_owned()))
        }
        None => {
            let language = book.language.as_deref().unwrap_or_default();
            Ok(LANGUAGES.contains(&language.split('-').next().unwrap_or_default()))
        }
    }
}

fn content_folder(raw: &raw::RawConfig, root: &Path, book_toml: &BookToml<'_>) -> Result<PathBuf> {
    if let Some(src) = &raw.book.src {
        let folder = root.join(src);
        if !folder.is_dir() {
            let message = format!("the content folder `{src}` does not exist");
            return Err(book_toml.error(src, message, "create it, or correct [book] src".to_owned()));
        }
        return Ok(folder);
    }
    if root.join("content").is_dir() {
        return Ok(root.join("content"));
    }
    if root.join("src/SUMMARY.md").is_file() {
        return Ok(root.join("src"));
    }
    Ok(root.to_path_buf())
}

fn taxonomies(
    raw: BTreeMap<String, RawTaxonomy>,
    book_toml: &BookToml<'_>,
) -> Result<BTreeMap<String, RawTaxonomyConfig>> {
    let mut known = BTreeMap::new();
    for (name, taxonomy) in raw {
        if !TAXONOMIES.iter().any(|row| row.0 == name) {
            let names: Vec<_> = TAXONOMIES.iter().map(|row| row.0).collect();
            let help = match did_you_mean(&name, names.iter().copied()) {
                Some(near) => format!("did you mean `{near}`?"),
                None => format!("known taxonomies: {}", names.join(", ")),
            };
            return Err(book_toml.error(&format!("taxonomies.{name}"), format!("unknown taxonomy `{name}`"), help));
        }
        known.insert(name, RawTaxonomyConfig { closed: taxonomy.closed, terms: taxonomy.terms });
    }
    Ok(known)
}

fn review_days(raw: &BTreeMap<String, String>, book_toml: &BookToml<'_>) -> Result<BTreeMap<Risk, i64>> {
    let mut days = BTreeMap::from([(Risk::Low, 365), (Risk::Medium, 180), (Risk::High, 90), (Risk::Critical, 30)]);
    for (name, value) in raw {
        let Some((_, risk)) = Risk::ALL.iter().find(|(known, _)| known == name) else {
            let message = format!("unknown risk `{name}`");
            return Err(book_toml.error(name, message, "known risks: low, medium, high, critical".to_owned()));
        };
        let Some(interval) = parse_days(value) else {
            let message = format!("`{value}` is not an interval");
            return Err(book_toml.error(value, message, "write days, weeks, months or years: `90d`, `2w`".to_owned()));
        };
        days.insert(*risk, interval);
    }
    Ok(days)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_unknown_key_is_refused_with_line_and_suggestion() {
        let error = parse(Path::new("book.toml"), "[book]\ntitel = \"x\"\n").expect_err("refused").to_string();
        assert!(error.starts_with("book.toml:2:1: unknown field `titel`"), "{error}");
        assert!(error.contains("did you mean `title`?"), "{error}");
    }
}
