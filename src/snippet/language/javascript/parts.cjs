// Prints a secret line between two parts of a program: `node --require THIS block.js`.
//
// The program has a call on the line between two parts. The called function knows its caller, and no program can look
// into it. The secrets come on standard input before the program's own input. With `map`, the file was made of another one,
// whose lines are given.
"use strict";
const { isMainThread } = require("node:worker_threads");
const size = Number(process.env.DOCGEN_PARTS);
delete process.env.DOCGEN_PARTS;

const read = () => {
  const fs = require("node:fs");
  const bytes = Buffer.alloc(size);
  for (let at = 0; at < size; ) {
    const count = fs.readSync(0, bytes, at, size - at, null);
    if (count === 0) break;
    at += count;
  }
  return JSON.parse(bytes.toString());
};

// The lines of a file that a compiler made of these lines of its source.
const linesMadeOf = (written, file, map) => {
  const fs = require("node:fs");
  const { SourceMap } = require("node:module");
  const source = new SourceMap(JSON.parse(fs.readFileSync(map, "utf8")));
  const count = fs.readFileSync(file, "utf8").split("\n").length;
  const made = new Map();
  for (let line = 0; line < count; line++) {
    const { generatedLine, originalLine } = source.findEntry(line, 0);
    if (generatedLine === line) made.set(originalLine + 1, line + 1);
  }
  return written.map((line) => made.get(line));
};

if (isMainThread && size > 0) {
  const { file, map, lines: written, secrets } = read();
  const lines = map ? linesMadeOf(written, file, map) : written;
  const url = require("node:url").pathToFileURL(file).href;
  const text = require("node:fs").readFileSync(file);
  const hash = require("node:crypto").createHash("sha256").update(text).digest("hex");
  const { stdout } = process;
  const write = stdout.write.bind(stdout);
  const { apply, defineProperty, deleteProperty, getOwnPropertyDescriptor, getPrototypeOf } = Reflect;
  const TheError = Error;
  const startsWith = String.prototype.startsWith;
  const names = ["prepareStackTrace", "stackTraceLimit"];

  // The frames below a call, as the engine sees them, even if the program has changed `Error`.
  const frames = () => {
    const own = [(_, sites) => sites, Infinity];
    const before = [];
    for (let at = 0; at < 2; at++) {
      before[at] = getOwnPropertyDescriptor(TheError, names[at]);
      const value = { __proto__: null, value: own[at], configurable: true, writable: true, enumerable: true };
      if (!defineProperty(TheError, names[at], value)) return [];
    }
    const sites = new TheError().stack;
    for (let at = 0; at < 2; at++) {
      if (before[at]) defineProperty(TheError, names[at], before[at]);
      else deleteProperty(TheError, names[at]);
    }
    return sites;
  };
  const { getFileName, getLineNumber, getScriptHash, isEval } = getPrototypeOf(frames()[0]);

  let passed = 0;
  const part = () => {
    const sites = frames();
    // Below `frames` and this function must be the program, at the line where the part ends, called by Node itself.
    for (let at = 2; at < sites.length; at++) {
      const name = apply(getFileName, sites[at], []);
      if (at > 2) {
        if (name && !apply(startsWith, name, ["node:"])) return;
      } else {
        if ((name !== file && name !== url) || apply(isEval, sites[at], [])) return;
        if (apply(getLineNumber, sites[at], []) !== lines[passed]) return;
        if (getScriptHash && apply(getScriptHash, sites[at], []) !== hash) return;
      }
    }
    if (sites.length > 2) write(`${secrets[passed++]}\n`);
  };
  defineProperty(globalThis, Symbol.for("docgen part"), { value: part });
}
