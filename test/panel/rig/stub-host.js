// Runs in the page before anything else, where VS Code would: gives it a host that writes down what it is told, and the theme.
window.posted = [];
window.acquireVsCodeApi = () => ({
  postMessage: (message) => window.posted.push(structuredClone(message)),
  getState: () => window.kept ?? undefined,
  setState: (state) => (window.kept = JSON.parse(JSON.stringify(state))), // as which it is kept
});

new MutationObserver((_, observer) => {
  if (!document.documentElement) return;
  observer.disconnect();
  for (const [name, value] of Object.entries(window.themeVariables)) document.documentElement.style.setProperty(name, value);
}).observe(document, { childList: true });
