// The other half of src/search/: loads shards of the index on demand and ranks; search-dialog.js shows the hits. No wasm,
// no fetch: the index is scripts, so that it works from file:// and under a strict content policy.
(() => {
  const root = document.documentElement.dataset.root;

  // -- terms: src/search/tokenize.rs, step by step --
  const isCjk = (c) => /[\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af\uf900-\ufaff]/.test(c);
  const isWord = (c) => c !== undefined && /[\p{Alphabetic}\p{N}_]/u.test(c) && !isCjk(c);
  const isUpper = (c) => c !== undefined && /\p{Uppercase}/u.test(c);
  const isLower = (c) => c !== undefined && /\p{Lowercase}/u.test(c);
  const isNumeric = (c) => c !== undefined && /\p{N}/u.test(c);

  function joint(text, at) {
    if ('.-/\'’'.includes(text[at]) && isWord(text[at + 1])) return 1;
    if (text[at] === ':' && text[at + 1] === ':' && isWord(text[at + 2])) return 2;
    return 0;
  }

  function pieces(word) {
    const out = [];
    let piece = '';
    const text = [...word];
    text.forEach((character, at) => {
      if (character === '_') {
        if (piece) out.push(piece);
        piece = '';
        return;
      }
      const before = text[at - 1];
      const starts =
        isUpper(character) &&
        (isLower(before) || isNumeric(before) || (isUpper(before) && isLower(text[at + 1])));
      if (starts && piece) {
        out.push(piece);
        piece = '';
      }
      piece += character;
    });
    if (piece) out.push(piece);
    return out;
  }

  const trimUnderscores = (text) => text.replace(/^_+|_+$/g, '');
  const cut = (term) => [...term.toLowerCase()].slice(0, 40).join('');
  const SIGNS = '!#$%&*+-./:<=>?@^|~';
  const NO_OPERATORS = ['--', '---', '...', '://', '//', '///', '##', './', '../'];

  function terms(text) {
    const characters = [...text];
    const out = [];
    let at = 0;
    while (at < characters.length) {
      if (isCjk(characters[at])) {
        let end = at;
        while (end < characters.length && isCjk(characters[end])) end += 1;
        if (end - at === 1) out.push(characters[at]);
        for (let pair = at; pair + 1 < end; pair += 1) out.push(characters[pair] + characters[pair + 1]);
        at = end;
      } else if (isWord(characters[at])) {
        at = compound(characters, at, out);
      } else {
        at = signs(characters, at, out);
      }
    }
    return out;
  }

  function signs(characters, start, out) {
    let end = start;
    while (end < characters.length && SIGNS.includes(characters[end])) end += 1;
    const run = characters.slice(start, end).join('');
    if (isWord(characters[end]) && !isWord(characters[start - 1]) && (run === '-' || run === '--')) {
      let last = end;
      while (last - end < 40 && (isWord(characters[last]) || characters[last] === '-')) last += 1;
      out.push(run + characters.slice(end, last).join('').toLowerCase());
    } else if (run.length >= 2 && run.length <= 3 && !NO_OPERATORS.includes(run)) {
      out.push(run);
    }
    return Math.max(end, start + 1);
  }

  function compound(characters, start, out) {
    const parts = [];
    let whole = '';
    let at = start;
    for (;;) {
      const from = at;
      while (isWord(characters[at])) at += 1;
      const part = characters.slice(from, at).join('');
      whole += part;
      parts.push(part);
      const length = at < characters.length ? joint(characters, at) : 0;
      if (length === 0) break;
      whole += characters.slice(at, at + length).join('');
      at += length;
    }
    for (const suffix of ['++', '#']) {
      if (characters.slice(at, at + suffix.length).join('') === suffix && !isWord(characters[at + suffix.length])) {
        out.push(cut(parts.at(-1) + suffix));
        at += suffix.length;
        break;
      }
    }
    if (parts.length > 1 && !/['’/]/.test(whole)) out.push(cut(whole));
    for (const part of parts) {
      const split = pieces(part);
      const trimmed = trimUnderscores(part);
      if (trimmed) out.push(cut(trimmed));
      if (split.length > 1) out.push(...split.map(cut));
    }
    return at;
  }

  // -- forms of one English word: plural and verb endings, nothing more --
  function stem(word) {
    if (!/^[a-z]{4,}$/.test(word)) return word;
    if (/..ies$/.test(word)) return `${word.slice(0, -3)}y`;
    let found = word;
    if (/sses$/.test(word)) found = word.slice(0, -2);
    else if (/...s$/.test(word) && !/(ss|us|is)$/.test(word)) found = word.slice(0, /[xhoz]es$/.test(word) ? -2 : -1);
    // What an ending leaves is a word: `tested`, not `need`; `running`, not `string`.
    const [, rest] = found.match(/^(.*[aeiouy].*?)(?:ing|(?<!e)ed)$/) ?? [];
    if (rest?.length >= 3) {
      const last = rest.at(-1);
      const doubled = rest.length > 3 && rest.at(-2) === last && !'lsz'.includes(last);
      return (doubled ? rest.slice(0, -1) : rest).replace(/e+$/, '');
    }
    return found.length > 3 ? found.replace(/e+$/, '') : found;
  }

  // -- the index --
  const waiting = new Map();
  const loaded = new Map();
  window.docgenSearch = (kind, number, data) => {
    const name = `${kind}-${number}`;
    loaded.set(name, data);
    waiting.get(name)?.(data);
  };
  function load(kind, number) {
    const name = `${kind}-${number}`;
    if (loaded.has(name)) return Promise.resolve(loaded.get(name));
    return new Promise((resolve, reject) => {
      const others = waiting.get(name);
      waiting.set(name, (data) => {
        others?.(data);
        resolve(data);
      });
      if (others) return;
      const script = document.createElement('script');
      // The manifest names its index's version, so that files of two indexes are never mixed.
      script.src = `${root}docgen/search/${name}.js?v=${loaded.get('manifest-0')?.version}`;
      script.onerror = () => {
        waiting.delete(name);
        reject(new Error(`cannot load ${script.src}`));
      };
      document.head.append(script);
    });
  }

  // src/search/pack.rs, the other way round.
  function digit(code) {
    return code > 92 ? code - 36 : code - 35;
  }
  // Calls back with each number of a text from `at` on; where `paired`, with the single sign behind each too.
  function unpack(text, paired, call) {
    let value = 0;
    let factor = 1;
    for (let at = 0; at < text.length; at += 1) {
      const read = digit(text.charCodeAt(at));
      if (read >= 45) {
        value += (read - 45) * factor;
        factor *= 45;
      } else {
        value += read * factor;
        if (paired) at += 1;
        call(value, paired ? digit(text.charCodeAt(at)) : 0);
        value = 0;
        factor = 1;
      }
    }
  }
  function rising(text) {
    const out = [];
    let last = 0;
    unpack(text, false, (delta) => out.push((last += delta)));
    return out;
  }

  // Words that say nearly nothing, and what a step of weight stands for: the manifest says.
  const WEAK = new Set();
  let scale;
  let ready;
  function manifest() {
    ready ??= load('manifest', 0).then((data) => {
      const firsts = [];
      let section = 0;
      unpack(data.sizes, false, (size) => {
        firsts.push(section);
        section += size;
      });
      data.weak.forEach((word) => WEAK.add(word));
      scale = data.scale;
      return { ...data, firsts, blocks: rising(data.blocks) };
    });
    return ready;
  }

  // The last position whose value is not above the wanted one.
  function floor(list, wanted) {
    let low = 0;
    let high = list.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (list[middle] <= wanted) low = middle + 1;
      else high = middle;
    }
    return low - 1;
  }

  // Terms are ordered by code point, as Rust orders UTF-8; JavaScript compares UTF-16, where surrogates come too early.
  const rank16 = (unit) => (unit >= 0xe000 ? unit - 0x800 : unit >= 0xd800 ? unit + 0x2000 : unit);
  function isAbove(one, other) {
    let at = 0;
    while (at < one.length && one[at] === other[at]) at += 1;
    if (at === one.length || at === other.length) return one.length > other.length;
    return rank16(one.charCodeAt(at)) > rank16(other.charCodeAt(at));
  }
  // The number of the shard that a term is in.
  async function shardOf(term) {
    const { terms } = await manifest();
    let number = terms.length - 1;
    while (number > 0 && isAbove(terms[number], term)) number -= 1;
    return number;
  }
  const shards = new Map();
  async function shard(number) {
    if (number < 0) return new Map();
    const text = await load('terms', number);
    if (!shards.has(number)) {
      const fields = text.split(' ');
      const found = new Map();
      for (let at = 0; at < fields.length; at += 3) found.set(fields[at], [fields[at + 1], fields[at + 2]]);
      shards.set(number, found);
    }
    return shards.get(number);
  }

  // Calls back with the weight of a term in each of its sections, and with the code blocks that show it.
  function read([sections, snippets], section, snippet) {
    let last = 0;
    unpack(sections, true, (delta, level) => section((last += delta), Math.exp(level * scale) - 1));
    rising(snippets).forEach(snippet);
  }

  // -- ranking: the factors below were chosen by `cargo xtask search-quality` --
  function near(one, other) {
    if (Math.abs(one.length - other.length) > 1) return false;
    let at = 0;
    while (at < one.length && one[at] === other[at]) at += 1;
    const swap = one[at] === other[at + 1] && one[at + 1] === other[at] && one.slice(at + 2) === other.slice(at + 2);
    return (
      swap ||
      one.slice(at + 1) === other.slice(at + 1) ||
      one.slice(at) === other.slice(at + 1) ||
      one.slice(at + 1) === other.slice(at)
    );
  }

  // What a term of the query may be called in the index: the term itself, its forms, what it is the beginning of, and
  // for words that nobody knows, from five letters on, what is one slip away. Each with a factor.
  async function alternatives(term, unfinished) {
    const { terms } = await manifest();
    const own = await shardOf(term);
    const stemmed = stem(term);
    const begins = (unfinished && term.length >= 2) || ([...term].length === 1 && isCjk(term));
    const numbers = [own];
    // What the word is the beginning of may go on in the next shard.
    if (begins && terms[own + 1]?.startsWith(term)) numbers.push(own + 1);
    const found = [];
    for (const data of await Promise.all(numbers.map(shard))) {
      for (const [known, postings] of data) {
        if (known === term) found.push([postings, 1]);
        else if (known[0] === term[0] && stem(known) === stemmed) found.push([postings, 0.9]);
        else if (begins && known.startsWith(term)) found.push([postings, (0.6 * term.length) / known.length]);
      }
    }
    if (found.length > 0 || term.length < 3) return found;
    // A slip leaves the first letter alone, or swaps it with the second; a few shards around are enough.
    const from = await shardOf(term[0]);
    const to = await shardOf(`${term[0]}\u{10ffff}`);
    const around = Array.from({ length: to - from + 1 }, (_, at) => from + at).sort((a, b) => Math.abs(a - own) - Math.abs(b - own));
    const others = new Set([...around.slice(0, 4), await shardOf(term[1] + term[0] + term.slice(2))]);
    for (const data of await Promise.all([...others].map(shard))) {
      for (const [known, postings] of data) {
        if (term.length >= 5 && near(known, term)) found.push([postings, 0.5]);
        else if (known.startsWith(term)) found.push([postings, (0.5 * term.length) / known.length]);
      }
    }
    return found;
  }

  // A word of the query: its score in each section, and the code blocks that show it.
  async function weigh(word, unfinished) {
    const all = [...new Set(terms(word))];
    const leaves = /[+#]$/.test(all[0] ?? '') ? [] : all.filter((term) => !all.some((other) => other !== term && term.includes(other)));
    const wholes = all.filter((term) => !leaves.includes(term));
    const scores = new Map();
    const snippets = new Set();
    const add = async (term, factor, sum) => {
      const own = new Map();
      for (const [packed, share] of await alternatives(term, unfinished)) {
        read(
          packed,
          (section, weight) => own.set(section, Math.max(own.get(section) ?? 0, weight * share * factor)),
          (snippet) => wholes.length === 0 || !sum ? snippets.add(snippet) : 0,
        );
      }
      for (const [section, score] of own) {
        const before = scores.get(section) ?? 0;
        scores.set(section, sum ? before + score : Math.max(before, score));
      }
    };
    for (const leaf of leaves) await add(leaf, 1 / leaves.length, true);
    for (const whole of wholes) await add(whole, 1, false);
    // What is written like this is a name in code: `a_b`, `a.b`, `aB`, `--flag`, `..=`.
    const isName = leaves.length === 0 || /[_.:]|\p{Ll}\p{Lu}|^-/u.test(word);
    return { scores, snippets, weak: WEAK.has(word.toLowerCase()), leaves, isName };
  }

  async function rank(query, allowed) {
    const { firsts } = await manifest();
    const texts = query.trim().split(/\s+/).filter(Boolean);
    const words = await Promise.all(texts.map((text, at) => weigh(text, at === texts.length - 1 && !/\s$/.test(query))));
    const strong = words.filter((word) => !word.weak);
    const counted = strong.length > 0 ? strong : words;
    // What each word can say at most: a rare one more than a common one.
    const heights = counted.map(({ scores }) => {
      let highest = 0;
      for (const score of scores.values()) highest = Math.max(highest, score);
      return highest;
    });
    const most = heights.reduce((sum, height) => sum + height, 0) || 1;
    const sections = new Map();
    const pages = new Map();
    counted.forEach(({ scores }, at) => {
      for (const [section, score] of scores) {
        const page = floor(firsts, section);
        if (allowed && !allowed.has(page)) continue;
        const entry = sections.get(section) ?? { page, score: 0, matched: 0, words: [] };
        entry.score += score;
        entry.matched += heights[at];
        entry.words.push(at);
        sections.set(section, entry);
        const best = pages.get(page) ?? [];
        best[at] = Math.max(best[at] ?? 0, score);
        pages.set(page, best);
      }
    });
    for (const { scores } of words.filter((word) => word.weak && !counted.includes(word))) {
      for (const [section, score] of scores) if (sections.has(section)) sections.get(section).score += score * 0.05;
    }
    const ranked = [...sections].map(([section, { page, score, matched, words: own }]) => {
      // What the page says elsewhere counts a little.
      let elsewhere = 0;
      let there = matched;
      pages.get(page).forEach((best, at) => {
        if (own.includes(at)) return;
        elsewhere += best;
        there += heights[at] * 0.4;
      });
      const covered = there / most;
      return { section, page, score: (score + elsewhere * 0.3) * (0.45 + 0.55 * covered ** 2) };
    });
    ranked.sort((a, b) => b.score - a.score || a.section - b.section);
    return { ranked, words: counted };
  }

  // -- records --
  const slug = (heading) =>
    [...heading.trim().toLowerCase()]
      .map((sign) => (/[\s]/.test(sign) ? '-' : /[-\p{Alphabetic}\p{N}_]/u.test(sign) ? sign : ''))
      .join('');

  // A block of page records as src/search/shard.rs writes it, its code blocks numbered through the whole site.
  const parsed = new Map();
  async function pages(block) {
    const text = await load('pages', block);
    if (!parsed.has(block)) {
      const { kinds } = await manifest();
      const [first, ...records] = text.split('\n\n');
      let id = Number(first);
      const found = records.map((lines) => {
        const [head, ...rest] = lines.split('\n');
        const [url, title] = head.split('\t');
        let number = 0;
        const sections = rest.map((line, at) => {
          const [heading, packed = '', anchor = '', excerpt = ''] = line.split('\t');
          const snippets = [];
          unpack(packed, false, (kind) => snippets.push({ id: id++, number: (number += 1), kind: kinds[kind] }));
          const name = heading.trim() || (at === 0 ? title : '');
          return { url, title, heading: name, anchor: at === 0 ? '' : anchor || slug(name), excerpt, snippets };
        });
        return sections;
      });
      parsed.set(block, found);
    }
    return parsed.get(block);
  }

  async function record(section) {
    const { firsts, blocks } = await manifest();
    const page = floor(firsts, section);
    const block = floor(blocks, page);
    return (await pages(block))[page - blocks[block]][section - firsts[page]];
  }

  // How much a heading is what was asked for, 0 to 1.
  function likeness(heading, words) {
    const own = new Set(terms(heading).filter((term) => !WEAK.has(term)).map(stem));
    const asked = new Set(words.flatMap(({ leaves }) => leaves).map(stem));
    if (own.size === 0 || asked.size === 0) return 0;
    const last = [...asked].at(-1);
    const both = [...asked].filter((term) => own.has(term) || (term === last && [...own].some((known) => known.startsWith(term)))).length;
    return (2 * both) / (own.size + asked.size);
  }

  // The code block that shows all words of the query, where the heading is about something else; a proven one first.
  function shown(snippets, words) {
    const candidates = snippets.filter(({ id }) => words.every((word) => word.snippets.has(id)));
    const proven = candidates.find(({ kind }) => ['good', 'fair'].includes(kind[1]));
    return proven ?? candidates[0];
  }

  // -- facets --
  async function values([name, title, files]) {
    const rows = (await Promise.all(files.map((number) => load('facets', number)))).flat();
    return { name, title, values: rows.filter(([facet]) => facet === name).map((row) => row.slice(1)) };
  }
  async function facets() {
    const found = await Promise.all((await manifest()).facets.map(values));
    return found.map((facet) => ({
      ...facet,
      values: facet.values.map(([slug, title, pages]) => [slug, title, rising(pages).length]),
    }));
  }
  // The pages that have one of the chosen values of every facet of which some are chosen.
  async function having(chosen) {
    const { facets, firsts } = await manifest();
    let allowed = new Set(firsts.keys());
    for (const facet of facets.filter(([name]) => chosen.has(name))) {
      const wanted = (await values(facet)).values.filter(([slug]) => chosen.get(facet[0]).has(slug));
      const pages = new Set(wanted.flatMap(([, , packed]) => rising(packed)));
      allowed = new Set([...allowed].filter((page) => pages.has(page)));
    }
    return allowed;
  }

  async function hit({ section, score }, words) {
    const { url, anchor, title, heading, excerpt, snippets } = await record(section);
    const like = likeness(heading, words);
    // Names lead to the code that shows them, sentences to what is said.
    const named = words.length === 1 || words.some(({ isName }) => isName);
    const snippet = named && like < 0.99 ? shown(snippets, words) : undefined;
    const place = anchor ? `${url}#${encodeURIComponent(anchor)}` : url;
    return {
      url: snippet ? `${url}#snippet-${snippet.number}` : place,
      section: place,
      title,
      heading,
      excerpt,
      snippet: snippet?.kind,
      score: score * (1 + 0.6 * like ** 2 + (like > 0.99 ? 0.6 : 0)),
    };
  }

  // The best hits, and how many there are. Without a query, all allowed pages in their order.
  async function search(query, { count = 10, allowed } = {}) {
    const { firsts } = await manifest();
    const all = () => [...(allowed ?? firsts.keys())].map((page) => ({ section: firsts[page], score: 0 }));
    const { ranked, words } = query.trim() ? await rank(query, allowed) : { ranked: all(), words: [] };
    const hits = await Promise.all(ranked.slice(0, count).map((found) => hit(found, words)));
    hits.sort((a, b) => b.score - a.score);
    return { hits, total: ranked.length };
  }

  window.docgenTerms = terms;
  window.docgenStem = stem;
  window.docgenQuery = search;
  window.docgenFacets = facets;
  window.docgenFacetNames = async () => (await manifest()).facets.map(([name]) => name);
  window.docgenPages = having;
  window.docgenStrong = (query) => query.split(/\s+/).filter((word) => word && !WEAK.has(word.toLowerCase()));
})();
