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

  async function update() {
    const query = input.value;
    const mine = (turn += 1);
    remember(query.trim());
    if (!query.trim() && chosen.size === 0) {
      status.textContent = '';
      more.hidden = true;
      return show([], []);
    }
    try {
      const allowed = chosen.size > 0 ? await window.docgenPages(chosen) : undefined;
      const { hits, total } = await window.docgenQuery(query, { count, allowed });
      if (mine !== turn) return;
      show(hits, window.docgenStrong(query));
      more.hidden = hits.length >= total;
      const what = query.trim() ? 'hit' : 'page';
      status.textContent =
        total === 0
          ? `Nothing found${query.trim() ? ` for “${query.trim()}”` : ''}${chosen.size > 0 ? ' with these filters' : ''}`
          : `${hits.length < total ? `${hits.length} of ` : ''}${total} ${what}${total === 1 ? '' : 's'}`;
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

  // -- the address: `?q=fence&tag=ci&tag=output` --
  const given = new URLSearchParams(location.search);
  function address(parameters) {
    const query = parameters.toString();
    try {
      history.replaceState(history.state, '', `${location.pathname}${query ? `?${query}` : ''}${location.hash}`);
    } catch {
      // Some browsers keep the address of a file as it is.
    }
  }
  function remember(query) {
    if (!dialog.open) return;
    if (!query && chosen.size === 0) return address(new URLSearchParams());
    const parameters = new URLSearchParams({ q: query });
    for (const [name, values] of chosen) for (const value of values) parameters.append(name, value);
    address(parameters);
  }
  function recall() {
    if (!given.has('q')) return;
    input.value ||= given.get('q');
    for (const [name, value] of given) {
      if (name !== 'q') chosen.set(name, (chosen.get(name) ?? new Set()).add(value));
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
    else return;
    event.preventDefault();
  });
  // Enter may come before the hits do.
  async function follow() {
    await update();
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
    if (link && link.pathname === location.pathname) dialog.close();
  });
  dialog.addEventListener('close', () => given.size > 0 && !given.has('q') ? null : address(new URLSearchParams()));
  dialog.dataset.ready = '';
  recall();
  if ('entered' in input.dataset) follow();
  else update();
})();
