// Finds the place of a syntax error: where V8 reports it, else at an unclosed construct, else at the end of the code.
import vm from 'node:vm';

const CLOSERS = { '(': ')', '[': ']', '{': '}', '${': '}', '`': '`', '/*': '*/' };
// After these a slash begins a regular expression. After anything else it divides.
const BEFORE_REGEX = /(^|[(,=:[!&|?{};+\-*%~^<>]|\b(return|typeof|case|in|of|delete|void|throw|new|instanceof|yield|await|do|else))$/;
const TOKEN = {
  space: /\s+/y,
  comment: /\/\/[^\n]*|\/\*[^]*?\*\//y,
  string: /(["'])(?:\\[^]|(?!\1)[^\\\n])*\1?/y,
  regex: /\/(?![*/])(?:\\.|\[(?:\\.|[^\]\\\n])*\]|[^/\\\n[])+\/\w*/y,
  word: /[\w$\u0080-\uffff]+/y,
  template: /(?:\\[^]|\$(?!\{)|[^\\`$])+/y,
};

// The constructs that are open at the end of a text, the innermost last, and the end of its last token.
function openAtEnd(code) {
  const open = [];
  let at = 0;
  let end = 0;
  let previous = '';
  const take = (kind) => {
    TOKEN[kind].lastIndex = at;
    const found = TOKEN[kind].exec(code)?.[0];
    if (found) at += found.length;
    return found;
  };
  while (at < code.length) {
    const start = at;
    if (open.at(-1)?.mark === '`') {
      if (code[at] === '`') {
        open.pop();
        previous = code[at++];
      } else if (code.startsWith('${', at)) {
        open.push({ mark: '${', at });
        at += 2;
        previous = '{';
      } else if (!take('template')) {
        at++;
      }
      end = at;
      continue;
    }
    if (take('space') || take('comment')) continue;
    if (code.startsWith('/*', at)) {
      open.push({ mark: '/*', at });
      break;
    }
    const taken = take('string') || (BEFORE_REGEX.test(previous) && take('regex')) || take('word');
    if (!taken) {
      const mark = code[at++];
      if ('([{`'.includes(mark)) open.push({ mark, at: start });
      if (')]}'.includes(mark) && CLOSERS[open.pop()?.mark] !== mark) return { open: [], end: at };
    }
    previous = code.slice(start, at);
    end = at;
  }
  return { open, end };
}

// The innermost unclosed construct down to a line; nothing unless V8 agrees that closing them all fixes the end.
function unclosed(code, line) {
  const { open, end } = openAtEnd(code);
  if (open.length === 0) return { end };
  const closed = code + '\n' + open.map(({ mark }) => CLOSERS[mark]).reverse().join('');
  try {
    new vm.SourceTextModule(closed, { identifier: 'block' });
  } catch (error) {
    const about = openAtEnd(closed).open.length > 0 || /end of input|Unterminated/.test(error.message);
    if (about) return { end };
  }
  // Behind V8's line, the scanner may have taken the end of one template for the start of another one.
  return { end, innermost: open.filter(({ at }) => lineAndColumn(code, at).line <= line).at(-1) ?? open.at(-1) };
}

function lineAndColumn(code, at) {
  const before = code.slice(0, at).split('\n');
  return { line: before.length, column: before.at(-1).length + 1 };
}

// V8 prints `name:line`, the source line and carets below the error. At the end of input it cannot point at anything.
function place(code, printed, { name, message }) {
  const [head, source = '', carets = ''] = printed.split('\n');
  const line = Number(/^(?:block|\[stdin\]|file:.*):(\d+)$/.exec(head)?.[1]);
  if (line && source.trim() && /^\s*\^+\s*$/.test(carets)) return { code: name, message, line, column: carets.indexOf('^') + 1 };
  if (!line) return { code: name, message, line: 1, column: 1 };
  const { end, innermost } = unclosed(code, line);
  if (innermost) {
    const said = `${message}: this \`${innermost.mark}\` is never closed`;
    return { code: name, message: said, ...lineAndColumn(code, innermost.at) };
  }
  return { code: name, message, ...lineAndColumn(code, Math.max(end - 1, 0)) };
}
