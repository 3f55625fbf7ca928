//! Files for AI agents, made from the same pages as the HTML: `llms.txt`, files for each agent role, the verdicts as
//! data. A large file is split: the first part is a small index of the others.
//!
//! Source: llmstxt.org.
//! Must not know: templates.

use super::Renderer;
use super::once::Runs;
use super::part::{AgentFile, Outline, Part};
use crate::error::Result;
use crate::site::nav::Section;
use crate::site::taxonomy::Term;
use crate::site::{PageIndex, twin_url, url};
use crate::snippet::model::snippet::{Snippet, SnippetId};
use crate::snippet::model::verdict::{Origin, Status, Verdict};
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::fmt::Write as _;

/// Max characters of one `llms.txt`. Beyond that, each section gets a separate file.
const LONG: usize = 50_000;
/// Max bytes of text in one `llms-full.txt`. A page is never cut.
const FULL: usize = 2_000_000;
/// Max snippets in one JSON file. A snippet takes about 600 bytes. A page is never cut.
const SNIPPETS: usize = 2_000;

impl Renderer<'_> {
    /// Adds the paths of all files for agents.
    pub(super) fn outline_for_agents(&self, outline: &mut Outline) -> Result<()> {
        let site = self.input.site;
        let mut add = |path: String, file| outline.add(path, Part::ForAgents(file));
        add("llms.txt".to_owned(), AgentFile::Llms)?;
        if self.llms_is_split() {
            for (at, section) in site.nav.sections.iter().enumerate().filter(|(_, section)| has_own_llms(section)) {
                add(format!("{}llms.txt", section.folder), AgentFile::Section(at))?;
            }
        }
        for number in 1..=files_of(&self.runs().full) {
            add(site.part_url("llms-full.txt", number), AgentFile::Full(number))?;
        }
        let runs = self.runs();
        for (at, term) in self.agents().iter().enumerate() {
            add(agent_llms(term), AgentFile::Agent(at))?;
            let parts = if runs.agents_are_split { runs.agents[at].len() } else { 0 };
            for number in 1..=parts {
                add(self.agent_pages_url(term, number), AgentFile::AgentPages(at, number))?;
            }
        }
        add("agents.json".to_owned(), AgentFile::Agents)?;
        for number in 1..=files_of(&runs.verdicts) {
            add(site.part_url("verification.json", number), AgentFile::Verdicts(number))?;
        }
        // The author's own `robots.txt` replaces it.
        if site.copied.iter().all(|path| path != "robots.txt") {
            add("robots.txt".to_owned(), AgentFile::Robots)?;
        }
        Ok(())
    }

    /// Makes a file for agents.
    pub(super) fn for_agents(&self, file: AgentFile) -> String {
        match file {
            AgentFile::Llms => self.llms(),
            AgentFile::Section(at) => self.section_llms(&self.input.site.nav.sections[at]),
            AgentFile::Full(number) => self.full(number),
            AgentFile::Agents => self.agents_json(),
            AgentFile::Agent(at) => self.agent_llms(&self.agents()[at]),
            AgentFile::AgentPages(at, number) => self.agent_pages(at, number),
            AgentFile::Verdicts(number) => self.verdicts(number),
            AgentFile::Robots => self.robots(),
        }
    }

    /// Every page, in reading order; then those that are not in the navigation.
    fn all_pages(&self) -> Vec<PageIndex> {
        let order = &self.input.site.nav.order;
        let listed: BTreeSet<PageIndex> = order.iter().copied().collect();
        let unlisted = self.input.site.pages.keys().filter(|page| !listed.contains(page));
        order.iter().copied().chain(unlisted).collect()
    }

    /// Pages in runs of at most [`SNIPPETS`] code blocks.
    fn by_snippets(&self, pages: &[PageIndex]) -> Vec<Vec<PageIndex>> {
        let blocks = self.input.blocks;
        runs(pages, SNIPPETS, |page| blocks.on_page(page).filter(|id| blocks[*id].is_code).count())
    }

    fn runs(&self) -> &Runs {
        self.shared.runs.get_or_init(|| {
            let all = self.all_pages();
            let of_agents: Vec<PageIndex> = self.agents().iter().flat_map(|term| term.pages.iter().copied()).collect();
            Runs {
                full: runs(&all, FULL, |page| self.input.site.pages[page].text.len()),
                verdicts: self.by_snippets(&all),
                agents: self.agents().iter().map(|term| self.by_snippets(&term.pages)).collect(),
                agents_are_split: self.by_snippets(&of_agents).len() > 1,
            }
        })
    }

    /// `llms-full.txt`: every page as Markdown. A large site has an index there, and the pages in the other parts.
    fn full(&self, number: usize) -> String {
        let site = self.input.site;
        let parts = &self.runs().full;
        let mut text = format!("# {}\n", site.title);
        if files_of(parts) == 1 || number > 1 {
            let wanted = number.saturating_sub(2);
            for index in parts.get(wanted).into_iter().flatten() {
                let _ = write!(text, "\n<!-- {} -->\n\n{}", url::from_root(&site.urls[*index]), self.twin(*index));
            }
            return text;
        }
        text.push_str(
            "\nEverything is too large for one file. Each of these files holds some of the pages, in order:\n\n",
        );
        for (at, part) in parts.iter().enumerate() {
            let address = self.address("llms-full.txt", &site.part_url("llms-full.txt", at + 2));
            let [first, last] =
                [part.first(), part.last()].map(|page| page.map_or("", |page| &site.pages[*page].title));
            let _ = writeln!(text, "- [{first} … {last}]({address}): {} pages", part.len());
        }
        text
    }

    fn entry(&self, from: &str, index: PageIndex) -> String {
        let page = &self.input.site.pages[index];
        let twin = self.address(from, &twin_url(&self.input.site.urls[index]));
        let about = if page.description.is_empty() { String::new() } else { format!(": {}", page.description) };
        format!("- [{}]({twin}){about}\n", page.title)
    }

    fn section_entries(&self, from: &str, section: &Section) -> String {
        section.page.iter().chain(&section.pages).map(|page| self.entry(from, *page)).collect()
    }

    /// Whether each section has an `llms.txt` of its own, because one for all would be too long.
    fn llms_is_split(&self) -> bool {
        let sections = &self.input.site.nav.sections;
        sections.iter().map(|section| self.section_entries("llms.txt", section).len()).sum::<usize>() > LONG
    }

    /// `llms.txt`: every page by section. If it is too long, it is split by section.
    fn llms(&self) -> String {
        let site = self.input.site;
        let about = &self.input.config.description;
        let mut text = format!("# {}\n", site.title);
        if !about.is_empty() {
            let _ = write!(text, "\n> {about}\n");
        }
        text.push_str(
            "\nEvery page has a Markdown twin at its address with `.md`. `verification.json` says of each snippet how deep it was proven; `agents.json` lists what each assistant role should read; `llms-full.txt` is everything in one file.\n",
        );
        let is_split = self.llms_is_split();
        for section in site.nav.sections.iter().filter(|section| has_pages(section)) {
            let title = llms_title(section);
            if is_split && has_own_llms(section) {
                let address = self.address("llms.txt", &format!("{}llms.txt", section.folder));
                let _ = write!(text, "\n## {title}\n\n- [{title}]({address}): its pages\n");
            } else {
                let _ = write!(text, "\n## {title}\n\n{}", self.section_entries("llms.txt", section));
            }
        }
        text
    }

    fn section_llms(&self, section: &Section) -> String {
        let address = format!("{}llms.txt", section.folder);
        format!("# {}\n\n{}", llms_title(section), self.section_entries(&address, section))
    }

    fn agents(&self) -> &[Term] {
        let agents = self.input.site.taxonomies.iter().find(|taxonomy| taxonomy.name == "agents");
        agents.map_or(&[], |taxonomy| &taxonomy.terms)
    }

    fn agent_pages_url(&self, term: &Term, number: usize) -> String {
        self.input.site.part_url(&format!("agents/{}/pages.json", term.slug), number)
    }

    /// An agent's own `llms.txt`.
    fn agent_llms(&self, term: &Term) -> String {
        let address = agent_llms(term);
        let list: String = term.pages.iter().map(|page| self.entry(&address, *page)).collect();
        let about = if term.description.is_empty() { String::new() } else { format!("\n> {}\n", term.description) };
        format!("# {} for {}\n{about}\n## Pages\n\n{list}", self.input.site.title, term.title)
    }

    /// `agents.json`: what each agent should read. On a large site the pages are in files for each agent.
    fn agents_json(&self) -> String {
        let runs = self.runs();
        let agent = |(at, term): (usize, &Term)| {
            let mut agent = json!({
                "name": term.title,
                "description": term.description,
                "url": format!("agents/{}.html", term.slug),
                "llms": agent_llms(term),
            });
            if runs.agents_are_split {
                let parts = 1..=runs.agents[at].len();
                agent["parts"] = parts.map(|number| self.agent_pages_url(term, number)).collect();
            } else {
                agent["pages"] = self.pages_json(&term.pages);
            }
            agent
        };
        let agents: Vec<Value> = self.agents().iter().enumerate().map(agent).collect();
        pretty(&json!({ "schema": "docgen.agents/1", "site": self.input.site.title, "agents": agents }))
    }

    fn agent_pages(&self, at: usize, number: usize) -> String {
        let term = &self.agents()[at];
        let pages = self.pages_json(&self.runs().agents[at][number - 1]);
        pretty(&json!({ "schema": "docgen.agents/1", "name": term.title, "pages": pages }))
    }

    fn pages_json(&self, pages: &[PageIndex]) -> Value {
        let site = self.input.site;
        let page = |index: &PageIndex| {
            let page = &site.pages[*index];
            let blocks = self.input.blocks;
            let code = blocks.on_page(*index).filter(|id| blocks[*id].is_code);
            json!({
                "id": page.front_matter.id.as_ref().map(|id| &id.value),
                "title": page.title,
                "description": page.description,
                "url": url::from_root(&site.urls[*index]),
                "markdown": url::from_root(&twin_url(&site.urls[*index])),
                "characters": page.text.as_str().chars().count(),
                "risk": page.front_matter.risk.map(crate::config::Risk::name),
                "reviewed": page.front_matter.last_reviewed.as_ref().map(|date| date.value.to_string()),
                "snippets": code.map(|id| program(&blocks[id], blocks.verdict(id))).collect::<Vec<_>>(),
            })
        };
        pages.iter().map(page).collect()
    }

    /// `verification.json`: the verdicts that the site shows. A large site has the totals there, and the verdicts in the
    /// other parts.
    fn verdicts(&self, number: usize) -> String {
        let blocks = self.input.blocks;
        let parts = &self.runs().verdicts;
        let is_split = files_of(parts) > 1;
        let rows = |pages: &[PageIndex]| -> Value {
            let ids = pages.iter().flat_map(|page| blocks.on_page(*page)).filter(|id| blocks[*id].is_code);
            ids.map(|id| self.verdict_json(id)).collect()
        };
        if is_split && number > 1 {
            return pretty(&json!({ "schema": "docgen.verification/1", "snippets": rows(&parts[number - 2]) }));
        }
        let totals = blocks.totals();
        let counts: serde_json::Map<String, Value> =
            Status::ALL.iter().map(|(name, status)| ((*name).to_owned(), json!(totals[status]))).collect();
        let mut all = json!({ "schema": "docgen.verification/1", "found": blocks.len(), "totals": counts });
        if is_split {
            let urls = (2..=files_of(parts)).map(|part| self.input.site.part_url("verification.json", part));
            all["parts"] = urls.collect();
        } else {
            let mut pages = self.all_pages();
            pages.sort_unstable();
            all["snippets"] = rows(&pages);
        }
        pretty(&all)
    }

    fn verdict_json(&self, id: SnippetId) -> Value {
        let site = self.input.site;
        let (snippet, verdict) = (&self.input.blocks[id], self.input.blocks.verdict(id));
        let page = snippet.page;
        let address = format!("{}#snippet-{}", url::from_root(&site.urls[page]), snippet.fence.number());
        json!({
            "id": snippet.id,
            "url": address,
            "page": snippet.page_name,
            "page_id": site.pages[page].front_matter.id.as_ref().map(|id| &id.value),
            "line": snippet.line,
            "lang": snippet.language_name,
            "status": verdict.status.name(),
            "level": verdict.level.name(),
            "reason": verdict.reason,
            "stale": verdict.origin == Origin::Stale,
            "tools": verdict.tools,
            "sandbox": verdict.command.as_ref().map(|_| verdict.sandbox),
            "date": verdict.date,
            "hash": Some(&verdict.hash).filter(|hash| !hash.is_empty()),
        })
    }

    fn robots(&self) -> String {
        let sitemap = self.canonical("sitemap.xml");
        let sitemap = if sitemap.is_empty() { String::new() } else { format!("\nSitemap: {sitemap}\n") };
        format!("User-agent: *\nAllow: /\n{sitemap}")
    }
}

