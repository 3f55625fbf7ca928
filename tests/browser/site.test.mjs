// A real Chromium over built sites, by HTTP on loopback and from file://.
//
// DOCGEN_SITE    the manual, built (required)
// DOCGEN_FAULTY  the faulty guide of tests/sites, built (required)
// DOCGEN_GUIDE   the guide that started the project, built (optional)
// CHROMIUM       the browser [default: /usr/bin/chromium]
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { pathToFileURL } from 'node:url';
import { after, before, test } from 'node:test';
import { launch, serve } from './common.mjs';

const sites = { manual: process.env.DOCGEN_SITE, faulty: process.env.DOCGEN_FAULTY, guide: process.env.DOCGEN_GUIDE };
assert.ok(sites.manual && sites.faulty, 'DOCGEN_SITE and DOCGEN_FAULTY must name built sites');

let browser;
const servers = {};

before(async () => {
  browser = await launch();
  for (const [name, folder] of Object.entries(sites)) if (folder) servers[name] = await serve(folder);
});

after(async () => {
  await browser?.close();
  for (const server of Object.values(servers)) server.close();
});

const address = {
  http: (name) => `${servers[name].origin}/`,
  file: (name) => `${pathToFileURL(sites[name]).href}/`,
};

// A page on which any console error, uncaught exception or failed request is a failure.
async function open(url, options = {}) {
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, ...options });
  const page = await context.newPage();
  page.problems = [];
  page.on('console', (message) => message.type() === 'error' && page.problems.push(message.text()));
  page.on('pageerror', (error) => page.problems.push(error.message));
  page.on('requestfailed', (request) => {
    // The next page does not wait for the icon of the previous page.
    if (request.failure()?.errorText !== 'net::ERR_ABORTED') page.problems.push(`failed: ${request.url()}`);
  });
  await page.goto(url);
  return page;
}

async function close(page) {
  assert.deepEqual(page.problems, []);
  await page.context().close();
}

async function search(page, query) {
  await page.keyboard.press('/');
  await page.locator('#docgen-search-input').fill(query);
  await page.locator('#docgen-search-results [role=option]').first().waitFor();
}

