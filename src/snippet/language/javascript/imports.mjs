// Finds imported names that modules do not export. V8 links the block with stand-ins, which have the names of the real
// modules. No code of a package runs. If a module's names are not known for sure, its stand-in accepts any name.
import { readFileSync as readText, statSync } from 'node:fs';
import { isBuiltin as isOwn } from 'node:module';
import { dirname, join as joined } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const LARGEST = 2 << 20;
const MAX_FILES = 200;
const MAX_FINDINGS = 20;
const STAR = /\bexport\s*\*\s*from\b/;
const NOT_PROVIDED = /^The requested module '([^]*)' does not provide an export named '([^]*)'$/;
const namesByAddress = new Map();

// The names of a module; null if they are not known for sure.
async function namesAt(address) {
  if (!namesByAddress.has(address)) {
    namesByAddress.set(address, null); // A module that imports itself in a circle does not tell.
    try {
      namesByAddress.set(address, isOwn(address) ? Object.keys(await import(address)) : await namesOfFile(address));
    } catch {
      // Not known.
    }
  }
  return namesByAddress.get(address);
}

function isModuleFile(file) {
  if (!file.endsWith('.js')) return file.endsWith('.mjs');
  for (let folder = dirname(file); folder !== dirname(folder); folder = dirname(folder)) {
    try {
      return JSON.parse(readText(joined(folder, 'package.json'), 'utf8')).type === 'module';
    } catch (error) {
      if (error.code !== 'ENOENT') return false;
    }
  }
  return false;
}

async function namesOfFile(address) {
  const file = fileURLToPath(address);
  if (!isModuleFile(file) || statSync(file).size > LARGEST || namesByAddress.size > MAX_FILES) return null;
  const code = readText(file, 'utf8');
  const { module, unsure } = await linked(code, address);
  return module && !(unsure && STAR.test(code)) ? Reflect.ownKeys(module.namespace).filter((name) => typeof name === 'string') : null;
}

function addressOf(specifier, base) {
  if (isOwn(specifier)) return specifier;
  return /^\.{0,2}\//.test(specifier) ? new URL(specifier, base).href : import.meta.resolve(specifier);
}

// Links a module with stand-ins. They have the names that the real modules export, and the names that it imports in vain.
async function linked(code, base) {
  const words = new Set(['default', ...(code.match(/[\w$\u0080-\uffff]+/g) ?? [])]);
  const added = new Map();
  const wrong = [];
  let unsure = false;
  const standIn = async (specifier) => {
    let names = null;
    try {
      names = await namesAt(addressOf(specifier, base));
    } catch {
      // Nothing provides it. Another check reports that.
    }
    unsure ||= names === null;
    return new vm.SyntheticModule([...new Set([...(names ?? words), ...(added.get(specifier) ?? [])])], () => {});
  };
  while (wrong.length < MAX_FINDINGS) {
    const module = new vm.SourceTextModule(code, { identifier: 'block' });
    try {
      await module.link(standIn);
      return { module: wrong.length === 0 ? module : null, unsure, wrong };
    } catch (error) {
      const [, specifier, name] = NOT_PROVIDED.exec(error.message) ?? [];
      if (name === undefined || added.get(specifier)?.includes(name)) break;
      added.set(specifier, [...(added.get(specifier) ?? []), name]);
      wrong.push({ specifier, name, message: error.message, near: near(name, await namesAt(addressOf(specifier, base))) });
    }
  }
  return { module: null, unsure: true, wrong };
}

// The number of letters to change.
function distance(one, other) {
  let row = [...Array(other.length + 1).keys()];
  for (let i = 1; i <= one.length; i++) {
    const next = [i];
    for (let j = 1; j <= other.length; j++) {
      next[j] = Math.min(row[j] + 1, next[j - 1] + 1, row[j - 1] + (one[i - 1] === other[j - 1] ? 0 : 1));
    }
    row = next;
  }
  return row[other.length];
}

function near(name, names) {
  const max = Math.max(1, Math.floor(name.length / 3));
  const close = (names ?? [])
    .filter((other) => Math.abs(other.length - name.length) <= max)
    .map((other) => [distance(name.toLowerCase(), other.toLowerCase()), other])
    .filter(([far]) => far <= max);
  return close.sort(([a], [b]) => a - b)[0]?.[1];
}

const escaped = (text) => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');

// The place where a statement names what it imports from a module.
function placeOfName(code, { specifier, name }) {
  const statement = new RegExp(`\\b(?:import|export)\\b([^'";]*?)\\bfrom\\s*(['"])${escaped(specifier)}\\2`, 'g');
  const word = name === 'default' ? /[\w$]+/ : new RegExp(`(?<!\\bas\\s+)(?<![\\w$])${escaped(name)}(?![\\w$])`);
  for (const found of code.matchAll(statement)) {
    const line = code.slice(code.lastIndexOf('\n', found.index) + 1, found.index);
    const at = word.exec(found[1]);
    if (at && !/\/\/|^\s*\*/.test(line)) {
      const start = found.index + found[0].indexOf(found[1]) + at.index;
      return { start, end: start + at[0].length };
    }
  }
  const start = Math.max(code.indexOf(name), 0);
  return { start, end: start + 1 };
}

// The names that a block (a module) imports in vain.
async function unknownNames(code, root) {
  const { wrong } = await linked(code, pathToFileURL(joined(root, 'blocks', 'x.js')).href);
  return wrong.map((found) => {
    const { start, end } = placeOfName(code, found);
    const [from, to] = [lineAndColumn(code, start), lineAndColumn(code, end)];
    const hint = found.near ? `. Did you mean '${found.near}'?` : '';
    const module = found.specifier.replace(/^node:/, '');
    return {
      module,
      name: found.name,
      code: 'SyntaxError',
      message: found.message + hint,
      ...from,
      end_line: to.line,
      end_column: to.column,
    };
  });
}
