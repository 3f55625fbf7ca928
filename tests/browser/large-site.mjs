// Writes a large site of generated Markdown, the same in every run: words by Zipf's law, five sections and five code
// blocks per page. Usage: node large-site.mjs FOLDER PAGES
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

let state = 20_011;
/** Returns a number in 0..1 from the mulberry32 generator, the same on all machines. */
function random() {
  state = (state + 0x6d2b79f5) | 0;
  let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
  mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
  return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
}
const pick = (list) => list[Math.floor(random() * list.length)];

const STARTS = 'b br c ch cr d dr f fl g gr h j k l m n p pl pr qu r s sh sp st t tr v w z'.split(' ');
const MIDDLES = 'a e i o u ai ea oo ou'.split(' ');
const ENDS = 'ck d ft g l ll m mp n nd nt p r rt s ss st t th x'.split(' ');
const syllable = () => pick(STARTS) + pick(MIDDLES) + (random() < 0.5 ? pick(ENDS) : '');
const WORDS = [...new Set(Array.from({ length: 6_000 }, () => syllable() + (random() < 0.8 ? syllable() : '')))];
/** Chooses a word. Its frequency is its rank to the power of -1. */
const word = () => WORDS[Math.floor(WORDS.length ** random()) - 1] ?? WORDS[0];
const words = (count) => Array.from({ length: count }, word).join(' ');
const rare = () => pick(WORDS);
/** Words of subjects. Each folder has a subject: half the words of its headings and identifiers occur only there. */
const SUBJECTS = WORDS.slice(60, 2060);
let folderWords = [];
const subject = () => (random() < 0.5 ? pick(folderWords) : SUBJECTS[Math.floor(SUBJECTS.length * random() ** 2)]);
const title = (count) => Array.from({ length: count }, subject).join(' ').replace(/^./, (letter) => letter.toUpperCase());

function code(number) {
  const name = `${subject()}_${rare()}`;
  return number % 2 === 0
    ? `\`\`\`python\ndef ${name}(${rare()}, ${rare()}):\n    return ${rare()}(${rare()}=${number})\n\`\`\``
    : `\`\`\`javascript\nexport function ${rare()}${title(1)}(${rare()}) {\n  return ${rare()}.${rare()}(${number});\n}\n\`\`\``;
}

function page() {
  const sections = Array.from({ length: 5 }, (_, number) => {
    const paragraphs = Array.from({ length: 3 }, () => `${words(12)}. ${words(20)}, ${words(15)}. ${words(14)}.`);
    return `## ${title(2 + Math.floor(random() * 3))}\n\n${paragraphs.join('\n\n')}\n\n${code(number)}\n`;
  });
  const front = `---\ntags: [${pick(WORDS.slice(0, 40))}, ${pick(WORDS.slice(40, 80))}]\n---\n`;
  return `${front}# ${title(3)}\n\n${words(30)}.\n\n${sections.join('\n')}`;
}

const [folder, count] = process.argv.slice(2);
const FOLDERS = 20;
for (let number = 0; number < Number(count); number += 1) {
  const topic = number % FOLDERS;
  folderWords = SUBJECTS.slice(topic * 100, topic * 100 + 100);
  const section = join(folder, 'content', WORDS[2100 + topic]);
  mkdirSync(section, { recursive: true });
  writeFileSync(join(section, `${subject()}-${number}.md`), page());
}
writeFileSync(join(folder, 'book.toml'), '[book]\ntitle = "A large site"\n');
