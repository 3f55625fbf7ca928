// What makes a page nicer with JavaScript: theme switch, copy and wrap buttons, the present section, the search dialog.
// Everything here is optional; the page reads and navigates without it.
const root = document.documentElement;
// The element that `#...` names, if there is one.
function named(hash) {
  try {
    return document.getElementById(decodeURIComponent(hash.slice(1)));
  } catch {
    return null; // No address of ours.
  }
}

// Search: nothing is loaded before it is opened.
const dialog = document.getElementById('docgen-search');
let loading;
function loadSearch() {
  const load = (name) =>
    new Promise((resolve, reject) => {
      const script = document.createElement('script');
      // The index changes more often than pages do: the browser asks for its manifest again after a minute.
      const version = name === 'search/manifest-0' ? Math.floor(Date.now() / 60000) : root.dataset.version;
      script.src = `${root.dataset.root}docgen/${name}.js?v=${version}`;
      script.async = false; // In this order.
      script.onload = resolve;
      script.onerror = reject;
      document.head.append(script);
    });
  loading ??= Promise.all(['search', 'search/manifest-0', 'search-dialog'].map(load));
  return loading;
}
function openSearch(event) {
  if (!dialog?.showModal) return;
  event?.preventDefault();
  if (!dialog.open) dialog.showModal();
  document.getElementById('docgen-search-input').select();
  if ('ready' in dialog.dataset) document.getElementById('docgen-search-input').dispatchEvent(new Event('input'));
  loadSearch().catch(() => (location.href = `${root.dataset.root}search.html`));
}
document.querySelector('.search-open')?.addEventListener('click', openSearch);
// Enter may come before the search has loaded; search-dialog.js then follows the first hit.
document.getElementById('docgen-search-input')?.addEventListener('keydown', (event) => {
  if (event.key !== 'Enter' || 'ready' in dialog.dataset) return;
  event.preventDefault();
  event.target.dataset.entered = '';
});
// An address with a search in it: somebody shared it, or came back.
if (new URLSearchParams(location.search).has('q')) openSearch();
document.addEventListener('keydown', (event) => {
  const typing = event.target.closest?.('input, textarea, select, [contenteditable]');
  const slash = event.key === '/' && !typing && !event.ctrlKey && !event.metaKey && !event.altKey;
  const command = event.key.toLowerCase() === 'k' && (event.ctrlKey || event.metaKey);
  if (slash || command) openSearch(event);
});
dialog?.addEventListener('click', (event) => {
  if (event.target === dialog) dialog.close();
});

// Theme: system's until the reader switches.
const toggle = document.querySelector('.theme-toggle');
if (toggle) {
  toggle.hidden = false;
  toggle.addEventListener('click', () => {
    const system = matchMedia('(prefers-color-scheme: dark)').matches ? 'dark' : 'light';
    const next = (root.dataset.theme ?? system) === 'dark' ? 'light' : 'dark';
    root.dataset.theme = next;
    try {
      localStorage.setItem('docgen-theme', next);
    } catch {
      // Not remembered, then.
    }
  });
}

