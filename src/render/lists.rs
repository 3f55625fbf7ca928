//! The pages that docgen generates: home, sections, taxonomies and terms, search without JavaScript, verification,
//! redirects, 404.
//!
//! Must not know: Markdown.

use super::view::{GroupView, LinkView, ListView};
use super::{Renderer, url};
use crate::error::Result;
use crate::output::OutputTree;
use crate::site::nav::Section;
use crate::site::taxonomy::{Taxonomy, Term};

impl Renderer<'_> {
    pub(super) fn generated(&self, tree: &mut OutputTree) -> Result<()> {
        let site = self.input.site;
        for section in site.nav.sections.iter().filter(|section| section.page.is_none()) {
            self.list(tree, &section.url, &self.section(section))?;
        }
        for taxonomy in &site.taxonomies {
            self.list(tree, &taxonomy.url(), &self.taxonomy(taxonomy))?;
            for term in &taxonomy.terms {
                let url = taxonomy.term_url(term);
                self.list(tree, &url, &self.term(taxonomy, term, &url))?;
            }
        }
        self.list(tree, "search.html", &self.search())?;
        let verification = self.verification();
        tree.add(
            "verification.html",
            self.theme.render("verification.html", &self.site_view("verification.html"), "report", &verification)?,
        )?;
        let health = self.theme.render("health.html", &self.site_view("health.html"), "health", &self.health())?;
        tree.add("health.html", health)?;
        for (from, to) in &site.redirects {
            let target = url::encode(&url::relative(from, to));
            tree.add(from.clone(), self.theme.render("redirect.html", &self.site_view(from), "target", &target)?)?;
        }
        // This page is served at unknown addresses, so all its links are absolute.
        let root = format!("{}/", base_path(&self.input.config.base_url));
        tree.add("404.html", self.theme.render("404.html", &self.site_view_at(&root), "root", &root)?)
    }

    fn list(&self, tree: &mut OutputTree, url: &str, view: &ListView) -> Result<()> {
        tree.add(url, self.theme.render("list.html", &self.site_view(url), "list", view)?)
    }

    fn empty_list(&self, url: &str, kind: &'static str, title: String) -> ListView {
        ListView {
            title,
            description: String::new(),
            kind,
            canonical: self.canonical(url),
            breadcrumbs: self.breadcrumbs(url),
            nav: self.nav.view(&self.input.site.nav, None, url),
            groups: Vec::new(),
            llms: String::new(),
        }
    }

    fn section(&self, section: &Section) -> ListView {
        let site = self.input.site;
        let home = section.folder.is_empty();
        let title = if home { site.title.clone() } else { section.title.clone() };
        let mut view = self.empty_list(&section.url, if home { "home" } else { "section" }, title);
        if home {
            view.description.clone_from(&self.input.config.description);
        }
        if !section.pages.is_empty() {
            let links = section.pages.iter().map(|page| self.link_to(&section.url, *page)).collect();
            view.groups.push(GroupView { title: String::new(), url: String::new(), terms: false, links });
        }
        for folder in &section.folders {
            let Some(child) = site.nav.section(folder) else { continue };
            view.groups.push(GroupView {
                title: child.title.clone(),
                url: url::encode(&url::relative(&section.url, &child.url)),
                terms: false,
                links: child.pages.iter().map(|page| self.link_to(&section.url, *page)).collect(),
            });
        }
        if home {
            view.groups.extend(self.taxonomy_groups(&section.url));
        }
        view
    }

    fn taxonomy_groups(&self, from: &str) -> Vec<GroupView> {
        let shown = self.input.site.taxonomies.iter().filter(|taxonomy| matches!(taxonomy.name, "tags" | "agents"));
        shown
            .map(|taxonomy| GroupView {
                title: taxonomy.plural.to_owned(),
                url: url::encode(&url::relative(from, &taxonomy.url())),
                terms: true,
                links: term_links(taxonomy, from),
            })
            .collect()
    }

    fn taxonomy(&self, taxonomy: &Taxonomy) -> ListView {
        let url = taxonomy.url();
        let mut view = self.empty_list(&url, "taxonomy", taxonomy.plural.to_owned());
        if taxonomy.name == "agents" {
            "The assistant roles that these pages serve, and what each should read.".clone_into(&mut view.description);
        }
        view.groups.push(GroupView {
            title: String::new(),
            url: String::new(),
            terms: true,
            links: term_links(taxonomy, &url),
        });
        view
    }

    fn term(&self, taxonomy: &Taxonomy, term: &Term, url: &str) -> ListView {
        let mut view = self.empty_list(url, "term", term.title.clone());
        view.description.clone_from(&term.description);
        view.breadcrumbs = vec![LinkView {
            title: taxonomy.plural.to_owned(),
            url: url::encode(&url::relative(url, &taxonomy.url())),
            ..LinkView::default()
        }];
        if taxonomy.name == "agents" {
            view.llms = format!("{}/llms.txt", url::encode(&term.slug));
        }
        let links =
            term.pages.iter().map(|page| LinkView { facts: self.facts.line(*page), ..self.link_to(url, *page) });
        view.groups.push(GroupView { title: String::new(), url: String::new(), terms: false, links: links.collect() });
        view
    }

    /// The target of the search button without JavaScript: every page by section, every tag.
    fn search(&self) -> ListView {
        let from = "search.html";
        let mut view = self.empty_list(from, "search", "Search".to_owned());
        "Every page of this site, by section and by tag.".clone_into(&mut view.description);
        for section in &self.input.site.nav.sections {
            let mut links: Vec<LinkView> = section.page.iter().map(|page| self.link_to(from, *page)).collect();
            links.extend(section.pages.iter().map(|page| self.link_to(from, *page)));
            let title = if section.folder.is_empty() { String::new() } else { section.title.clone() };
            if !links.is_empty() {
                view.groups.push(GroupView { title, url: String::new(), terms: false, links });
            }
        }
        view.groups.extend(self.taxonomy_groups(from));
        view
    }
}

fn term_links(taxonomy: &Taxonomy, from: &str) -> Vec<LinkView> {
    taxonomy
        .terms
        .iter()
        .map(|term| LinkView {
            title: term.title.clone(),
            url: url::encode(&url::relative(from, &taxonomy.term_url(term))),
            description: if term.description.is_empty() {
                match term.pages.len() {
                    1 => "1 page".to_owned(),
                    count => format!("{count} pages"),
                }
            } else {
                term.description.clone()
            },
            ..LinkView::default()
        })
        .collect()
}

/// The path of a base URL: `/repo` for `https://host/repo`.
fn base_path(base_url: &str) -> &str {
    let rest = base_url.split_once("://").map_or(base_url, |(_, rest)| rest);
    rest.find('/').map_or("", |at| &rest[at..])
}
