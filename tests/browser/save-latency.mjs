// The time from a save to the moment when Chromium shows it, for one page of a project under `docgen serve`.
// `node save-latency.mjs PROJECT PAGE [SAVES] [ARGUMENT ...]`: PAGE is relative to `content/`. Prints one line of JSON:
// milliseconds at the median and at the 95th percentile. DOCGEN is the program. The page is put back at the end.
import { spawn } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { launch } from './common.mjs';

const [project, relative, saves = '30', ...more] = process.argv.slice(2);
const file = join(project, 'content', relative);
const original = readFileSync(file, 'utf8');
const preview = spawn(process.env.DOCGEN, ['--quiet', 'serve', '--port', '0', ...more], {
  cwd: project,
  stdio: ['ignore', 'pipe', 'ignore'],
});
const origin = await new Promise((resolve, reject) => {
  preview.stdout.on('data', (data) => {
    const address = String(data).match(/http:\/\/[\d.:]+/)?.[0];
    if (address) resolve(address);
  });
  preview.on('exit', () => reject(new Error('the preview ended')));
});
const browser = await launch();
try {
  const page = await browser.newPage();
  await page.goto(`${origin}/${relative.replace(/\.md$/, '.html')}`);
  // The stream of changes is open when the script has its first state.
  await page.waitForFunction(() => performance.getEntriesByType('resource').some((it) => it.name.includes('live.js')));
  await page.evaluate(() => {
    window.seen = (word) =>
      new Promise((resolve) => {
        const look = () => document.body.textContent.includes(word) && (observer.disconnect(), resolve(Date.now()));
        const observer = new MutationObserver(look);
        observer.observe(document.body, { childList: true, subtree: true });
        look();
      });
  });
  const times = [];
  for (let turn = 0; turn < Number(saves); turn += 1) {
    const word = `saved-${process.pid}-${turn}`;
    const seen = page.evaluate((wanted) => window.seen(wanted), word);
    const start = Date.now();
    writeFileSync(file, `${original}\n${word}\n`);
    times.push((await seen) - start);
    // Saves come with pauses of different lengths, as from a person.
    await new Promise((resolve) => setTimeout(resolve, 150 + ((turn * 37) % 200)));
  }
  times.sort((a, b) => a - b);
  const at = (share) => times[Math.min(times.length - 1, Math.floor(times.length * share))];
  console.log(JSON.stringify({ saves: times.length, p50: at(0.5), p95: at(0.95), max: times.at(-1) }));
} finally {
  writeFileSync(file, original);
  await browser.close();
  preview.kill();
}
