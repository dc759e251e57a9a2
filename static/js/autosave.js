// Drafts: at most every 300 ms into this browser (the patrol form only), every 10 s to the server.
// Throttled, never debounced: who types on and on loses nothing. A draft comes back only when asked for.
const form = document.querySelector("form[data-draft-key]"), { draftKey, draftObject, draftUrl } = form.dataset;
const name = [mw.user, draftKey, draftObject].join(":"), local = "draftLocal" in form.dataset ? mw.store : null;
const status = document.querySelector("[data-draft-status]") || mw.make("span"), offer = document.querySelector("[data-draft-offer]");
// data-no-draft: who told a lead; it is sealed on sending and never lies anywhere in plain text
const SKIP = new Set(["csrfmiddlewaretoken", "token", "version", ...[...form.querySelectorAll("[data-no-draft]")].map((input) => input.name)]);
const snapshot = () => {
  const fields = {};
  for (const [key, value] of new FormData(form)) if (typeof value === "string" && !SKIP.has(key)) (fields[key] ||= []).push(value);
  return fields;
};
const say = (words, bad = false) => { status.textContent = words; status.classList.toggle("bad", bad); };
const throttle = (wait, act) => {
  let timer = 0, last = 0;
  const run = () => { timer = 0; last = Date.now(); act(); };
  const later = () => { timer ||= setTimeout(run, Math.max(0, last + wait - Date.now())); };
  later.now = () => { if (timer) { clearTimeout(timer); run(); } }; // what still waits
  return later;
};
const token = form.elements.token; // a draft brought back unchanged is the same sending: should the first one have arrived, it acts once
const keep = throttle(300, () => local?.put(name, { ...snapshot(), ...(token?.value && { token: [token.value] }) }).catch(() => {}));
let brought = false;
const save = async (asked) => {
  try {
    const answer = await mw.send(draftUrl, { json: { form: draftKey, object: draftObject, fields: snapshot() }, quiet: !asked });
    if (mw.ended(answer)) { say("登录已超时，提交时会请您重新登录", true); return; }
    if (!answer.ok) throw new Error(answer.status);
    say(`已存 ${mw.clock()}`);
  } catch { say(local ? `网络不通，已存本机 ${mw.clock()}` : "网络不通，暂未存上", true); }
};
let sending = false;
const post = throttle(10000, () => { if (!sending) save(); });
const changed = (event) => {
  if (brought && event?.isTrusted) { brought = false; token.value = mw.uuid(); }
  keep();
  if (!sending) post();
};
form.addEventListener("input", changed);
form.addEventListener("change", changed);
form.addEventListener("mw:save", () => save(true)); // Ctrl+S
window.addEventListener("pagehide", keep.now); // also the last 300 ms
form.addEventListener("submit", (event) => { keep.now(); if (!event.defaultPrevented) { sending = true; setTimeout(unsent, 12000); if (local) sessionStorage.setItem("mw-sent", name); } });
const unsent = () => { sending = false; };
form.addEventListener("mw:unsent", unsent); // the grid was refused and stays
window.addEventListener("pageshow", unsent);
form.addEventListener("mw:sent", () => local?.drop(name).catch(() => {}));

const restore = (fields) => {
  form.dispatchEvent(new CustomEvent("mw:restore", { detail: fields, bubbles: true })); // the grid makes room
  for (const input of form.elements) {
    if (!input.name || SKIP.has(input.name) || ["file", "password", "submit"].includes(input.type)) continue;
    const values = [fields[input.name] ?? []].flat().map(String);
    if (input.type === "checkbox" || input.type === "radio") input.checked = values.includes(input.value);
    else if (input.name in fields) {
      const value = values.shift() ?? "";
      fields[input.name] = values.length ? values : value;
      if (input.matches("select") && value && ![...input.options].some((o) => o.value === value)) continue;
      input.value = value;
    }
  }
  if (token && fields.token) { [token.value] = [fields.token].flat(); brought = true; }
  form.dispatchEvent(new Event("mw:restored", { bubbles: true }));
  changed();
};
(async () => {
  if (!offer || form.querySelector("[aria-invalid]") || document.querySelector(".errors")) return; // what was typed is already here
  const sent = document.getElementById("draft-fields"), when = offer.querySelector("[data-draft-when]");
  let fields = sent && JSON.parse(sent.textContent);
  if (!fields) try {
    const answer = await mw.send(`${draftUrl.replace("/save/", "/load/")}?${new URLSearchParams({ form: draftKey, object: draftObject })}`, { quiet: true });
    const told = answer.ok && !answer.redirected ? await answer.json() : {};
    if (told.fields) { fields = told.fields; when.textContent = `（${told.saved_at} 存）`; }
  } catch { /* no line: what lies here will do */ }
  await mw.tidied;
  const mine = await local?.get(name).catch(() => null);
  if (mine && !fields) { fields = mine.value; when.textContent = `（${mw.day(mine.at)} 存在本机）`; }
  else if (mine) fields = mine.value; // typed every 300 ms: never older than the server's by more than one save
  if (!fields) return;
  offer.hidden = false;
  const done = () => { offer.hidden = true; form.querySelector("input:not([type=hidden]),select,textarea")?.focus(); };
  offer.querySelector("[data-draft-restore]").addEventListener("click", () => { restore(fields); done(); });
  offer.querySelector("[data-draft-drop]").addEventListener("click", () => {
    local?.drop(name).catch(() => {});
    mw.send(draftUrl.replace("/save/", "/drop/"), { json: { form: draftKey, object: draftObject }, quiet: true }).catch(() => {});
    done();
  });
})();
