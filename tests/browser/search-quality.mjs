// Compares search with Pagefind and MiniSearch, on the same pages and judged queries. `cargo xtask search-quality` runs
// it: SITES contains a built site per corpus, FOLDER the npm packages.
import { readFileSync } from 'node:fs';
import { execFileSync } from 'node:child_process';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { launch, serve } from './common.mjs';
import { searchCost } from './search-cost.mjs';

const require = createRequire(join(process.env.FOLDER, 'package.json'));
const MiniSearch = require('minisearch');
const HITS = 10;

/** The sections of every page, as a reader sees them. MiniSearch indexes these. */
async function sections(page, origin, pages) {
  const all = [];
  for (const path of pages) {
    await page.goto(`${origin}/${path}`);
    const found = await page.evaluate(() => {
      const out = [];
      const title = document.querySelector('h1')?.textContent ?? '';
      let now = { anchor: document.querySelector('h1')?.id ?? '', heading: title, body: '' };
      const walker = document.createTreeWalker(document.querySelector('.text'), NodeFilter.SHOW_ELEMENT | NodeFilter.SHOW_TEXT);
      for (let node = walker.nextNode(); node; node = walker.nextNode()) {
        if (/^H[1-6]$/.test(node.nodeName)) {
          out.push(now);
          now = { anchor: node.id, heading: node.firstChild ? node.textContent.replace(/#$/, '') : '', body: '' };
        } else if (node.nodeType === 3 && !node.parentElement.closest('h1,h2,h3,h4,h5,h6,.evidence,.badge,button')) {
          now.body += `${node.textContent} `;
        }
      }
      return [...out, now].map((section) => ({ ...section, title }));
    });
    all.push(...found.map((section) => ({ ...section, id: `${path}#${section.anchor}` })));
  }
  return all;
}

const normal = (url) => decodeURIComponent(url).replace(/^\//, '').replace(/\.html/, '').replace(/#$/, '').toLowerCase();
/** A page without an anchor means its first heading. */
function place(hit, wanted) {
  const [page, anchor] = normal(hit).split('#');
  return wanted.some((want) => {
    const [wantedPage, wantedAnchor] = want.toLowerCase().split('#');
    return page === wantedPage && (anchor === wantedAnchor || (!anchor && page.endsWith(wantedAnchor)));
  });
}

function score(results, queries) {
  let reciprocal = 0;
  let five = 0;
  const missed = [];
  queries.forEach(({ q, want }, index) => {
    const rank = results[index].findIndex((hit) => place(hit, want));
    if (rank >= 0) reciprocal += 1 / (rank + 1);
    if (rank >= 0 && rank < 5) five += 1;
    if (rank !== 0) missed.push(`${q} (${rank < 0 ? 'not found' : rank + 1}; first was ${normal(results[index][0] ?? '-')})`);
  });
  return { mrr: reciprocal / queries.length, five: five / queries.length, missed };
}

const browser = await launch();
const totals = {};
let behind = false;
let tooMuch = false;

/** Milliseconds from the key that opens the search to the first result, with the query already typed. Median of nine. */
async function firstResult(origin) {
  const times = [];
  for (let turn = 0; turn < 9; turn += 1) {
    const context = await browser.newContext();
    const page = await context.newPage();
    await page.goto(`${origin}/search.html`);
    times.push(
      await page.evaluate(async () => {
        const list = document.getElementById('docgen-search-results');
        document.getElementById('docgen-search-input').value = 'error';
        const start = performance.now();
        const shown = new Promise((resolve) => new MutationObserver(() => list.childElementCount > 0 && resolve()).observe(list, { childList: true }));
        document.dispatchEvent(new KeyboardEvent('keydown', { key: '/', bubbles: true }));
        await shown;
        return performance.now() - start;
      }),
    );
    await context.close();
  }
  const median = times.sort((a, b) => a - b)[times.length >> 1];
  tooMuch ||= median > 100;
  return median;
}
for (const corpus of process.env.SITES.split(',')) {
  const [name, site] = corpus.split('=');
  const { queries } = JSON.parse(readFileSync(new URL(`../search/${name}.json`, import.meta.url), 'utf8'));
  const server = await serve(site);
  const { origin } = server;
  const context = await browser.newContext({ bypassCSP: true });
  const page = await context.newPage();
  const authored = [...readFileSync(join(site, 'sitemap.xml'), 'utf8').matchAll(/<loc>[^<]*?\/([^<]*)<\/loc>/g)].map((found) => found[1]);
  const texts = await sections(page, origin, authored);
  const known = new Set(texts.map(({ id }) => normal(id)));
  for (const { q, want } of queries) {
    if (!want.some((one) => known.has(one.toLowerCase()))) throw new Error(`${name}: nothing of what “${q}” wants is there: ${want}`);
  }

  await page.goto(`${origin}/search.html`);
  await page.keyboard.press('/');
  await page.waitForFunction(() => window.docgenQuery);
  const ours = [];
  for (const { q } of queries) {
    const { hits } = await page.evaluate(([text, count]) => window.docgenQuery(text, { count }), [q, HITS]);
    ours.push(hits.map(({ section }) => section));
  }

  const mini = new MiniSearch({ fields: ['heading', 'title', 'body'], searchOptions: { boost: { heading: 3, title: 2 }, prefix: true, fuzzy: 0.2 } });
  mini.addAll(texts.filter((text, at) => texts.findIndex(({ id }) => id === text.id) === at));
  const minis = queries.map(({ q }) => mini.search(q).slice(0, HITS).map(({ id }) => id));

  // Only pages that an author wrote. Pagefind would find generated lists too.
  execFileSync(join(process.env.FOLDER, 'node_modules/.bin/pagefind'), ['--site', site, '--glob', `{${authored.join(',')}}`, '--root-selector', 'main', '--quiet'], { stdio: 'ignore' });
  await page.goto(`${origin}/${authored[0]}`);
  const pagefinds = [];
  for (const { q } of queries) {
    pagefinds.push(
      await page.evaluate(
        async ([text, hits]) => {
          const pagefind = await import('/pagefind/pagefind.js');
          const { results } = await pagefind.search(text);
          const data = await Promise.all(results.slice(0, hits).map((result) => result.data()));
          // Like Pagefind's interface: for each page the three sections with the most matches, best first.
          const best = (sections) => [...sections].sort((a, b) => b.locations.length - a.locations.length).slice(0, 3);
          return data.flatMap(({ sub_results }) => best(sub_results).map(({ url }) => url)).slice(0, hits);
        },
        [q, HITS],
      ),
    );
  }
  console.log(`\n${name}: ${queries.length} queries over ${authored.length} pages, ${texts.length} sections`);
  const engines = { docgen: score(ours, queries), Pagefind: score(pagefinds, queries), MiniSearch: score(minis, queries) };
  for (const [engine, { mrr, five }] of Object.entries(engines)) {
    console.log(`  ${engine.padEnd(11)} mean reciprocal rank ${mrr.toFixed(3)}   success at 5 ${five.toFixed(3)}`);
    totals[engine] ??= { mrr: 0, five: 0, queries: 0 };
    totals[engine].mrr += mrr * queries.length;
    totals[engine].five += five * queries.length;
    totals[engine].queries += queries.length;
  }
  if (process.env.VERBOSE) console.log(engines.docgen.missed.map((line) => `    not first: ${line}`).join('\n'));
  console.log(`  first result of docgen after ${(await firstResult(origin)).toFixed(0)} ms (at most 100)`);
  await context.close();
  server.close();
}
for (const [pages, filesAtMost, bytesAtMost] of [[1000, 64, 50], [10_000, 640, 80]]) {
  const { files, largest, costs } = await searchCost(browser, process.env.DOCGEN, pages);
  const [median, most] = [costs[costs.length >> 1], costs.at(-1)].map((bytes) => (bytes / 1024).toFixed(1));
  console.log(`\n${pages} pages: ${files} files (at most ${filesAtMost}), the largest ${(largest / 1024).toFixed(1)} KB (at most 16)`);
  console.log(`  two words, ten results: median ${median} KB (at most ${bytesAtMost}), most ${most} KB, compressed`);
  tooMuch ||= files > filesAtMost || largest > 16 * 1024 || median > bytesAtMost;
}
await browser.close();
console.log('\nall');
for (const [engine, { mrr, five, queries }] of Object.entries(totals)) {
  console.log(`  ${engine.padEnd(11)} mean reciprocal rank ${(mrr / queries).toFixed(3)}   success at 5 ${(five / queries).toFixed(3)}`);
  behind ||= mrr > totals.docgen.mrr || five > totals.docgen.five;
}
if (behind) {
  console.log('docgen is behind');
  process.exitCode = 1;
}
if (tooMuch) {
  console.log('docgen costs too much');
  process.exitCode = 1;
}
