// Drives Chromium through edits of every kind under `docgen serve`. `cargo xtask test` runs it. DOCGEN is the program.
import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import { closeSync, mkdirSync, mkdtempSync, openSync, renameSync, rmSync, writeFileSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, before, test } from 'node:test';
import { launch } from './common.mjs';

const folder = mkdtempSync(join(tmpdir(), 'docgen-preview-'));
let preview;
let origin;
let browser;
let page;
let said = '';

const save = (path, text) => {
  mkdirSync(dirname(join(folder, path)), { recursive: true });
  writeFileSync(join(folder, path), text);
};
const git = (...words) => execFileSync('git', ['-c', 'user.name=A', '-c', 'user.email=a@example.org', ...words], { cwd: folder, stdio: 'pipe' });
const shows = (words) => page.waitForFunction((wanted) => document.body.textContent.includes(wanted), words);
const lacks = (words) => page.waitForFunction((wanted) => !document.body.textContent.includes(wanted), words);
const overlay = () => page.waitForSelector('#docgen-problems');
const noOverlay = () => page.waitForFunction(() => !document.getElementById('docgen-problems'));
/** Whether this is still the document that was loaded first. */
const stayed = () => page.evaluate(() => window.first === true);
const open = async (path) => {
  await page.goto(`${origin}/${path}`);
  await page.evaluate(() => (window.first = true));
  // The script has its first state of this page; later ones are changes.
  await page.waitForFunction(() => performance.getEntriesByType('resource').some((it) => it.name.endsWith('.js') || it.name.includes('live.js')));
};

const LONG = Array.from({ length: 60 }, (_, line) => `Paragraph ${line} with some words.\n`).join('\n');
const PAGE = `# Page\n\nFirst text.\n\n{{#include ../parts/part.txt}}\n\n${LONG}`;

before(async () => {
  save('book.toml', '[book]\ntitle = "The book"\n');
  save('parts/part.txt', 'The part.\n');
  save('content/index.md', '# Home\n');
  save('content/page.md', PAGE);
  save('content/data.md', '# Data\n\n```json\n[1]\n```\n');
  for (let number = 0; number < 40; number += 1) save(`content/many/p${number}.md`, `# Many ${number}\n\nold words\n`);
  git('init', '-q');
  git('add', '.');
  git('commit', '-qm', 'old');
  for (let number = 0; number < 40; number += 1) save(`content/many/p${number}.md`, `# Many ${number}\n\nnew words\n`);
  git('commit', '-qam', 'new');
  preview = spawn(process.env.DOCGEN, ['serve', '--port', '0'], { cwd: folder, stdio: ['ignore', 'pipe', 'pipe'] });
  preview.stderr.on('data', (data) => (said += data));
  origin = await new Promise((resolve, reject) => {
    preview.stdout.on('data', (data) => {
      const address = String(data).match(/http:\/\/[\d.:]+/)?.[0];
      if (address) resolve(address);
    });
    preview.on('exit', () => reject(new Error(`the preview ended: ${said}`)));
  });
  browser = await launch();
  page = await browser.newPage();
  page.setDefaultTimeout(60_000);
  await open('page.html');
});
after(async () => {
  await browser?.close();
  preview?.kill();
  rmSync(folder, { recursive: true, force: true });
});

test('text changes in place, and the reader stays where they are', async () => {
  await page.evaluate(() => scrollTo(0, 900));
  save('content/page.md', PAGE.replace('First text', 'Second text'));
  await shows('Second text');
  assert.equal(await page.evaluate(() => scrollY), 900);
  assert.ok(await stayed());
});

test('a heading appears in the contents, and buttons still work', async () => {
  save('content/page.md', `${PAGE}\n## A new heading\n\n## Another\n\n\`\`\`text\ncode\n\`\`\`\n`);
  await page.waitForSelector('.toc a[href="#a-new-heading"]', { state: 'attached' });
  await page.waitForSelector('figure .copy');
  assert.ok(await stayed());
});

test('a title changes in the navigation', async () => {
  save('content/data.md', '# Renamed data\n\n```json\n[1]\n```\n');
  await page.waitForFunction(() => document.getElementById('docgen-site-nav').textContent.includes('Renamed data'));
});

test('a page is added, renamed and deleted', async () => {
  save('content/extra.md', '# Extra page\n');
  const inNavigation = (words, there) =>
    page.waitForFunction(([wanted, is]) => document.getElementById('docgen-site-nav').textContent.includes(wanted) === is, [words, there]);
  await inNavigation('Extra page', true);
  renameSync(join(folder, 'content/extra.md'), join(folder, 'content/moved.md'));
  await page.waitForSelector('#docgen-site-nav a[href="moved.html"]', { state: 'attached' });
  rmSync(join(folder, 'content/moved.md'));
  await inNavigation('Extra page', false);
});

