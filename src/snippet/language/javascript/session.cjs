// Runs the inputs of a session in Node's own REPL: `node THIS.cjs session.js LINES`. A secret line comes between the outputs
// of two inputs. The secrets, one per line, come on standard input before the session's own input.
"use strict";
const fs = require("node:fs");
const { PassThrough } = require("node:stream");

const separators = process.argv[3].split(",").filter(Boolean).map(Number);
const size = 33 * separators.length;
const bytes = Buffer.alloc(size);
for (let at = 0; at < size; ) {
  const count = fs.readSync(0, bytes, at, size - at, null);
  if (count === 0) break;
  at += count;
}
const secrets = bytes.toString().split("\n");
const lines = fs.readFileSync(process.argv[2], "utf8").split("\n");
const starts = [0, ...separators];
const ends = [...separators.map((line) => line - 1), lines.length];
// A last line of nothing is the end of the line before it.
const inputs = starts.map((start, at) => lines.slice(start, ends[at]).join("\n").trimEnd().split("\n"));

// A terminal shows both streams in their order.
process.stderr.write = process.stdout.write.bind(process.stdout);
const keyboard = new PassThrough();
const server = require("node:repl").start({ prompt: "", input: keyboard, output: process.stdout, terminal: false });
let input = 0;
let line = 0;
server.displayPrompt = () => {
  while (input < inputs.length && line === inputs[input].length) {
    if (input < secrets.length && input < separators.length) process.stdout.write(`${secrets[input]}\n`);
    input++;
    line = 0;
  }
  if (input === inputs.length) return server.close();
  const text = inputs[input][line++];
  setImmediate(() => keyboard.write(`${text}\n`));
};
server.on("exit", () => process.exit(0));
server.displayPrompt();
