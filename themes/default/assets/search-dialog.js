// The search dialog: shows what search.js finds, filters it, and keeps the state in the address. Hits are built as nodes,
// never from HTML.
(() => {
  const root = document.documentElement.dataset.root;
  const dialog = document.getElementById('docgen-search');
  const input = document.getElementById('docgen-search-input');
  const list = document.getElementById('docgen-search-results');
  const status = document.getElementById('docgen-search-status');
  const filters = document.getElementById('docgen-search-filters');
  const more = document.getElementById('docgen-search-more');
  const PAGE = 10;
  let turn = 0;
  let active = -1;
  let count = PAGE;
  // What is chosen: a set of values for each facet that has one.
  const chosen = new Map();

  const node = (name, className, ...children) => {
    const made = document.createElement(name);
    if (className) made.className = className;
    made.append(...children);
    return made;
  };

  // -- hits --
  function marked(text, words) {
    const fragment = document.createDocumentFragment();
    const pattern = words.map((found) => found.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')).join('|');
    if (!pattern) {
      fragment.append(text);
      return fragment;
    }
    text.split(new RegExp(`(${pattern})`, 'giu')).forEach((part, number) => {
      fragment.append(number % 2 === 0 ? part : node('mark', '', part));
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

  function item(hit, number, words) {
    const link = node('a', '', node('strong', '', marked(hit.heading, words)), ' ');
    link.id = `docgen-hit-${number}`;
    link.setAttribute('role', 'option');
    link.setAttribute('aria-selected', 'false');
    link.href = root + hit.url;
    link.tabIndex = -1;
    if (hit.title !== hit.heading) link.append(node('small', '', hit.title));
    if (hit.snippet) {
      const [language, kind, icon, name] = hit.snippet;
      const line = node('span', 'shows', `Code: ${language || 'text'}`);
      if (kind) line.append(' · ', node('span', `badge ${kind}`, `${icon} ${name}`));
      link.append(line);
    } else if (hit.excerpt) {
      const more = /[.!?:]$/.test(hit.excerpt) ? '' : ' …';
      link.append(node('span', '', marked(hit.excerpt + more, words)));
    }
    const entry = node('li', '', link);
    entry.setAttribute('role', 'presentation');
    return entry;
  }

  function show(hits, words) {
    const before = active;
    list.replaceChildren(...hits.map((hit, number) => item(hit, number, words)));
    input.setAttribute('aria-expanded', String(hits.length > 0));
    active = -1;
    choose(count > PAGE ? Math.max(before, 0) : 0);
  }

  // What the list shows: its query and filters.
  let shown;
  const wanted = () => JSON.stringify([input.value, [...chosen].map(([name, values]) => [name, ...values])]);

  async function update() {
    const query = input.value;
    const mine = (turn += 1);
    const what = wanted();
    remember(query.trim());
    if (!query.trim() && chosen.size === 0) {
      status.textContent = '';
      more.hidden = true;
      shown = what;
      return show([], []);
    }
    try {
      const allowed = chosen.size > 0 ? await window.docgenPages(chosen) : undefined;
      const { hits, total } = await window.docgenQuery(query, { count, allowed });
      if (mine !== turn) return;
      show(hits, window.docgenStrong(query));
      shown = what;
      more.hidden = hits.length >= total;
      const noun = query.trim() ? 'hit' : 'page';
      status.textContent =
        total === 0
          ? `Nothing found${query.trim() ? ` for “${query.trim()}”` : ''}${chosen.size > 0 ? ' with these filters' : ''}`
          : `${hits.length < total ? `${hits.length} of ` : ''}${total} ${noun}${total === 1 ? '' : 's'}`;
    } catch (error) {
      status.textContent = `The search index cannot be loaded: ${error.message}`;
    }
  }

  // -- filters --
  function fieldset({ name, title, values }) {
    const set = node('fieldset', '', node('legend', '', title));
    for (const [slug, label, pages] of values) {
      const box = document.createElement('input');
      box.type = 'checkbox';
      box.name = name;
      box.value = slug;
      box.checked = chosen.get(name)?.has(slug) ?? false;
      set.append(node('label', '', box, ` ${label} `, node('small', '', String(pages))));
    }
    return set;
  }
  async function fill() {
    const place = filters.querySelector('div');
    if (place.childElementCount > 0) return;
    try {
      place.replaceChildren(...(await window.docgenFacets()).map(fieldset));
      const clear = node('button', '', 'Clear filters');
      clear.type = 'button';
      clear.addEventListener('click', () => {
        chosen.clear();
        for (const box of place.querySelectorAll('input')) box.checked = false;
        summarise();
        update();
      });
      place.append(clear);
    } catch (error) {
      status.textContent = `The filters cannot be loaded: ${error.message}`;
    }
  }
  function summarise() {
    const names = [...chosen.values()].reduce((sum, values) => sum + values.size, 0);
    filters.querySelector('summary').textContent = names > 0 ? `Filters (${names})` : 'Filters';
  }
  filters.addEventListener('toggle', () => filters.open && fill());
  filters.addEventListener('change', ({ target }) => {
    const values = chosen.get(target.name) ?? new Set();
    target.checked ? values.add(target.value) : values.delete(target.value);
    values.size > 0 ? chosen.set(target.name, values) : chosen.delete(target.name);
    count = PAGE;
    summarise();
    update();
  });

  // -- the address: `?q=fence&tag=ci&tag=output`; what else stands there stays --
  const given = new URLSearchParams(location.search);
  let foreign = [];
  function address(parameters) {
    const all = new URLSearchParams([...parameters, ...foreign]).toString();
    try {
      history.replaceState(history.state, '', `${location.pathname}${all ? `?${all}` : ''}${location.hash}`);
    } catch {
      // Some browsers keep the address of a file as it is.
    }
  }
  function remember(query) {
    if (!dialog.open) return;
    const filters = [...chosen].flatMap(([name, values]) => [...values].map((value) => [name, value]));
    address(query || filters.length > 0 ? [['q', query], ...filters] : []);
  }
  async function recall() {
    const names = await window.docgenFacetNames();
    foreign = [...given].filter(([name]) => name !== 'q' && !(given.has('q') && names.includes(name)));
    if (!given.has('q')) return;
    input.value ||= given.get('q');
    if (![...given.keys()].some((name) => names.includes(name))) return;
    for (const { name, values } of await window.docgenFacets()) {
      // What the site does not know (any more) is no filter.
      const known = given.getAll(name).filter((value) => values.some(([slug]) => slug === value));
      if (known.length > 0) chosen.set(name, new Set(known));
    }
    summarise();
    if (chosen.size > 0) filters.open = true;
  }

  input.addEventListener('input', () => {
    count = PAGE;
    update();
  });
  input.addEventListener('keydown', (event) => {
    if (event.key === 'ArrowDown') choose(active + 1);
    else if (event.key === 'ArrowUp') choose(active - 1);
    else if (event.key === 'Enter') follow();
    else if (event.key === 'Escape') dialog.close();
    else return;
    event.preventDefault();
  });
  // Enter may come before the hits do.
  async function follow() {
    if (shown !== wanted()) await update();
    list.querySelectorAll('a')[Math.max(active, 0)]?.click();
  }
  more.addEventListener('click', () => {
    count += PAGE;
    update();
    input.focus();
  });
  list.addEventListener('click', (event) => {
    const link = event.target.closest('a');
    // Another page is left with its search open, so that the way back leads to it.
    if (!link || link.pathname !== location.pathname || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    dialog.close();
    address([]);
    if (link.hash) location.hash = link.hash;
    else scrollTo(0, 0);
  });
  dialog.addEventListener('close', () => address([]));
  recall()
    .catch((error) => (status.textContent = `The search index cannot be loaded: ${error.message}`))
    .then(() => {
      dialog.dataset.ready = '';
      return 'entered' in input.dataset ? follow() : update();
    });
})();
