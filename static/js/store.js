// Drafts in this browser: only the member's own unsent patrol form, encrypted with a key that cannot be read out,
// for seven days; gone when sent, on logout and when someone else signs in. Without a secure origin: nothing is kept.
const WEEK = 7 * 24 * 3600 * 1000;
const asked = (request) => new Promise((done, fail) => { request.onsuccess = () => done(request.result); request.onerror = () => fail(request.error); });
let house;
const open = () => (house ||= new Promise((done, fail) => {
  const request = indexedDB.open("minewatch", 1);
  request.onupgradeneeded = () => { request.result.createObjectStore("drafts"); request.result.createObjectStore("keys"); };
  request.onsuccess = () => {
    request.result.onversionchange = () => { request.result.close(); house = null; }; // another tab wipes: let it
    done(request.result);
  };
  request.onerror = () => fail(request.error);
}));
const room = async (name, mode = "readonly") => (await open()).transaction(name, mode, { durability: "relaxed" }).objectStore(name);
// Made once: two writes at once, or two tabs, must not each lay down a key of their own.
const key = async () => {
  const kept = await asked((await room("keys")).get("aes"));
  if (kept) return kept;
  const made = await crypto.subtle.generateKey({ name: "AES-GCM", length: 256 }, false, ["encrypt", "decrypt"]);
  const keys = await room("keys", "readwrite"), first = await asked(keys.get("aes"));
  if (first) return first;
  await asked(keys.put(made, "aes"));
  return made;
};
// One after the other: a slow write must not land after a later one, nor tidying take away what is being written.
let queue = Promise.resolve();
const inTurn = (act) => { const done = queue.then(act); queue = done.catch(() => {}); return done; };
const drop = async (name) => asked((await room("drafts", "readwrite")).delete(name));
const wipe = async () => { if (house) (await house).close(); house = null; await asked(indexedDB.deleteDatabase("minewatch")); };
mw.store = window.indexedDB && window.crypto?.subtle ? {
  put: (name, value) => inTurn(async () => {
    const iv = crypto.getRandomValues(new Uint8Array(12));
    const data = await crypto.subtle.encrypt({ name: "AES-GCM", iv }, await key(), new TextEncoder().encode(JSON.stringify(value)));
    await asked((await room("drafts", "readwrite")).put({ user: mw.user, at: Date.now(), iv, data }, name));
  }),
  get: (name) => inTurn(async () => {
    const row = await asked((await room("drafts")).get(name));
    if (!row || row.user !== mw.user || Date.now() - row.at > WEEK) return null;
    const text = await crypto.subtle.decrypt({ name: "AES-GCM", iv: row.iv }, await key(), row.data);
    return { at: new Date(row.at), value: JSON.parse(new TextDecoder().decode(text)) };
  }),
  drop: (name) => inTurn(() => drop(name)),
  wipe: () => inTurn(wipe),
  tidy: () => inTurn(async () => {
    if (indexedDB.databases && !(await indexedDB.databases()).some((there) => there.name === "minewatch")) return;
    const drafts = await room("drafts"), [rows, names] = await Promise.all([asked(drafts.getAll()), asked(drafts.getAllKeys())]);
    if (!rows.length || rows.some((row) => row.user !== mw.user)) { await wipe(); return; }
    const old = names.filter((_, i) => Date.now() - rows[i].at > WEEK), sent = sessionStorage.getItem("mw-sent");
    sessionStorage.removeItem("mw-sent");
    // Sent means: the post was answered by a redirect. A page of errors or faults is no receipt.
    if (sent && performance.getEntriesByType("navigation")[0]?.redirectCount) old.push(sent);
    for (const name of old) await drop(name);
  }),
} : null;
mw.tidied = mw.store ? mw.store.tidy().catch(() => {}) : Promise.resolve();
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (!mw.store || form.dataset.leave !== "logout" || form.dataset.wiped) return;
  event.preventDefault();
  form.dataset.wiped = "1";
  sessionStorage.clear();
  const go = () => form.requestSubmit();
  mw.store.wipe().then(go, go);
});
