//! The generator that a folder was written for, by its configuration file.
//!
//! docgen reads such a folder as it is. What that generator accepts, or only warns of, is no error here.
//! Must not know: what a page does with it.

use std::path::Path;

/// Another generator of sites; mdBook, whose `book.toml` docgen reads, is not among them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Generator {
    /// `MkDocs`, with any theme.
    MkDocs,
    /// Docusaurus.
    Docusaurus,
    /// Astro with Starlight.
    Starlight,
    /// `VitePress`.
    VitePress,
    /// Hugo.
    Hugo,
}

/// Configuration files, each with its generator.
const FILES: &[(&str, Generator)] = &[
    ("mkdocs.yml", Generator::MkDocs),
    ("mkdocs.yaml", Generator::MkDocs),
    ("docusaurus.config.js", Generator::Docusaurus),
    ("docusaurus.config.ts", Generator::Docusaurus),
    ("docusaurus.config.mjs", Generator::Docusaurus),
    ("astro.config.mjs", Generator::Starlight),
    ("astro.config.ts", Generator::Starlight),
    ("astro.config.js", Generator::Starlight),
    (".vitepress", Generator::VitePress),
    ("hugo.toml", Generator::Hugo),
    ("hugo.yaml", Generator::Hugo),
    ("hugo.json", Generator::Hugo),
];

impl Generator {
    /// The generator of a project: its file is in the content folder, in a folder above it up to `root`, or in `website`,
    /// where Docusaurus may be apart from the pages.
    pub fn of(root: &Path, content: &Path) -> Option<Self> {
        let above = content.ancestors().take_while(|folder| folder.starts_with(root));
        let website = root.join("website");
        let mut folders = above.chain([website.as_path()]);
        folders.find_map(|folder| FILES.iter().find(|(name, _)| folder.join(name).exists()).map(|row| row.1))
    }

    /// What docgen does not take over, for one hint.
    pub(super) fn hint(self) -> String {
        let order = match self {
            Self::MkDocs => "pages are in the order of `nav`, if mkdocs.yml has one",
            Self::Docusaurus => {
                "pages are in the order of `sidebar_position`, then of their names, not of the sidebars file"
            }
            Self::Hugo => {
                "pages are in the order of `weight`, then of their names; shortcodes are shown as they are written"
            }
            Self::Starlight | Self::VitePress => "pages are in the order of their names, not of the configured sidebar",
        };
        format!("this is a folder of {}: {order}; what docgen cannot find in it is a warning", self.name())
    }

    /// Its name.
    pub fn name(self) -> &'static str {
        match self {
            Self::MkDocs => "MkDocs",
            Self::Docusaurus => "Docusaurus",
            Self::Starlight => "Starlight",
            Self::VitePress => "VitePress",
            Self::Hugo => "Hugo",
        }
    }
}
