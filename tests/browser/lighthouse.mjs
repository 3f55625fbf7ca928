// Runs Lighthouse on the built manual, as on a phone: performance, accessibility, best practices and SEO. `cargo xtask
// lighthouse` runs it, with DOCGEN_SITE, CHROMIUM and FOLDER, the folder of the npm packages.
import { mkdtempSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { chromium } from 'playwright-core';
import { ARGUMENTS, EXECUTABLE, serve } from './common.mjs';

const require = createRequire(join(process.env.FOLDER, 'package.json'));
const { default: lighthouse } = await import(pathToFileURL(require.resolve('lighthouse')).href);
const PAGES = ['index.html', 'guides/debugging/rust.html', 'reference/markdown.html', 'tags/index.html', 'verification.html', 'health.html', 'search.html'];
const server = await serve(process.env.DOCGEN_SITE, { compressed: true });
const { origin } = server;

const profile = mkdtempSync(join(tmpdir(), 'docgen-lighthouse-'));
const port = 9300 + (process.pid % 500);
const browser = await chromium.launchPersistentContext(profile, {
  executablePath: EXECUTABLE,
  args: [`--remote-debugging-port=${port}`, ...ARGUMENTS],
});
let below = false;
try {
  console.log('page                      perf  a11y  best  SEO     LCP s    CLS   TBT ms');
  for (const page of PAGES) {
    const { lhr } = await lighthouse(`${origin}/${page}`, { port, logLevel: 'error', onlyCategories: ['performance', 'accessibility', 'best-practices', 'seo'] });
    const scores = ['performance', 'accessibility', 'best-practices', 'seo'].map((id) => Math.round(lhr.categories[id].score * 100));
    const [lcp, cls, tbt] = ['largest-contentful-paint', 'cumulative-layout-shift', 'total-blocking-time'].map((id) => lhr.audits[id].numericValue);
    console.log(`${page.padEnd(26)}${scores.map((score) => String(score).padStart(4)).join('  ')}  ${(lcp / 1000).toFixed(2).padStart(8)}${cls.toFixed(3).padStart(7)}${tbt.toFixed(0).padStart(9)}`);
    for (const id of ['performance', 'accessibility', 'best-practices', 'seo']) {
      for (const { id: name, weight } of lhr.categories[id].auditRefs) {
        const audit = lhr.audits[name];
        if (weight > 0 && audit.score !== null && audit.score < 0.9) console.log(`    ${id}: ${audit.title}${audit.displayValue ? ` (${audit.displayValue})` : ''}`);
      }
    }
    below ||= scores.some((score) => score < 100) || lcp > 1000 || cls > 0 || tbt > 0;
  }
} finally {
  await browser.close();
  rmSync(profile, { recursive: true, force: true });
  server.close();
}
if (below) {
  console.log('below the budget: 100 each, LCP at most 1.0 s, CLS 0, TBT 0');
  process.exitCode = 1;
}