for (const scheme of ['http', 'file']) {
  test(`${scheme}: a search leads to its heading`, async () => {
    const page = await open(`${address[scheme]('faulty')}index.html`);
    await search(page, 'circuit breaker');
    await page.keyboard.press('Enter');
    await page.waitForURL(/field-guide\.html#circuit-breakers$/);
    await assert.doesNotReject(page.locator('h3#circuit-breakers').waitFor());
    assert.ok(await page.locator('h3#circuit-breakers').evaluate((heading) => {
      const { top } = heading.getBoundingClientRect();
      return top >= 0 && top < innerHeight;
    }), 'the heading is in view');
    await close(page);
  });

  test(`${scheme}: an identifier is found whole and in parts`, async () => {
    for (const query of ['debug_assert', 'AsyncLocalStorage', 'async local', 'smallest_failing', 'tracemaloc']) {
      const page = await open(`${address[scheme]('manual')}index.html`);
      await search(page, query);
      const href = await page.locator('#docgen-search-results a').first().getAttribute('href');
      assert.match(href, /guides\/debugging\/[a-z]+\.html#/, query);
      await close(page);
    }
  });

  test(`${scheme}: the theme can be switched and is remembered`, async () => {
    const page = await open(`${address[scheme]('manual')}guides/debugging/rust.html`, { colorScheme: 'light' });
    const background = () => page.evaluate(() => getComputedStyle(document.documentElement).backgroundColor);
    const light = await background();
    await page.locator('.theme-toggle').click();
    const dark = await background();
    assert.notEqual(light, dark);
    await page.reload();
    assert.equal(await background(), dark);
    await close(page);
  });

  test(`${scheme}: nothing of search is loaded before it is opened`, async () => {
    const page = await open('about:blank');
    const requests = [];
    page.on('request', (request) => requests.push(request.url()));
    await page.goto(`${address[scheme]('manual')}index.html`);
    assert.ok(!requests.some((url) => url.includes('search')), requests.join('\n'));
    await search(page, 'fence');
    assert.ok(requests.some((url) => url.includes('docgen/search/manifest-0.js')));
    assert.ok(requests.every((url) => url.startsWith(address[scheme]('manual'))), 'no external request');
    await close(page);
  });
}

test('it reads and navigates without JavaScript', async () => {
  const page = await open(`${address.http('manual')}index.html`, { javaScriptEnabled: false });
  await page.locator('.search-open').click();
  await page.waitForURL(/search\.html$/);
  await page.locator('main').getByRole('link', { name: 'Debugging Rust' }).first().click();
  await page.waitForURL(/guides\/debugging\/rust\.html$/);
  assert.ok(await page.getByText('Ran, output matched').first().isVisible());
  await close(page);
});

test('badges lead to their rows, and every internal link of a page leads somewhere', async () => {
  const base = address.http('manual');
  const page = await open(`${base}guides/debugging/rust.html`);
  const links = await page.evaluate(() => [...document.links].map((link) => link.href));
  for (const link of new Set(links.filter((url) => url.startsWith(base)))) {
    const [url, anchor] = link.split('#');
    const answer = await page.request.get(url);
    assert.equal(answer.status(), 200, link);
    if (anchor) assert.ok((await answer.text()).includes(`id="${decodeURIComponent(anchor)}"`), link);
  }
  await close(page);
});

test('nothing is wider than a phone, and the keyboard reaches the search', async () => {
  for (const path of ['index.html', 'guides/debugging/rust.html', 'verification.html', 'search.html', 'reference/configuration.html']) {
    const page = await open(address.http('manual') + path, { viewport: { width: 320, height: 640 } });
    assert.equal(await page.evaluate(() => document.documentElement.scrollWidth), 320, path);
    await close(page);
  }
  const page = await open(`${address.http('manual')}index.html`);
  await page.keyboard.press('Control+k');
  assert.ok(await page.locator('#docgen-search').isVisible());
  await page.keyboard.press('Escape');
  assert.ok(!(await page.locator('#docgen-search').isVisible()));
  await close(page);
});

test('two key presses lead from an identifier to the verified snippet that shows it', async () => {
  for (const scheme of ['http', 'file']) {
    const page = await open(`${address[scheme]('manual')}index.html`);
    await page.keyboard.press('/');
    await page.keyboard.type('smallest_failing');
    await page.keyboard.press('Enter');
    await page.waitForURL(/guides\/debugging\/[a-z]+\.html#snippet-\d+$/);
    const snippet = page.locator(`figure${new URL(page.url()).hash}`);
    assert.match(await snippet.textContent(), /smallest_failing/);
    assert.ok(await snippet.isVisible(), 'its tab is open');
    assert.match(await snippet.locator('.badge').textContent(), /Ran|Compiled|Linted/);
    assert.ok(await snippet.evaluate((figure) => figure.getBoundingClientRect().top < innerHeight));
    await close(page);
  }
});

test('arrows choose, Enter opens what is chosen, Escape closes, and what the site does not know is no filter', async () => {
  const page = await open(`${address.http('manual')}index.html?ref=mail`);
  await search(page, 'fence');
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('ArrowDown');
  const chosen = await page.locator('#docgen-hit-2').getAttribute('href');
  assert.notEqual(chosen, await page.locator('#docgen-hit-0').getAttribute('href'));
  assert.ok(page.url().includes('ref=mail'), 'what others wrote into the address stays');
  await page.keyboard.press('Enter');
  await page.waitForURL(new URL(chosen, page.url()).href);
  await search(page, 'prelude');
  await page.keyboard.press('Escape');
  assert.ok(!(await page.locator('#docgen-search').isVisible()), 'one Escape is enough');
  await page.goto(`${address.http('manual')}index.html?q=fence&tag=nope&utm_source=mail`);
  await page.locator('#docgen-search-results [role=option]').first().waitFor();
  assert.equal(await page.locator('#docgen-search-filters summary').textContent(), 'Filters');
  await close(page);
});

test('what an address names is shown, in whatever tab it stands', async () => {
  const page = await open(`${address.http('manual')}snippets/fences.html`);
  const hidden = await page.locator('.tab[hidden] figure.snippet').first().getAttribute('id');
  await page.goto(`${address.http('manual')}start.html`);
  await page.goto(`${address.http('manual')}snippets/fences.html#${hidden}`);
  assert.ok(await page.locator(`#${hidden}`).isVisible());
  assert.ok(await page.locator(`#${hidden}`).evaluate((figure) => figure.getBoundingClientRect().top < innerHeight));
  await close(page);
});

test('hits are filtered, or within a facet and and across them, and the address keeps it', async () => {
  const page = await open(`${address.http('manual')}index.html`);
  const found = () => page.locator('#docgen-search-results a').evaluateAll((links) => links.map((link) => link.pathname));
  const settled = (text) => page.locator('#docgen-search-status', { hasText: text }).waitFor();
  await search(page, 'output');
  await page.locator('#docgen-search-filters summary').click();
  const box = (name, value) => page.locator(`#docgen-search-filters input[name=${name}][value="${value}"]`);
  await box('agent', 'golang-pro').check();
  await settled('hit');
  await page.waitForFunction(() => location.search === '?q=output&agent=golang-pro');
  const agents = await page.request.get(`${address.http('manual')}agents.json`).then((answer) => answer.json());
  const pagesOf = (name) => agents.agents.find((agent) => agent.name === name).pages.map(({ url }) => `/${url}`);
  for (const path of await found()) assert.ok(pagesOf('golang-pro').includes(path), path);
  await box('language', 'python').check();
  await page.waitForFunction(() => location.search.endsWith('language=python'));
  // The address contains the search.
  const other = await open(page.url());
  await other.locator('#docgen-search-results [role=option]').first().waitFor();
  assert.ok(await other.locator('#docgen-search-filters input[value=golang-pro]').isChecked());
  assert.equal(await other.locator('#docgen-search-input').inputValue(), 'output');
  await other.locator('#docgen-search-input').fill('');
  await other.locator('#docgen-search-status', { hasText: 'page' }).waitFor();
  await other.keyboard.press('Escape');
  await other.waitForFunction(() => location.search === '');
  await close(other);
  await close(page);
});

test('the contents say which section is read, however one got there', async () => {
  const page = await open(`${address.http('manual')}reference/markdown.html`);
  const present = (text) => page.locator('.toc [aria-current]', { hasText: text }).waitFor();
  await present('Alerts');
  await page.evaluate(() => scrollTo(0, document.getElementById('names-of-files').offsetTop));
  await present('Names of files');
  await page.goto(`${address.http('manual')}reference/markdown.html#tabs`);
  await present('Tabs');
  await close(page);
});

test('the keyboard alone reaches everything', async () => {
  const page = await open(`${address.http('manual')}guides/debugging/rust.html`);
  const wanted = await page.evaluate(() => {
    const all = [...document.querySelectorAll('a[href], button, summary, [tabindex="0"]')];
    const seen = all.filter((element) => element.checkVisibility({ visibilityProperty: true }));
    seen.forEach((element, number) => (element.dataset.number = number));
    return seen.length;
  });
  assert.ok(wanted > 60, String(wanted));
  const reached = new Set();
  for (let press = 0; press < wanted + 60 && reached.size <= wanted; press += 1) {
    await page.keyboard.press('Tab');
    const [number, outlined] = await page.evaluate(() => {
      const now = document.activeElement;
      const style = getComputedStyle(now);
      return [now.dataset.number, now.matches(':focus-visible') && (style.outlineStyle !== 'none' || now.matches('.skip'))];
    });
    if (number !== undefined) assert.ok(outlined, `what has the focus shows it: ${number}`);
    reached.add(number);
  }
  reached.delete(undefined);
  assert.equal(reached.size, wanted);
  await close(page);
});

test('a page prints as a page: without what only a screen needs, in light colours', async () => {
  const page = await open(`${address.http('manual')}guides/debugging/rust.html`, { colorScheme: 'dark' });
  await page.emulateMedia({ media: 'print', colorScheme: 'dark' });
  for (const gone of ['.top', '.side', '.toc', '.bottom', '.copy', '.anchor', '.neighbours', '.evidence', 'dialog']) {
    assert.ok(!(await page.locator(gone).first().isVisible()), gone);
  }
  for (const stays of ['h1', '.facts', 'figure.snippet', '.badge']) assert.ok(await page.locator(stays).first().isVisible(), stays);
  const wide = await page.evaluate(() => [...document.querySelectorAll('pre')].filter((pre) => pre.scrollWidth > pre.clientWidth).length);
  assert.equal(wide, 0, 'no line of code is cut off');
  assert.equal(await page.evaluate(() => getComputedStyle(document.documentElement).colorScheme), 'light');
  const pdf = await page.pdf({ format: 'A4' });
  assert.ok(pdf.length > 10_000);
  await close(page);
});

test('what is copied is the code alone, and long lines can be broken', async () => {
  const page = await open(`${address.http('manual')}snippets/fences.html`, {
    viewport: { width: 320, height: 640 },
    permissions: ['clipboard-read', 'clipboard-write'],
  });
  const numbered = page.locator('figure.snippet', { hasText: 'retry.py' });
  assert.deepEqual(await numbered.locator('.ln').evaluateAll((all) => all.map((line) => line.dataset.n)), ['40', '41', '42', '43']);
  await numbered.locator('.copy').click();
  const copied = await page.evaluate(() => navigator.clipboard.readText());
  assert.equal(copied, 'def wait(attempt):\n    seconds = 2**attempt\n    seconds = min(seconds, 60)\n    return seconds\n');
  // A line shown as deleted is not copied, except in diffs.
  await numbered.locator('ins').evaluate((line) => line.replaceWith(Object.assign(document.createElement('del'), { textContent: 'old' })));
  await numbered.locator('.copy').click();
  assert.ok(!(await page.evaluate(() => navigator.clipboard.readText())).includes('old'));
  const long = page.locator('figure.snippet', { has: page.locator('.wrap-toggle') }).first();
  await long.locator('.wrap-toggle').click();
  assert.equal(await long.locator('.wrap-toggle').getAttribute('aria-pressed'), 'true');
  assert.ok(await long.locator('pre').first().evaluate((pre) => pre.scrollWidth <= pre.clientWidth));
  await close(page);
});

test('both halves of search make the same terms', async () => {
  const page = await open(`${address.http('manual')}index.html`);
  await search(page, 'fence');
  const cases = JSON.parse(await readFile(new URL('terms.json', import.meta.url), 'utf8'));
  const made = await page.evaluate((texts) => texts.map((text) => window.docgenTerms(text)), Object.keys(cases));
  assert.deepEqual(made, Object.values(cases));
  const forms = [['debugging', 'debugged'], ['queries', 'query'], ['traces', 'trace'], ['caches', 'cache'], ['class', 'class'], ['warnings', 'warning'], ['strings', 'string']];
  for (const pair of forms) {
    const [one, other] = await page.evaluate((words) => words.map((word) => window.docgenStem(word)), pair);
    assert.equal(one, other, String(pair));
  }
  await close(page);
});

test('the guide: searching circuit breaker leads to its heading', { skip: !sites.guide }, async () => {
  const page = await open(`${address.file('guide')}index.html`);
  await search(page, 'circuit breaker');
  await page.keyboard.press('Enter');
  await page.waitForURL(/comprehensive-debugging-guide\.html#distributed-systems-debugging$/);
  await close(page);
});
