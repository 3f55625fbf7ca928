// The other half of src/search/: loads shards of the index on demand, ranks, shows hits. No wasm, no fetch: the index
// is scripts, so that it works from file:// and under a strict content policy.
(() => {
  const root = document.documentElement.dataset.root;
  const version = document.documentElement.dataset.version;

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

  function stem(word) {
    if (!/^[a-z]{4,}$/.test(word)) return word;
    const cut = (end, least) => (word.endsWith(end) && word.length - end.length >= least ? word.slice(0, -end.length) : null);
    const trimE = (text) => text.replace(/e+$/, '');
    let found = cut('ies', 2);
    if (found !== null) return found + 'y';
    found = cut('sses', 2);
    if (found !== null) return found + 'ss';
    found = cut('ing', 3) ?? cut('ed', 3);
    if (found !== null) {
      const last = found.at(-1);
      const doubled = found.length > 3 && found.at(-2) === last && !'lsz'.includes(last);
      return trimE(doubled ? found.slice(0, -1) : found);
    }
    if (/(ss|us|is)$/.test(word)) return word;
    found = cut('es', 3);
    if (found === null || !/[xhoz]$/.test(found)) found = cut('s', 3);
    if (found !== null) return trimE(found);
    return cut('e', 3) ?? word;
  }

  const trimUnderscores = (text) => text.replace(/^_+|_+$/g, '');
  const lower = (term) => [...term.toLowerCase()].slice(0, 40).join('');

  // A list of alternatives for each word of the query: what it may be called in the index, with a factor.
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
        at += 1;
      }
    }
    return out;
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
        out.push(lower(parts.at(-1) + suffix));
        at += suffix.length;
        break;
      }
    }
    if (parts.length > 1) out.push(lower(whole));
    for (const part of parts) word(part, out);
    return at;
  }

  function word(part, out) {
    const split = pieces(part);
    const trimmed = trimUnderscores(part);
    const add = (text) => {
      const plain = text.toLowerCase();
      out.push(lower(plain));
      const stemmed = stem(plain);
      if (stemmed !== plain) out.push(lower(stemmed));
    };
    if (trimmed) split.length <= 1 ? add(trimmed) : out.push(lower(trimmed));
    if (split.length > 1) split.forEach(add);
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
      script.src = `${root}docgen/search/${name}.js?v=${version}`;
      script.onerror = () => reject(new Error(`cannot load ${name}`));
      document.head.append(script);
    });
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

  // Terms are ordered by code point, as Rust orders UTF-8; JavaScript compares UTF-16, the same outside emoji.
  async function lookUp(term, prefix) {
    const manifest = await load('manifest', 0);
    const first = Math.max(0, floor(manifest.terms, term));
    const last = prefix ? Math.min(floor(manifest.terms, term + '\u{10ffff}'), first + 2) : first;
    const found = [];
    for (let shard = first; shard <= last; shard += 1) {
      if (shard >= manifest.terms.length) break;
      const data = await load('terms', shard);
      if (Object.hasOwn(data, term) && shard === first) found.push([term, data[term]]);
      if (prefix) {
        for (const known in data) if (known !== term && known.startsWith(term)) found.push([known, data[known]]);
      }
    }
    return found;
  }

  // All terms one edit away, for words that the index does not know, from five letters on.
  async function oneEdit(term) {
    if ([...term].length < 5) return [];
    const manifest = await load('manifest', 0);
    // Most slips leave the first two letters alone: the shards around them are enough.
    const first = Math.max(0, floor(manifest.terms, term.slice(0, 2)));
    const last = Math.min(Math.max(first, floor(manifest.terms, term.slice(0, 2) + '\u{10ffff}')), first + 2);
    const found = [];
    for (let shard = first; shard <= last; shard += 1) {
      const data = await load('terms', shard);
      for (const known in data) if (near(known, term)) found.push([known, data[known]]);
    }
    return found;
  }

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

  const WEAK = new Set('a an and are as at be by can do does for from how i if in is it my of on or the to use what when where which why with'.split(' '));

  // Section number to score, and how many words of the query it has.
  async function rank(query) {
    const words = query.trim().split(/\s+/).filter(Boolean);
    const scores = new Map();
    for (const [number, text] of words.entries()) {
      const own = new Map();
      const variants = [...new Set(terms(text))];
      const weight = WEAK.has(text.toLowerCase()) ? 0.05 : 1;
      const isLast = number === words.length - 1;
      let hits = 0;
      const add = (postings, factor) => {
        hits += 1;
        let section = 0;
        for (let at = 0; at < postings.length; at += 2) {
          section += postings[at];
          own.set(section, Math.max(own.get(section) ?? 0, postings[at + 1] * factor * weight));
        }
      };
      for (const [order, term] of variants.entries()) {
        const factor = order === 0 ? 1 : 0.6;
        const prefix = isLast || order === 0;
        for (const [known, postings] of await lookUp(term, prefix && [...term].length >= 2)) {
          add(postings, known === term ? factor : factor * 0.5 * (term.length / known.length));
        }
      }
      if (hits === 0 && variants.length > 0) for (const [, postings] of await oneEdit(variants[0])) add(postings, 0.4);
      for (const [section, score] of own) {
        const entry = scores.get(section) ?? { score: 0, words: 0 };
        entry.score += score;
        entry.words += weight === 1 ? 1 : 0;
        scores.set(section, entry);
      }
    }
    const strong = Math.max(1, words.filter((text) => !WEAK.has(text.toLowerCase())).length);
    return [...scores]
      .map(([section, { score, words: matched }]) => [section, score * (0.4 + 0.6 * (matched / strong) ** 2)])
      .sort((a, b) => b[1] - a[1] || a[0] - b[0]);
  }

  async function record(section) {
    const manifest = await load('manifest', 0);
    const block = floor(manifest.pages, section);
    let first = manifest.pages[block];
    for (const [url, title, sections] of await load('pages', block)) {
      if (section < first + sections.length) {
        const [anchor, heading, excerpt] = sections[section - first];
        return { url: anchor ? `${url}#${encodeURIComponent(anchor)}` : url, title, heading, excerpt };
      }
      first += sections.length;
    }
    return null;
  }

  async function search(query, count = 12) {
    const ranked = await rank(query);
    return (await Promise.all(ranked.slice(0, count).map(([section]) => record(section)))).filter(Boolean);
  }

  // -- the dialog --
  const input = document.getElementById('docgen-search-input');
  const list = document.getElementById('docgen-search-results');
  const status = document.getElementById('docgen-search-status');
  let turn = 0;
  let active = -1;

  function marked(text, words) {
    const fragment = document.createDocumentFragment();
    const pattern = words.map((found) => found.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')).join('|');
    if (!pattern) {
      fragment.append(text);
      return fragment;
    }
    text.split(new RegExp(`(${pattern})`, 'giu')).forEach((part, number) => {
      if (number % 2 === 0) return fragment.append(part);
      const mark = document.createElement('mark');
      mark.textContent = part;
      fragment.append(mark);
    });
    return fragment;
  }

  function choose(next) {
    const options = [...list.querySelectorAll('a')];
    options[active]?.setAttribute('aria-selected', 'false');
    active = options.length === 0 ? -1 : (next + options.length) % options.length;
    const option = options[active];
    if (!option) return input.removeAttribute('aria-activedescendant');
    option.setAttribute('aria-selected', 'true');
    option.scrollIntoView({ block: 'nearest' });
    input.setAttribute('aria-activedescendant', option.id);
  }

  function show(hits, words) {
    list.replaceChildren(
      ...hits.map((hit, number) => {
        const item = document.createElement('li');
        item.setAttribute('role', 'presentation');
        const link = document.createElement('a');
        link.id = `docgen-hit-${number}`;
        link.setAttribute('role', 'option');
        link.setAttribute('aria-selected', 'false');
        link.href = root + hit.url;
        link.tabIndex = -1;
        const heading = document.createElement('strong');
        heading.append(marked(hit.heading, words));
        const page = document.createElement('small');
        page.textContent = hit.title === hit.heading ? '' : hit.title;
        const excerpt = document.createElement('span');
        excerpt.append(marked(hit.excerpt, words));
        link.append(heading, ' ', page, excerpt);
        item.append(link);
        return item;
      }),
    );
    input.setAttribute('aria-expanded', String(hits.length > 0));
    active = -1;
    if (hits.length > 0) choose(0);
  }

  async function update() {
    const query = input.value.trim();
    const mine = (turn += 1);
    if (!query) {
      status.textContent = '';
      return show([], []);
    }
    try {
      const hits = await search(query);
      if (mine !== turn) return;
      show(hits, query.split(/\s+/).filter((found) => !WEAK.has(found.toLowerCase())));
      status.textContent = hits.length === 0 ? `Nothing found for “${query}”` : hits.length === 1 ? '1 hit' : `${hits.length} hits`;
    } catch (error) {
      status.textContent = `The search index cannot be loaded: ${error.message}`;
    }
  }

  input.addEventListener('input', update);
  input.addEventListener('keydown', (event) => {
    if (event.key === 'ArrowDown') choose(active + 1);
    else if (event.key === 'ArrowUp') choose(active - 1);
    else if (event.key === 'Enter') list.querySelectorAll('a')[active]?.click();
    else return;
    event.preventDefault();
  });
  list.addEventListener('click', (event) => {
    if (event.target.closest('a')) document.getElementById('docgen-search').close();
  });
  // For tests of the two halves against each other.
  window.docgenTerms = terms;
  window.docgenQuery = search;
  if (input.value) update();
})();
