// A page taken from the browser's memory shows nothing until the server says that its reader is still here.
const away = window.BroadcastChannel ? new BroadcastChannel("mw-leave") : new EventTarget();
away.addEventListener("message", () => { document.documentElement.hidden = true; location.replace(document.body.dataset.loginUrl); });
window.addEventListener("pageshow", async (event) => {
  if (!event.persisted || !document.body.dataset.user) return;
  document.documentElement.hidden = true;
  try {
    const answer = await fetch("/session/", { credentials: "same-origin", headers: { Accept: "application/json" } });
    const told = answer.ok && !answer.redirected ? await answer.json() : {};
    if (String(told.user) === document.body.dataset.user) { document.documentElement.hidden = false; return; }
  } catch { /* no line: better an empty page than another person's */ }
  location.reload();
});
document.addEventListener("submit", (event) => { if (event.target.matches("[data-leave]")) away.postMessage?.("left"); });
