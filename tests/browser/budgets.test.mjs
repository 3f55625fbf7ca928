// Budgets and correctness of the site: valid HTML, no barrier that axe finds, bytes on load. `cargo xtask test` runs
// it, with DOCGEN_SITE and CHROMIUM as for site.test.mjs.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { after, before, test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { gzipSync } from 'node:zlib';
import { HtmlValidate } from 'html-validate';
import { launch, serve } from './common.mjs';
import { searchCost } from './search-cost.mjs';

const site = process.env.DOCGEN_SITE;
const axe = createRequire(import.meta.url).resolve('axe-core/axe.min.js');

function files(folder) {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) =>
    entry.isDirectory() ? files(join(folder, entry.name)) : [join(folder, entry.name)],
  );
}
const all = files(site);
const pages = all.filter((file) => file.endsWith('.html'));
const gz = (file) => gzipSync(readFileSync(file), { level: 9 }).length;

test('every page is valid HTML', async () => {
  const validator = new HtmlValidate({
    extends: ['html-validate:recommended'],
    rules: {
      // These rules concern style, not validity.
      'long-title': 'off',
      'no-trailing-whitespace': 'off',
      'attribute-boolean-style': 'off',
      // Short tags such as `<i class=k>`, because highlighting is most of a page's bytes.
      'attr-quotes': 'off',
      'void-style': 'off',
      // A screen reader reads the label of a scrolling region.
      'prefer-native-element': 'off',
    },
  });
  const faults = [];
  for (const page of pages) {
    const report = await validator.validateString(readFileSync(page, 'utf8'), page);
    for (const result of report.results) {
      for (const message of result.messages.filter((found) => found.severity === 2)) {
        faults.push(`${relative(site, page)}:${message.line}:${message.column} ${message.ruleId}: ${message.message}`);
      }
    }
  }
  assert.deepEqual(faults.slice(0, 20), [], `${faults.length} faults in ${pages.length} pages`);
});

test('bytes on load are within budget', () => {
  const asset = (name) => gz(join(site, 'docgen', name));
  assert.ok(asset('style.css') <= 12 * 1024, `CSS ${asset('style.css')}`);
  const scripts = asset('theme.js') + asset('site.js');
  assert.ok(scripts <= 6 * 1024, `JS ${scripts}`);
  const sizes = pages.map(gz).sort((a, b) => a - b);
  const median = sizes[Math.floor(sizes.length / 2)];
  assert.ok(median <= 8 * 1024, `median page ${median}`);
  assert.ok(!all.some((file) => /\.(woff2?|ttf|otf|wasm)$/.test(file)), 'no fonts, no wasm');
});

test('navigation is no more than a quarter of a page', () => {
  const shares = pages.map((page) => {
    const html = readFileSync(page, 'utf8');
    const nav = html.match(/<nav class="side"[\s\S]*?<\/nav>/)?.[0] ?? '';
    return nav.length / html.length;
  });
  const median = shares.sort((a, b) => a - b)[Math.floor(shares.length / 2)];
  assert.ok(median <= 0.25, `median share ${median}`);
});

let browser;
let server;
let origin;
before(async () => {
  server = await serve(site, { below: '/repo' });
  origin = server.origin;
  browser = await launch();
});
after(async () => {
  await browser?.close();
  server?.close();
});

const KINDS = [
  'index.html',
  'snippets/fences.html',
  'reference/markdown.html',
  'guides/debugging/rust.html',
  'guides/index.html',
  'tags/index.html',
  'agents/python-pro.html',
  'verification.html',
  'health.html',
  'print.html',
  'search.html',
  '404.html',
];

async function barriers(page) {
  await page.addScriptTag({ path: axe });
  const found = await page.evaluate(() =>
    window.axe.run(document, {
      runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'],
    }),
  );
  return found.violations.map((violation) => `${violation.id}: ${violation.nodes[0].html.slice(0, 160)}`);
}

for (const colorScheme of ['light', 'dark']) {
  for (const width of [320, 1280]) {
    test(`no barriers, ${colorScheme}, ${width} px`, async () => {
      const context = await browser.newContext({ colorScheme, viewport: { width, height: 800 }, bypassCSP: true });
      const page = await context.newPage();
      for (const kind of KINDS) {
        await page.goto(`${origin}/${kind}`);
        assert.deepEqual(await barriers(page), [], kind);
        const wide = await page.evaluate(() => document.documentElement.scrollWidth > innerWidth);
        assert.ok(!wide, `${kind} scrolls sideways`);
      }
      await page.goto(`${origin}/index.html`);
      await page.keyboard.press('/');
      await page.keyboard.type('prelude');
      await page.waitForSelector('#docgen-search-results [role=option]');
      await page.locator('#docgen-search-filters summary').click();
      await page.waitForSelector('#docgen-search-filters fieldset');
      assert.deepEqual(await barriers(page), [], 'search open');
      if (width === 320) {
        await page.goto(`${origin}/guides/debugging/rust.html`);
        await page.locator('.menu').click();
        await page.waitForSelector('#docgen-menu[open] .side');
        assert.deepEqual(await barriers(page), [], 'menu open');
        assert.ok(await page.locator('#docgen-menu [aria-current]').isVisible());
        await page.keyboard.press('Escape');
        // Back at the old position.
        await page.waitForSelector('.frame > #docgen-site-nav');
      }
      await context.close();
    });
  }
}

