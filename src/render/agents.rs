//! Files for AI agents, made from the same pages as the HTML: Markdown twins, `llms.txt`, files for each agent role,
//! the verdicts as data.
//!
//! Sources: llmstxt.org; the twin's address is the page's with `.md`.
//! Must not know: templates.

use super::Renderer;
use crate::error::Result;
use crate::output::OutputTree;
use crate::site::taxonomy::Term;
use crate::site::{PageIndex, Target, twin_url, url};
use crate::snippet::model::blocks::Block;
use crate::snippet::model::snippet::Snippet;
use crate::snippet::model::verdict::{Origin, Status, Verdict};
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::fmt::Write as _;

/// Max characters of one `llms.txt`. Beyond that, each section gets a separate file.
const LONG: usize = 50_000;

impl Renderer<'_> {
    /// Writes all files for agents.
    pub(super) fn for_agents(&self, tree: &mut OutputTree) -> Result<()> {
        let site = self.input.site;
        let mut full = format!("# {}\n", site.title);
        for index in site.nav.order.iter().copied().chain(self.unlisted()) {
            let twin = self.twin(index);
            let _ = write!(full, "\n<!-- {} -->\n\n{twin}", url::from_root(&site.urls[index]));
            tree.add(twin_url(&site.urls[index]), twin)?;
        }
        tree.add("llms-full.txt", full)?;
        self.llms(tree)?;
        let agents: Vec<Value> = self.agents().iter().map(|term| self.agent(tree, term)).collect::<Result<_>>()?;
        let list = json!({ "schema": "docgen.agents/1", "site": site.title, "agents": agents });
        tree.add("agents.json", pretty(&list))?;
        tree.add("verification.json", pretty(&self.verdicts()))?;
        let sitemap = self.canonical("sitemap.xml");
        let sitemap = if sitemap.is_empty() { String::new() } else { format!("\nSitemap: {sitemap}\n") };
        // The author's own `robots.txt` replaces it.
        if site.copied.iter().all(|path| path != "robots.txt") {
            tree.add("robots.txt", format!("User-agent: *\nAllow: /\n{sitemap}"))?;
        }
        Ok(())
    }

    /// Pages that are not in the navigation, for example because `SUMMARY.md` leaves them out.
    fn unlisted(&self) -> impl Iterator<Item = PageIndex> {
        let listed: BTreeSet<PageIndex> = self.input.site.nav.order.iter().copied().collect();
        self.input.site.pages.keys().filter(move |page| !listed.contains(page))
    }

    /// A page as Markdown: its title, one line of facts, and its text with expanded includes.
    fn twin(&self, index: PageIndex) -> String {
        let page = &self.input.site.pages[index];
        let text = page.text.as_str().trim_start_matches(['\n', '\r']);
        let (heading, body) = if page.leading_heading {
            // The heading takes one line, or two if it is underlined.
            let lines = if text.starts_with('#') { 1 } else { 2 };
            let end = text.split_inclusive('\n').take(lines).map(str::len).sum();
            (text[..end].trim_end().to_owned(), &text[end..])
        } else {
            (format!("# {}", page.title), text)
        };
        let facts = self.facts.of(index);
        let own = &self.input.site.urls[index];
        let all = self.address(own, "llms.txt");
        let all = if all.contains('/') { all } else { format!("./{all}") };
        let mut words = vec![format!("[This page]({}), [all pages]({all})", self.address(own, own))];
        if !facts.id.is_empty() {
            words.push(format!("id {}", facts.id));
        }
        if !facts.reviewed.is_empty() {
            words.push(format!("reviewed {}", facts.reviewed));
        }
        if !facts.risk.is_empty() {
            words.push(format!("risk {}", facts.risk));
        }
        if facts.code > 0 && facts.verified {
            words.push(format!("snippets {}/{} proven", facts.proven, facts.code));
        }
        let body = self.with_addresses(index, page.text.len() - body.len());
        format!("{heading}\n\n> {}\n\n{}\n", words.join(" · "), body.trim())
    }

    /// An address for a file at `from`: absolute if the site has a base URL, because agents often read a twin away from
    /// its URL.
    fn address(&self, from: &str, to: &str) -> String {
        let absolute = self.canonical(to);
        let address = if absolute.is_empty() { url::encode(&url::relative(from, to)) } else { absolute };
        // In Markdown a parenthesis ends the address.
        address.replace('(', "%28").replace(')', "%29")
    }

    /// The page's text from byte `start` on, without HTML comments. Links to pages point to their twins.
    fn with_addresses(&self, index: PageIndex, start: usize) -> String {
        let from = twin_url(&self.input.site.urls[index]);
        let twin = |number: usize| {
            let (to, anchor) = match self.input.site.target(index, number) {
                Target::Page { page, anchor } => (&twin_url(&self.input.site.urls[*page]), anchor.as_ref()),
                Target::Generated { url, anchor } => (url, anchor.as_ref()),
                Target::Asset(path) => (path, None),
                Target::External | Target::Missing(_) => return None,
            };
            let anchor = anchor.map_or_else(String::new, |anchor| format!("#{}", url::encode(anchor)));
            Some(format!("{}{anchor}", self.address(&from, to)))
        };
        let page = &self.input.site.pages[index];
        let text = page.text.as_str();
        let (mut out, mut at) = (String::with_capacity(text.len() - start), start);
        let links = page.events.written_destinations(text).into_iter();
        let links = links.filter_map(|(range, number)| Some((range, twin(number)?)));
        let comments = page.events.comments(text).into_iter().map(|range| (range, String::new()));
        let mut changes: Vec<_> = links.chain(comments).collect();
        changes.sort_by_key(|(range, _)| range.start);
        for (range, replacement) in changes {
            if range.start >= at {
                out.push_str(&text[at..range.start]);
                out.push_str(&replacement);
                at = range.end;
            }
        }
        out.push_str(&text[at..]);
        out
    }

    fn entry(&self, from: &str, index: PageIndex) -> String {
        let page = &self.input.site.pages[index];
        let twin = self.address(from, &twin_url(&self.input.site.urls[index]));
        let about = if page.description.is_empty() { String::new() } else { format!(": {}", page.description) };
        format!("- [{}]({twin}){about}\n", page.title)
    }

    /// `llms.txt`: every page by section. If it is too long, it is split by section.
    fn llms(&self, tree: &mut OutputTree) -> Result<()> {
        let site = self.input.site;
        let mut parts: Vec<(String, String, String)> = Vec::new();
        for section in &site.nav.sections {
            let pages = section.page.iter().chain(&section.pages);
            let list: String = pages.map(|page| self.entry("llms.txt", *page)).collect();
            if !list.is_empty() {
                let title = if section.folder.is_empty() { "Pages".to_owned() } else { section.title.clone() };
                parts.push((title, section.folder.clone(), list));
            }
        }
        let about = &self.input.config.description;
        let mut text = format!("# {}\n", site.title);
        if !about.is_empty() {
            let _ = write!(text, "\n> {about}\n");
        }
        text.push_str(
            "\nEvery page has a Markdown twin at its address with `.md`. `verification.json` says of each snippet how deep it was proven; `agents.json` lists what each assistant role should read; `llms-full.txt` is everything in one file.\n",
        );
        let whole: usize = parts.iter().map(|(_, _, list)| list.len()).sum();
        for (title, folder, list) in parts {
            if whole + text.len() <= LONG || folder.is_empty() {
                let _ = write!(text, "\n## {title}\n\n{list}");
            } else {
                let address = format!("{folder}llms.txt");
                let _ =
                    write!(text, "\n## {title}\n\n- [{title}]({}): its pages\n", self.address("llms.txt", &address));
                let relative = self.input.config.base_url.is_empty();
                let up = if relative { url::to_root(&address) } else { String::new() };
                let own = list.replace("](", &format!("]({up}"));
                tree.add(address, format!("# {title}\n\n{own}"))?;
            }
        }
        tree.add("llms.txt", text)
    }

    fn agents(&self) -> Vec<Term> {
        let agents = self.input.site.taxonomies.iter().find(|taxonomy| taxonomy.name == "agents");
        agents.map_or_else(Vec::new, |taxonomy| taxonomy.terms.clone())
    }

    /// An agent's own `llms.txt`, and its entry in `agents.json`.
    fn agent(&self, tree: &mut OutputTree, term: &Term) -> Result<Value> {
        let site = self.input.site;
        let address = format!("agents/{}/llms.txt", term.slug);
        let list: String = term.pages.iter().map(|page| self.entry(&address, *page)).collect();
        let about = if term.description.is_empty() { String::new() } else { format!("\n> {}\n", term.description) };
        tree.add(address.clone(), format!("# {} for {}\n{about}\n## Pages\n\n{list}", site.title, term.title))?;
        let pages: Vec<Value> = term
            .pages
            .iter()
            .map(|index| {
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
            })
            .collect();
        Ok(json!({
            "name": term.title,
            "description": term.description,
            "url": format!("agents/{}.html", term.slug),
            "llms": address,
            "pages": pages,
        }))
    }

    /// `verification.json`: the verdicts that the site shows.
    fn verdicts(&self) -> Value {
        let site = self.input.site;
        let totals = self.input.blocks.totals();
        let counts: serde_json::Map<String, Value> =
            Status::ALL.iter().map(|(name, status)| ((*name).to_owned(), json!(totals[status]))).collect();
        let rows: Vec<Value> = self
            .input
            .blocks
            .iter()
            .filter(|(_, block)| block.snippet.is_code)
            .map(|(_, Block { snippet, verdict })| {
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
            })
            .collect();
        json!({ "schema": "docgen.verification/1", "found": self.input.blocks.len(), "totals": counts, "snippets": rows })
    }
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
