// Measures the bytes of a search on a large site: `large-site.mjs` writes the site, docgen builds it, a browser
// searches it.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { serve } from './common.mjs';

const gz = (path) => gzipSync(readFileSync(path), { level: 9 }).length;

/** Two-word queries: words that occur together in headings, spread over the whole site. */
function queriesOf(content, count) {
  const folders = readdirSync(content).sort();
  return Array.from({ length: count }, (_, number) => {
    const folder = join(content, folders[number % folders.length]);
    const pages = readdirSync(folder).sort();
    const text = readFileSync(join(folder, pages[(number * 7) % pages.length]), 'utf8');
    const headings = [...text.matchAll(/^## (\S+) (\S+)/gm)];
    return headings[number % headings.length].slice(1).join(' ').toLowerCase();
  });
}

/**
 * Builds a site with this many pages and searches it, each query in a browser with an empty cache.
 * Returns the number of index files, the bytes (gz) of the largest, and the bytes of each search in ascending order: the
 * client, the index files that it loads, and ten results.
 */
export async function searchCost(browser, docgen, pages, count = 20) {
  const folder = mkdtempSync(join(tmpdir(), 'docgen-large-'));
  try {
    execFileSync('node', [fileURLToPath(new URL('large-site.mjs', import.meta.url)), folder, String(pages)]);
    const site = join(folder, 'public');
    execFileSync(docgen, ['--quiet', 'build', '--root', folder, '--out', site]);
    const index = join(site, 'docgen/search');
    const sizes = readdirSync(index).map((name) => gz(join(index, name)));
    const server = await serve(site);
    const costs = [];
    for (const query of queriesOf(join(folder, 'content'), count)) {
      const context = await browser.newContext();
      const page = await context.newPage();
      await page.goto(`${server.origin}/index.html`);
      let bytes = 0;
      page.on('request', (request) => (bytes += gz(join(site, new URL(request.url()).pathname))));
      await page.keyboard.press('/');
      await page.waitForFunction(() => window.docgenQuery);
      const { hits } = await page.evaluate((text) => window.docgenQuery(text), query);
      if (hits.length !== 10) throw new Error(`“${query}” has ${hits.length} hits`);
      costs.push(bytes);
      await context.close();
    }
    server.close();
    return { files: sizes.length, largest: Math.max(...sizes), costs: costs.sort((a, b) => a - b) };
  } finally {
    rmSync(folder, { recursive: true });
  }
}
