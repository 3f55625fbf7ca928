// Parses every block of a request in one process, tells modules from CommonJS, and looks whether imports resolve.
// Reads {root, blocks: [{code, kind}]} from standard input; prints a list with one answer a block.
import vm from 'node:vm';
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createRequire, isBuiltin } from 'node:module';
import { join } from 'node:path';

const request = JSON.parse(readFileSync(0, 'utf8'));
const resolver = createRequire(join(request.root, 'blocks', 'x.js'));
const wrapper = ['exports', 'require', 'module', '__filename', '__dirname'];

// V8 prints `file:line`, the source line and carets under the culprit.
function place(stack, message) {
  const lines = stack.split('\n');
  const at = lines.findIndex((line) => /^\s*\^+\s*$/.test(line));
  const line = at >= 2 ? Number(/:(\d+)$/.exec(lines[at - 2])?.[1]) : 1;
  const column = at >= 2 ? lines[at].indexOf('^') + 1 : 1;
  return { message, line: line || 1, column };
}

function asScript(code) {
  try {
    vm.compileFunction(code, wrapper, { filename: 'block' });
    return null;
  } catch (error) {
    return place(String(error.stack), error.message);
  }
}

function asModule(code) {
  try {
    return { module: new vm.SourceTextModule(code, { identifier: 'block' }) };
  } catch (error) {
    // The module parser tells no position; `node --check` does.
    const checked = spawnSync(process.execPath, ['--check', '--input-type=module', '-'], { input: code, encoding: 'utf8' });
    return { error: place(checked.stderr ?? '', error.message) };
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
const REQUIRE = /\brequire\(\s*(['"])([^'"]+)\1\s*\)/g;

function check({ code, kind }) {
  if (kind === 'jsx') return { module: false, error: null };
  const scriptError = asScript(code);
  if (!scriptError) {
    const missing = [...code.matchAll(REQUIRE)].map((found) => found[2]).filter((name) => !provided(name));
    return { module: false, error: null, missing };
  }
  if (!MODULE.test(code)) return { module: false, error: scriptError };
  const { module, error } = asModule(code);
  if (error) return { module: true, error };
  const names = module.dependencySpecifiers ?? module.moduleRequests?.map((wanted) => wanted.specifier) ?? [];
  return { module: true, error: null, missing: names.filter((name) => !provided(name)) };
}

process.stdout.write(JSON.stringify(request.blocks.map(check)));
