// Before the first paint: the theme that the reader chose, if they chose one.
(() => {
  try {
    const chosen = localStorage.getItem('docgen-theme');
    if (chosen === 'light' || chosen === 'dark') document.documentElement.dataset.theme = chosen;
  } catch {
    // Storage may be forbidden; the system's theme serves.
  }
})();