test('a search on a site of 1,000 pages costs what it may', async () => {
  const { files, largest, costs } = await searchCost(browser, process.env.DOCGEN, 1000);
  assert.ok(files <= 64, `${files} files`);
  assert.ok(largest <= 16 * 1024, `the largest file has ${largest} bytes`);
  assert.ok(costs[costs.length >> 1] <= 50 * 1024, `a search of two words costs ${costs}`);
});

test('long words, long lines and deep folders scroll in their own boxes, never the page', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'docgen-long-'));
  const deep = join(folder, 'content/a/b/c/d/e/f');
  mkdirSync(deep, { recursive: true });
  copyFileSync(new URL('long.md', import.meta.url), join(folder, 'content/index.md'));
  copyFileSync(new URL('long.md', import.meta.url), join(deep, 'page.md'));
  writeFileSync(join(folder, 'book.toml'), '[book]\ntitle = "A site with a title that is longer than there is room for on any phone"\n');
  execFileSync(process.env.DOCGEN, ['--quiet', 'build', '--root', folder, '--out', join(folder, 'public')]);
  for (const width of [320, 1280]) {
    const page = await (await browser.newContext({ viewport: { width, height: 800 }, bypassCSP: true })).newPage();
    for (const path of ['index.html', 'a/b/c/d/e/f/page.html', 'search.html', 'health.html', 'verification.html']) {
      await page.goto(pathToFileURL(join(folder, 'public', path)).href);
      assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth), `${path} at ${width}`);
      assert.deepEqual([path, width, ...(await barriers(page))], [path, width]);
    }
    await page.context().close();
  }
  rmSync(folder, { recursive: true });
});

test('the site works below a path, and without JavaScript', async () => {
  for (const javaScriptEnabled of [true, false]) {
    const context = await browser.newContext({ javaScriptEnabled });
    const page = await context.newPage();
    const problems = [];
    page.on('console', (message) => message.type() === 'error' && problems.push(message.text()));
    page.on('requestfailed', (request) => {
      // The next page does not wait for the icon of the previous page.
      if (request.failure()?.errorText !== 'net::ERR_ABORTED') problems.push(request.url());
    });
    page.on('request', (request) => {
      if (!request.url().startsWith(`${origin}/repo/`)) problems.push(`outside: ${request.url()}`);
    });
    for (const kind of KINDS.filter((kind) => kind !== '404.html')) {
      const answer = await page.goto(`${origin}/repo/${kind}`);
      assert.equal(answer.status(), 200, kind);
    }
    assert.deepEqual(problems, []);
    await context.close();
  }
});

test('tabs are tabs with a script, and sections without', async () => {
  const context = await browser.newContext();
  const page = await context.newPage();
  await page.goto(`${origin}/reference/markdown.html`);
  const tabs = page.locator('.tab-list [role=tab]');
  assert.deepEqual(await tabs.allTextContents(), ['Debian', 'macOS']);
  assert.ok(await page.getByText('apt-get install cargo').first().isVisible());
  assert.ok(!(await page.getByText('brew install rustup').first().isVisible()));
  await tabs.first().focus();
  await page.keyboard.press('ArrowRight');
  assert.ok(await page.getByText('brew install rustup').first().isVisible());
  await page.reload();
  assert.ok(await page.getByText('brew install rustup').first().isVisible(), 'the choice is remembered');
  const plain = await (await browser.newContext({ javaScriptEnabled: false })).newPage();
  await plain.goto(`${origin}/reference/markdown.html`);
  assert.ok(await plain.getByText('brew install rustup').first().isVisible());
  assert.ok(await plain.locator('.tab-name', { hasText: 'macOS' }).first().isVisible());
  await context.close();
});

test('the verification page is filtered by links, without JavaScript', async () => {
  const page = await (await browser.newContext({ javaScriptEnabled: false })).newPage();
  // The manual has more blocks than one page lists, so the first page leads to the parts.
  await page.goto(`${origin}/verification.html`);
  await page.locator('main a[href="verification-2.html"]').first().click();
  const groups = page.locator('section.rows');
  const many = await groups.count();
  assert.ok(many > 1);
  await page.locator('.legend a', { hasText: 'Ran' }).click();
  let shown = 0;
  for (const group of await groups.all()) shown += (await group.isVisible()) ? 1 : 0;
  assert.equal(shown, 1);
  await page.locator('.legend a', { hasText: 'All' }).click();
  assert.ok(await groups.first().isVisible());
  const scripted = await (await browser.newContext()).newPage();
  await scripted.goto(`${origin}/verification-2.html`);
  await scripted.locator('.row-filter').fill('rust shown');
  const shownRows = await scripted.locator('.rows tbody tr').filter({ visible: true }).allTextContents();
  assert.ok(shownRows.length > 0 && shownRows.every((row) => /rust/.test(row) && /Fails as shown/.test(row)), shownRows.join('\n'));
  assert.match(await scripted.locator('.row-count').textContent(), /^\d+ of \d+$/);
});
