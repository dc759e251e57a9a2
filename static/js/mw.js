// What every page script shares: the form token, requests that survive an ended session, small words.
window.mw = {
  user: document.body.dataset.user || "",
  token: () => document.querySelector("input[name=csrfmiddlewaretoken]")?.value || "",
  setToken(token) { for (const input of document.querySelectorAll("input[name=csrfmiddlewaretoken]")) input.value = token; },
  uuid() {
    if (crypto.randomUUID) return crypto.randomUUID();
    const b = crypto.getRandomValues(new Uint8Array(16));
    b[6] = (b[6] & 15) | 64; b[8] = (b[8] & 63) | 128;
    const h = Array.from(b, (x) => x.toString(16).padStart(2, "0")).join("");
    return [h.slice(0, 8), h.slice(8, 12), h.slice(12, 16), h.slice(16, 20), h.slice(20)].join("-");
  },
  clock: (at = new Date()) => at.toLocaleTimeString("zh-CN", { hour: "2-digit", minute: "2-digit", hour12: false }),
  day: (at) => `${at.getFullYear()}年${at.getMonth() + 1}月${at.getDate()}日 ${mw.clock(at)}`,
  ended: (answer) => answer.status === 401 || (answer.redirected && new URL(answer.url).pathname.startsWith(document.body.dataset.loginUrl)),
  make(tag, attributes = {}, ...children) {
    const element = document.createElement(tag);
    for (const [key, value] of Object.entries(attributes)) {
      if (key.startsWith("on")) element.addEventListener(key.slice(2), value);
      else if (value !== false && value != null) element.setAttribute(key, value === true ? "" : value);
    }
    element.append(...children);
    return element;
  },
  // One request; when the session has ended, sign in in place and ask once more. `quiet`: no dialog.
  async send(url, { json, method = json ? "POST" : "GET", quiet = false, signal } = {}) {
    const ask = () => fetch(url, {
      method, signal, credentials: "same-origin", headers: { "X-CSRFToken": mw.token(), Accept: "application/json", ...(json && { "Content-Type": "application/json" }) },
      body: json && JSON.stringify(json),
    });
    let answer = await ask();
    if (mw.ended(answer) && !quiet && mw.signin) { await mw.signin(); answer = await ask(); }
    if (!mw.ended(answer)) document.dispatchEvent(new Event("mw:contact"));
    return answer;
  },
};
// The target of an error link: the field itself, its first choice, or the picker that stands in for it.
mw.field = (id) => {
  const at = document.getElementById(`${id}_pick`) || document.getElementById(id);
  return at?.matches("input,select,textarea,button") ? at : at?.querySelector("input,select,textarea") || at;
};
document.addEventListener("click", (event) => {
  const link = event.target.closest(".errors a[href^='#']");
  const field = link && mw.field(decodeURIComponent(link.hash.slice(1)));
  if (field) { event.preventDefault(); field.scrollIntoView({ block: "center" }); field.focus({ preventScroll: true }); }
});
document.addEventListener("htmx:configRequest", (event) => { event.detail.headers["X-CSRFToken"] = mw.token(); });
document.addEventListener("htmx:beforeOnLoad", (event) => { if (event.detail.xhr.status === 401) location.reload(); });
document.addEventListener("submit", (event) => {
  const form = event.target.closest("[data-large-text]");
  if (!form || !window.fetch) return;
  event.preventDefault(); // in place: what is being typed on this page stays
  const on = document.documentElement.classList.toggle("large");
  form.querySelector("button").setAttribute("aria-pressed", on);
  form.elements.on.value = on ? "1" : "0";
  fetch(form.action, { method: "POST", body: new FormData(form), credentials: "same-origin" });
  form.elements.on.value = on ? "0" : "1";
});
document.addEventListener("click", (event) => { // an open menu closes when one goes elsewhere
  for (const menu of document.querySelectorAll("details.menu[open]")) if (!menu.contains(event.target)) menu.open = false;
});
document.querySelector("[data-focus]")?.focus();
if (!mw.user) sessionStorage.removeItem("mw-sent");