// The commands of a session: what stands behind a prompt, and the lines on which it goes on.
function commands(session) {
  const found = [];
  let goesOn = false;
  for (const line of session.split('\n')) {
    const [, command] = line.match(/^(?:[\w.-]+@[\w.-]+\S*)?[$#%>] (.*)$/) ?? [];
    if (command === undefined && !goesOn) continue;
    found.push(command ?? line);
    goesOn = found.at(-1).endsWith('\\');
  }
  return found.join('\n');
}

// The navigation of a small screen: a link to the foot of the page until here, a dialog from now on.
const menu = document.querySelector('a.menu');
const nav = document.getElementById('docgen-site-nav');
const drawer = document.getElementById('docgen-menu');
if (menu && !nav) menu.hidden = true;
if (menu && nav && drawer?.showModal) {
  const home = nav.parentElement;
  menu.setAttribute('role', 'button');
  const open = (event) => {
    event.preventDefault();
    drawer.append(nav);
    drawer.showModal();
    nav.querySelector('[aria-current]')?.scrollIntoView({ block: 'center' });
  };
  menu.addEventListener('click', open);
  menu.addEventListener('keydown', (event) => event.key === ' ' && open(event));
  drawer.addEventListener('close', () => home.append(nav));
  drawer.addEventListener('click', (event) => event.target === drawer && drawer.close());
}

// Tabs: one below the other until here. A choice holds for all tabs of that name, and for the next visit.
let groups = [];
const choose = (name) => {
  for (const group of groups) {
    const tabs = [...group.querySelectorAll(':scope > .tab-list > button')];
    if (!tabs.some((tab) => tab.textContent === name)) continue;
    for (const tab of tabs) {
      const chosen = tab.textContent === name;
      tab.setAttribute('aria-selected', chosen);
      tab.tabIndex = chosen ? 0 : -1;
      document.getElementById(tab.getAttribute('aria-controls')).hidden = !chosen;
    }
  }
};

// What is done with the content of the page; again after the preview has replaced it.
let gone;
function enhance() {
  gone?.abort();
  gone = new AbortController();

  // Copy buttons: the code without prompts; output has none.
  for (const figure of document.querySelectorAll('figure.snippet:not(.output)')) {
    const code = figure.querySelector('pre code');
    const caption = figure.querySelector('figcaption');
    if (!code || !caption) continue;
    const button = document.createElement('button');
    button.type = 'button';
    button.className = 'copy';
    button.textContent = 'Copy';
    button.addEventListener('click', async () => {
      const prompts = /language-(console|shell-session)/.test(code.className);
      const shown = code.cloneNode(true);
      // Lines that are shown as taken away are no part of the code; those of a diff are.
      if (!/language-(diff|patch)/.test(code.className)) {
        for (const line of shown.querySelectorAll('del')) line.textContent = '\0';
      }
      const kept = shown.textContent.replaceAll('\0\n', '');
      const text = (prompts && commands(kept)) || kept;
      try {
        await navigator.clipboard.writeText(text);
        button.textContent = 'Copied';
      } catch {
        getSelection()?.selectAllChildren(code);
        button.textContent = 'Selected';
      }
      setTimeout(() => (button.textContent = 'Copy'), 1500);
    });
    caption.append(button);
  }

  // Long lines scroll; whoever would rather see them broken can.
  // All are measured before any is changed,
  // and in a task of their own: measuring lays out the page.
  setTimeout(() => {
    const overflowing = [...document.querySelectorAll('figure.snippet > pre')].filter((pre) => pre.scrollWidth > pre.clientWidth);
    for (const pre of overflowing) {
      const caption = pre.parentElement.querySelector('figcaption');
      if (!caption) continue;
      const button = document.createElement('button');
      button.type = 'button';
      button.className = 'wrap-toggle';
      button.textContent = 'Wrap';
      button.setAttribute('aria-pressed', 'false');
      button.addEventListener('click', () => {
        button.setAttribute('aria-pressed', String(pre.classList.toggle('wrap')));
      });
      caption.append(button);
    }
  });

  // The page as Markdown, for whoever pastes it elsewhere. A file's twin cannot be read from file://.
  const twin = document.querySelector('.sources .twin');
  if (twin && location.protocol.startsWith('http')) {
    const button = document.createElement('button');
    button.type = 'button';
    button.className = 'copy-page';
    button.textContent = 'Copy page';
    button.addEventListener('click', async () => {
      try {
        const answer = await fetch(twin.href);
        if (!answer.ok) throw new Error(answer.statusText);
        await navigator.clipboard.writeText(await answer.text());
        button.textContent = 'Copied';
      } catch {
        location.href = twin.href;
      }
      setTimeout(() => (button.textContent = 'Copy page'), 1500);
    });
    twin.after(' · ', button);
  }

  groups = [...document.querySelectorAll('.tabs')];
  groups.forEach((group, g) => {
    const panels = [...group.querySelectorAll(':scope > .tab[data-tab]')];
    if (panels.length < 2) return group.classList.add('ready');
    const list = document.createElement('div');
    list.className = 'tab-list';
    list.setAttribute('role', 'tablist');
    panels.forEach((panel, p) => {
      panel.id = `tab-${g}-${p}`;
      panel.setAttribute('role', 'tabpanel');
      panel.setAttribute('aria-labelledby', `${panel.id}-name`);
      panel.querySelector('.tab-name')?.setAttribute('hidden', '');
      const tab = document.createElement('button');
      tab.type = 'button';
      tab.id = `${panel.id}-name`;
      tab.setAttribute('role', 'tab');
      tab.setAttribute('aria-controls', panel.id);
      tab.textContent = panel.dataset.tab;
      list.append(tab);
    });
    list.addEventListener('click', (event) => {
      const tab = event.target.closest('button');
      if (!tab) return;
      choose(tab.textContent);
      try {
        localStorage.setItem('docgen-tab', tab.textContent);
      } catch {
        // Not remembered, then.
      }
    });
    list.addEventListener('keydown', (event) => {
      const forward = getComputedStyle(list).direction === 'rtl' ? -1 : 1;
      const step = { ArrowRight: forward, ArrowLeft: -forward }[event.key];
      const tabs = [...list.children];
      const next = step
        ? tabs[(tabs.indexOf(document.activeElement) + step + tabs.length) % tabs.length]
        : { Home: tabs[0], End: tabs.at(-1) }[event.key];
      if (!next) return;
      event.preventDefault();
      next.focus();
      next.click();
    });
    group.prepend(list);
    group.classList.add('ready');
    choose(panels[0].dataset.tab);
  });
  try {
    if (localStorage.getItem('docgen-tab')) choose(localStorage.getItem('docgen-tab'));
  } catch {
    // The first ones, then.
  }

  // The verification page: links choose a verdict without a script; with one, words choose rows.
  const rows = [...document.querySelectorAll('.rows tbody tr')];
  const place = document.querySelector('.row-words');
  if (place) {
    const input = document.createElement('input');
    input.type = 'search';
    input.className = 'row-filter';
    input.placeholder = 'Filter: a language, a page, a tool';
    input.setAttribute('aria-label', 'Filter the rows by their words');
    const said = document.createElement('p');
    said.setAttribute('role', 'status');
    said.className = 'row-count';
    const texts = rows.map((row) => row.textContent.toLowerCase());
    input.addEventListener('input', () => {
      const words = input.value.toLowerCase().split(/\s+/).filter(Boolean);
      let left = 0;
      rows.forEach((row, number) => {
        row.hidden = !words.every((word) => texts[number].includes(word));
        left += row.hidden ? 0 : 1;
      });
      for (const group of document.querySelectorAll('.rows')) group.hidden = !group.querySelector('tbody tr:not([hidden])');
      said.textContent = words.length > 0 ? `${left} of ${rows.length}` : '';
    });
    place.append(input, said);
  }

  // The section being read, in the page's contents.
  const entries = new Map();
  for (const link of document.querySelectorAll('.toc nav a')) {
    const heading = named(link.hash);
    if (heading) entries.set(heading, link);
  }
  if (entries.size > 0 && 'IntersectionObserver' in window) {
    const headings = [...entries.keys()];
    let present;
    const mark = () => {
      const above = headings.filter((heading) => heading.getBoundingClientRect().top < innerHeight * 0.4);
      // At the end of the page the last section is the one, however short it is.
      const atEnd = scrollY > 0 && scrollY + innerHeight >= root.scrollHeight - 2;
      const next = entries.get((atEnd ? headings : above).at(-1) ?? headings[0]);
      if (next === present) return;
      present?.removeAttribute('aria-current');
      next.setAttribute('aria-current', 'true');
      present = next;
    };
    // Called whenever a heading passes the line, by whatever way of scrolling.
    const observer = new IntersectionObserver(mark, { rootMargin: '0px 0px -60% 0px' });
    for (const heading of headings) observer.observe(heading);
    gone.signal.addEventListener('abort', () => observer.disconnect());
    addEventListener('scrollend', mark, { signal: gone.signal });
  }
}
enhance();
document.addEventListener('docgen:update', enhance);

// What an address names may stand in a tab that is not shown.
function reveal() {
  const target = named(location.hash);
  const hidden = target?.closest('.tab[hidden]');
  if (!hidden) return;
  choose(hidden.dataset.tab);
  target.scrollIntoView();
}
addEventListener('hashchange', reveal);
reveal();
