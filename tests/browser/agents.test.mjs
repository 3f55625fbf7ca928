// Checks the files for AI agents: runs the checks of `afdocs` against the preview, over loopback. `cargo xtask test`
// runs it. DOCGEN is the built program, DOCGEN_ROOT the project.
import assert from 'node:assert/strict';
import { execFile, spawn } from 'node:child_process';
import { after, before, test } from 'node:test';

let preview;
let origin;

before(async () => {
  preview = spawn(process.env.DOCGEN, ['--quiet', '--root', process.env.DOCGEN_ROOT, 'serve', '--port', '0', '--no-verify'], {
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  origin = await new Promise((resolve, reject) => {
    preview.stdout.on('data', (data) => {
      const address = String(data).match(/http:\/\/[\d.:]+/)?.[0];
      if (address) resolve(address);
    });
    preview.on('exit', () => reject(new Error('the preview ended')));
  });
});
after(() => preview?.kill());

test('the checks of afdocs pass', async () => {
  const program = new URL('./node_modules/.bin/afdocs', import.meta.url).pathname;
  const arguments_ = [program, 'check', '--url-path-pattern', 'html', '--format', 'json', '--quiet', `${origin}/`];
  const text = await new Promise((resolve) => {
    execFile(process.execPath, arguments_, { maxBuffer: 1 << 26 }, (_, stdout) => resolve(stdout));
  });
  const report = JSON.parse(text);
  const results = report.results ?? report.checks;
  assert.ok(results.length > 20, text.slice(0, 400));
  // On a very short page, title, facts and contents are a tenth of the text. The words of badges are not in the twin,
  // which has only the author's text.
  const known = ['content-start-position', 'markdown-content-parity'];
  const bad = results.filter(({ id, status }) => status === 'fail' || status === 'error' || (status === 'warn' && !known.includes(id)));
  assert.deepEqual(bad.map(({ id, message }) => `${id}: ${message}`), []);
  assert.equal(results.find(({ id }) => id === 'content-negotiation').status, 'pass');
});

test('the preview gives Markdown to whom would rather have it', async () => {
  const get = async (accept) => {
    const answer = await fetch(`${origin}/start.html`, { headers: { accept } });
    return [answer.headers.get('content-type').split(';')[0], await answer.text()];
  };
  const [type, text] = await get('text/markdown, text/html;q=0.9');
  assert.equal(type, 'text/markdown');
  assert.match(text, /^# Getting started\n/);
  assert.equal((await get('text/html, text/markdown;q=0.5'))[0], 'text/html');
  assert.equal((await get('*/*'))[0], 'text/html');
});

test('what an agent should read is one file away', async () => {
  const agents = await (await fetch(`${origin}/agents.json`)).json();
  assert.equal(agents.schema, 'docgen.agents/1');
  const python = agents.agents.find(({ name }) => name === 'python-pro');
  const page = python.pages.find(({ snippets }) => snippets.length > 0);
  const twin = await (await fetch(`${origin}/${page.markdown}`)).text();
  assert.ok(twin.startsWith(`# ${page.title}\n`), twin.slice(0, 80));
  const [snippet] = page.snippets;
  assert.ok(twin.includes(snippet.program.split('\n')[0]));
  const own = await (await fetch(`${origin}/${python.llms}`)).text();
  assert.ok(own.includes(`${origin}/${page.markdown}`), own);
  const ledger = await (await fetch(`${origin}/verification.json`)).json();
  assert.ok(ledger.snippets.some(({ id }) => id === snippet.id));
  const full = await (await fetch(`${origin}/llms-full.txt`)).text();
  assert.ok(full.includes(twin.split('\n')[4]));
});
