// Live reload under `docgen serve`: when the site has changed, load it again; the browser keeps the scroll position.
const events = new EventSource('/-/events');
let version;
events.addEventListener('version', (event) => {
  if (version !== undefined && version !== event.data) location.reload();
  version = event.data;
});
