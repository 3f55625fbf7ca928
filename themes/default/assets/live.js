// The preview (`docgen serve`): when this page has changed, its content is replaced in place, so the reader stays where they
// are. Errors are shown over the page as the terminal shows them, and go when they are mended.
const source = new EventSource(`/-/events?page=${encodeURIComponent(location.pathname)}`);
let hash;
let busy = Promise.resolve();
source.addEventListener('page', (event) => {
  const state = JSON.parse(event.data);
  say(state.error, state.problems);
  const changed = hash !== undefined && state.hash && state.hash !== hash;
  if (state.hash) hash = state.hash;
  if (changed) busy = busy.then(update).catch(() => location.reload());
});

async function update() {
  const answer = await fetch(location.href, { cache: 'no-store' });
  const next = new DOMParser().parseFromString(await answer.text(), 'text/html');
  const assets = (page) => [...page.querySelectorAll('link[rel=stylesheet], script[src]')].map((it) => it.getAttribute('href') ?? it.getAttribute('src')).join();
  const frame = (page) => ['.brand', 'footer.bottom'].map((part) => page.querySelector(part)?.innerHTML).join();
  const pairs = ['docgen-main', 'docgen-site-nav'].map((id) => [document.getElementById(id), next.getElementById(id)]);
  // A page with another frame, style or script, or of a theme without these ids, is loaded again.
  if (!pairs[0].every(Boolean) || Boolean(pairs[1][0]) !== Boolean(pairs[1][1]) || assets(document) !== assets(next) || frame(document) !== frame(next)) {
    location.reload();
    return;
  }
  const folds = () => [...document.querySelectorAll('#docgen-main details')];
  const open = folds().map((fold) => fold.open);
  const { scrollX, scrollY } = window;
  document.title = next.title;
  for (const [here, there] of pairs) here?.replaceChildren(...there.childNodes);
  const now = folds();
  if (now.length === open.length) now.forEach((fold, at) => (fold.open = open[at]));
  document.dispatchEvent(new Event('docgen:update'));
  scrollTo(scrollX, scrollY);
  document.documentElement.dataset.updates = Number(document.documentElement.dataset.updates ?? 0) + 1;
}

// An error of the build covers the page; problems of this page stand in a bar that unfolds.
function say(error, problems) {
  document.getElementById('docgen-problems')?.remove();
  if (!error && !problems) return;
  const box = document.createElement(error ? 'section' : 'details');
  box.id = 'docgen-problems';
  box.setAttribute('role', 'alert');
  box.style.cssText =
    'position:fixed;inset:auto 0 0 0;z-index:99;margin:0;padding:.8rem 1.2rem;max-height:80vh;overflow:auto;background:#2b1416;color:#fff;font:14px/1.5 system-ui,sans-serif;border-top:3px solid #e5484d';
  const title = document.createElement(error ? 'strong' : 'summary');
  title.textContent = error ? 'The site cannot be built. This is the last version that could.' : 'This page has errors';
  const text = document.createElement('pre');
  text.style.cssText = 'margin:.6rem 0 0;white-space:pre-wrap;background:none;color:inherit;font:13px/1.5 ui-monospace,monospace';
  text.textContent = error || problems;
  box.append(title, text);
  document.body.append(box);
}
