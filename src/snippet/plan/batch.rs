//! Groups blocks into batches: those of one language, fixture and package are verified together.
//!
//! Must not know: what a tool says, how a verdict follows from it.

use crate::snippet::context::Context;
use crate::snippet::language::adapter::UseOfPackage;
use crate::snippet::model::blocks::Blocks;
use crate::snippet::model::language::LanguageId;
use crate::snippet::model::snippet::{Snippet, SnippetId};
use crate::snippet::workspace::package::{self, Needs};
use crate::snippet::workspace::project::Workspace;
use crate::snippet::workspace::time_budget::TimeBudget;
use crate::span::FileId;
use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::sync::OnceLock;

/// Blocks that are verified together. They share their language, their fixture and the package around them.
pub(crate) struct Batch {
    pub(crate) language: LanguageId,
    pub(crate) fixture: String,
    /// The language's name, if the fixture belongs to another language.
    guest: Option<String>,
    pub(crate) package: Option<PathBuf>,
    /// What the package needs from elsewhere in the project.
    pub(crate) needs: Needs,
    pub(crate) members: Vec<SnippetId>,
}

impl Batch {
    /// The name of the folder that its project is written to.
    pub(crate) fn folder_name(&self) -> String {
        let guest = self.guest.as_ref().map(|guest| format!("-{guest}"));
        let package = self.package.as_ref().map(|package| format!("-{}", package::short_hash(package)));
        [self.fixture.clone(), guest.unwrap_or_default(), package.unwrap_or_default()].concat()
    }

    /// The workspace in a folder.
    pub(crate) fn workspace<'a>(&self, context: &'a Context<'_>, folder: PathBuf) -> Workspace<'a> {
        Workspace {
            folder,
            fixture: self.fixture.clone(),
            package: self.package.clone(),
            needs: self.needs.clone(),
            root: context.config.root.clone(),
            project: context.config.project.clone(),
            cache: context.work.join("cache"),
            build: context.work.join("build"),
            tool_caches: context.tool_caches.clone(),
            tools: context.tools,
            supervisor: context.supervisor,
            no_exec: context.options.no_exec,
            progress: context.progress,
            time: TimeBudget::new(context.config.verify.tool_timeout),
            readable: OnceLock::new(),
            specs: &context.languages[self.language].spec().tools,
        }
    }
}

/// The wanted blocks by language, fixture and package, in the order of the languages.
pub(crate) fn batches(context: &Context<'_>, blocks: &Blocks, wanted: &BTreeSet<SnippetId>) -> Vec<Batch> {
    // All blocks of a page in one language share its package: one may import it, and the next one may use the import.
    let mut packages: BTreeMap<(LanguageId, FileId), Option<PathBuf>> = BTreeMap::new();
    let mut nearest = Nearest::default();
    let mut by_place: BTreeMap<(LanguageId, String, Option<PathBuf>), Vec<SnippetId>> = BTreeMap::new();
    for id in wanted {
        let snippet = &blocks[*id];
        let Some(language) = snippet.language else { continue };
        let package = packages
            .entry((language, snippet.file))
            .or_insert_with(|| package_of(context, blocks, snippet, &mut nearest));
        let place = (language, snippet.fixture().to_owned(), package.clone());
        by_place.entry(place).or_default().push(*id);
    }
    let batch = |((language, fixture, package), members): ((LanguageId, String, Option<PathBuf>), _)| {
        let (spec, packages) = (context.languages[language].spec(), context.languages[language].packages());
        let guest = spec.fixture.is_some().then(|| spec.name.to_string());
        let needs = package.as_ref().zip(packages).map(|(folder, it)| it.needs(folder, context.sources.project()));
        Batch { language, fixture, guest, package, needs: needs.unwrap_or_default(), members }
    };
    by_place.into_iter().map(batch).collect()
}

/// The package around the pages of a folder, by language.
type Nearest = BTreeMap<(LanguageId, PathBuf), Option<(PathBuf, UseOfPackage)>>;

/// The package around a block's page, if the page's code in that language uses it.
fn package_of(context: &Context<'_>, blocks: &Blocks, snippet: &Snippet, known: &mut Nearest) -> Option<PathBuf> {
    let id = snippet.language?;
    let language = &context.languages[id];
    let packages = language.packages()?;
    let is_package = |manifest: &std::path::Path| packages.is_package(manifest);
    let sources = context.sources;
    let folder = sources[snippet.file].path.parent()?;
    let nearest = || {
        let package = package::nearest(language.spec(), is_package, folder, sources.project())?;
        let used = packages.use_of_package(&package);
        Some((package, used))
    };
    let (package, is_used) = known.entry((id, folder.to_path_buf())).or_insert_with(nearest).as_ref()?;
    let same = |id: &SnippetId| blocks[*id].language_name == snippet.language_name;
    let on_page = blocks.on_page(snippet.page).filter(same);
    let code: String = on_page.map(|id| blocks[id].code.as_str()).collect();
    is_used(&code).then(|| package.clone())
}
