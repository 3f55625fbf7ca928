// Parses every block of a request in one process, separates modules from CommonJS, and checks that imports resolve.
// Reads {root, blocks: [{code, kind, names}]} from standard input. Prints `ready`, then one line of JSON per block.
import { spawnSync } from 'node:child_process';
import { readFileSync, writeSync } from 'node:fs';
import { createRequire, isBuiltin } from 'node:module';
import { join } from 'node:path';

const request = JSON.parse(readFileSync(0, 'utf8'));
const resolver = createRequire(join(request.root, 'blocks', 'x.js'));
const wrapper = ['exports', 'require', 'module', '__filename', '__dirname'];

// Node 20 aborts on `class A { ... }` instead of reporting the place. So another process tries such code first.
const ELLIPSIS = /\.\.\.(?=\s*(?:[;)}\]]|$))/m;

function abortsOver(code, type) {
  const at = ELLIPSIS.exec(code)?.index;
  if (at === undefined) return null;
  const { signal } = spawnSync(process.execPath, ['--check', `--input-type=${type}`, '-'], { input: code });
  return signal && { code: 'SyntaxError', message: "Unexpected token '...'", ...lineAndColumn(code, at) };
}

function asScript(code) {
  const aborted = abortsOver(code, 'commonjs');
  if (aborted) return aborted;
  try {
    vm.compileFunction(code, wrapper, { filename: 'block' });
    return null;
  } catch (error) {
    return place(code, String(error.stack), error);
  }
}

function asModule(code) {
  const aborted = abortsOver(code, 'module');
  if (aborted) return { error: aborted };
  try {
    return { module: new vm.SourceTextModule(code, { identifier: 'block' }) };
  } catch (error) {
    // The module parser reports no position; `node --check` does.
    const checked = spawnSync(process.execPath, ['--check', '--input-type=module', '-'], { input: code, encoding: 'utf8' });
    return { error: place(code, checked.stderr ?? '', error) };
  }
}

function provided(name) {
  if (isBuiltin(name) || name.startsWith('data:')) return true;
  try {
    resolver.resolve(name);
    return true;
  } catch {
    return false;
  }
}

const MODULE = /(^|\n)\s*(import\b|export\b)|\bawait\b|\bimport\.meta\b/;
const OF_MODULES = /import statement outside a module|Unexpected token 'export'/;
const REQUIRE = /\brequire\(\s*(['"])([^'"]+)\1\s*\)/g;

async function check({ code, kind, names }) {
  if (kind === 'jsx') return { module: false, error: null };
  const scriptError = asScript(code);
  if (!scriptError) {
    const missing = [...code.matchAll(REQUIRE)].map((found) => found[2]).filter((name) => !provided(name));
    return { module: false, error: null, missing };
  }
  if (!MODULE.test(code) && !OF_MODULES.test(scriptError.message)) return { module: false, error: scriptError };
  const { module, error } = asModule(code);
  if (error) return { module: true, error };
  const wanted = module.dependencySpecifiers ?? module.moduleRequests?.map((request) => request.specifier) ?? [];
  const unknown = names && wanted.length > 0 ? await unknownNames(code, request.root) : [];
  return { module: true, error: null, missing: wanted.filter((name) => !provided(name)), unknown };
}

// Writes the whole line, so earlier answers survive if the next block ends this process.
function say(line) {
  let left = Buffer.from(`${line}\n`);
  while (left.length > 0) left = left.subarray(writeSync(1, left));
}

say('ready');
for (const block of request.blocks) {
  let answer;
  try {
    answer = await check(block);
  } catch (error) {
    answer = { broken: String(error) };
  }
  // Lone surrogates are not valid text elsewhere.
  say(JSON.stringify(answer, (_, value) => (typeof value === 'string' ? value.toWellFormed() : value)));
}