fn agent_llms(term: &Term) -> String {
    format!("agents/{}/llms.txt", term.slug)
}

fn has_pages(section: &Section) -> bool {
    section.page.is_some() || !section.pages.is_empty()
}

/// Whether a section has an `llms.txt` of its own if the site's is split. The root's is the site's.
fn has_own_llms(section: &Section) -> bool {
    !section.folder.is_empty() && has_pages(section)
}

fn llms_title(section: &Section) -> &str {
    if section.folder.is_empty() { "Pages" } else { &section.title }
}

/// The pages in runs whose sizes together are at most `max`. A larger page is a run of its own.
fn runs(pages: &[PageIndex], max: usize, size: impl Fn(PageIndex) -> usize) -> Vec<Vec<PageIndex>> {
    let mut runs: Vec<Vec<PageIndex>> = Vec::new();
    let mut sum = 0;
    for page in pages {
        let own = size(*page);
        if let Some(run) = runs.last_mut().filter(|_| sum + own <= max) {
            run.push(*page);
        } else {
            runs.push(vec![*page]);
            sum = 0;
        }
        sum += own;
    }
    runs
}

/// The number of files for these runs: more than one need an index before them.
fn files_of(runs: &[Vec<PageIndex>]) -> usize {
    if runs.len() > 1 { runs.len() + 1 } else { 1 }
}

/// A snippet for an agent to quote: its verdict and its code.
fn program(snippet: &Snippet, verdict: &Verdict) -> Value {
    json!({
        "id": snippet.id,
        "lang": snippet.language_name,
        "status": verdict.status.name(),
        "level": verdict.level.name(),
        "output": verdict.output.as_ref().filter(|text| !text.is_empty()),
        "program": snippet.code.as_str(),
    })
}

fn pretty(value: &Value) -> String {
    let mut text = serde_json::to_string_pretty(value).unwrap_or_default();
    text.push('\n');
    text
}