test('a deleted page says so, and comes back', async () => {
  await open('many/p1.html');
  rmSync(join(folder, 'content/many/p1.md'));
  await shows('Page not found');
  save('content/many/p1.md', '# Many 1\n\nback again\n');
  await shows('back again');
  await open('page.html');
});

test('an editor that saves by renaming', async () => {
  save('content/.page.md.swp', PAGE.replace('First text', 'Moved into place'));
  renameSync(join(folder, 'content/.page.md.swp'), join(folder, 'content/page.md'));
  await shows('Moved into place');
});

test('a file that is saved in two steps', async () => {
  const file = openSync(join(folder, 'content/page.md'), 'w');
  writeSync(file, '# Page\n\nThe first half');
  writeSync(file, ' and the second half.\n');
  closeSync(file);
  await shows('The first half and the second half.');
  save('content/page.md', PAGE);
  await shows('First text.');
});

test('an included file changes, goes, and comes back', async () => {
  save('parts/part.txt', 'Another part.\n');
  await shows('Another part.');
  rmSync(join(folder, 'parts/part.txt'));
  await overlay();
  save('parts/part.txt', 'The part is back.\n');
  await shows('The part is back.');
  await noOverlay();
});

test('an error on the page is shown as CI shows it, and goes when it is mended', async () => {
  save('content/page.md', `${PAGE}\n[broken](gone.md)\n`);
  await overlay();
  const words = await page.evaluate(() => document.getElementById('docgen-problems').textContent);
  assert.match(words, /error\[broken-link\]/);
  assert.match(words, /content\/page\.md:\d+:1/);
  assert.doesNotMatch(words, /\u001b/);
  save('content/page.md', PAGE);
  await noOverlay();
});

test('a page that is not UTF-8 is left out until it is mended', async () => {
  await open('many/p2.html');
  writeFileSync(join(folder, 'content/many/p2.md'), Buffer.from([0x23, 0x20, 0xff, 0x0a]));
  await shows('Page not found');
  save('content/many/p2.md', '# Many 2\n\nUTF-8 again\n');
  await shows('UTF-8 again');
  await open('page.html');
});

test('the configuration changes, breaks, and is mended', async () => {
  save('book.toml', '[book]\ntitle = "Another title"\n');
  await shows('Another title');
  save('book.toml', '[book\ntitle = "x"\n');
  await overlay();
  assert.match(await page.evaluate(() => document.getElementById('docgen-problems').textContent), /book\.toml:1/);
  save('book.toml', '[book]\ntitle = "Mended title"\n');
  await shows('Mended title');
  await noOverlay();
});

test('a template and a style of the project are used, and a broken template is said', async () => {
  const template = (inside) => `{% extends "default/page.html" %}{% block lead %}${inside}{% endblock %}`;
  save('themes/default/page.html', template('<p>From the template</p>'));
  await shows('From the template');
  save('themes/default/page.html', template('{{ page.nothing }}'));
  await overlay();
  save('themes/default/page.html', template('<p>Template again</p>'));
  await shows('Template again');
  save('themes/default/assets/style.css', 'h1 { color: rgb(1, 2, 3); }\n');
  await page.waitForFunction(() => getComputedStyle(document.querySelector('h1')).color === 'rgb(1, 2, 3)');
  rmSync(join(folder, 'themes'), { recursive: true });
  await lacks('Template again');
});

test('an image is replaced', async () => {
  const image = (color) => `<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><rect width="9" height="9" fill="${color}"/></svg>`;
  save('content/image.svg', image('red'));
  save('content/page.md', PAGE.replace('First text.', 'With ![an image](image.svg).'));
  await page.waitForSelector('#docgen-main img');
  save('content/image.svg', image('blue'));
  await page.waitForFunction(async () => (await (await fetch('/image.svg')).text()).includes('blue'));
});

test('verdicts appear in place after a save', async () => {
  await open('data.html');
  await shows('Parsed');
  save('content/data.md', '# Renamed data\n\n```json\n[1, ]\n```\n');
  await page.waitForSelector('figure .badge.bad');
  save('content/data.md', '# Renamed data\n\n```json\n[1, 2]\n```\n');
  await page.waitForSelector('figure .badge.fair');
  assert.ok(await stayed());
});

test('a checkout of many files is one rebuild', async () => {
  git('checkout', '-q', '--', '.');
  git('clean', '-qfd');
  await open('many/p39.html');
  await shows('new words');
  // The next edit is seen, so all earlier ones are.
  save('content/many/p39.md', '# Many 39\n\na mark\n');
  await shows('a mark');
  const before = said.split('rebuilt ').length;
  git('checkout', '-q', '-f', 'HEAD~1');
  await shows('old words');
  save('content/many/p39.md', '# Many 39\n\nanother mark\n');
  await shows('another mark');
  const rebuilds = said.split('rebuilt ').length - before;
  assert.ok(rebuilds <= 3, `${rebuilds} rebuilds:\n${said}`);
});
