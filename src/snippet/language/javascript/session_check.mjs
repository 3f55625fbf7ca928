// Compiles the inputs of many sessions. Reads {blocks: [[{text, line, fails}]]} from standard input. Prints `ready`, then for
// each block one line of JSON: the first input that is wrong, or null.
import { readFileSync, writeSync } from 'node:fs';
import vm from 'node:vm';

function compiles(text) {
  try {
    new vm.Script(text, { filename: 'block' });
    return null;
  } catch (error) {
    return error;
  }
}

// At its prompt, Node also takes an object without parentheses, `await`, imports of a module, and its own commands.
function problem({ text, line }) {
  if (/^\s*\.\w+/.test(text)) return null;
  const error = compiles(text);
  if (!error || !compiles(`(${text}\n)`) || !compiles(`(async () => {\n${text}\n})`)) return null;
  const [head, , carets = ''] = String(error.stack).split('\n');
  const at = Number(/:(\d+)$/.exec(head)?.[1] ?? 1);
  return { code: error.name, message: error.message, line: line + at - 1, column: Math.max(carets.indexOf('^') + 1, 1) };
}

const say = (line) => writeSync(1, `${line}\n`);
const request = JSON.parse(readFileSync(0, 'utf8'));
say('ready');
for (const block of request.blocks) {
  const wrong = block.filter((item) => !item.fails).map(problem);
  say(JSON.stringify(wrong.find(Boolean) ?? null).toWellFormed());
}
