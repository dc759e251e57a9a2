// Two minutes before the session ends: say so. When it has ended: sign in in place on a form, else leave the page.
const box = document.getElementById("idle"), limit = Number(document.body.dataset.idleMinutes || 30) * 60, NOTICE = 120;
let end = Date.now() + limit * 1000;
const heard = (left = limit) => { end = Date.now() + left * 1000; if (box.open && left > NOTICE) box.close(); };
document.addEventListener("mw:contact", () => heard());
document.addEventListener("htmx:afterRequest", (event) => { if (event.detail.successful) heard(); });
const ask = async (url) => {
  try {
    const answer = await fetch(url, { credentials: "same-origin", headers: { Accept: "application/json" } });
    if (mw.ended(answer)) { heard(0); return; }
    if (answer.ok) heard((await answer.json()).seconds_left ?? limit);
  } catch { /* no line: the clock goes on */ }
};
let asked = false;
setInterval(async () => {
  const left = Math.round((end - Date.now()) / 1000);
  if (left > NOTICE) { asked = false; return; }
  if (!asked) { asked = true; await ask("/session/"); return; } // another window may have kept it alive
  if (left > 0) {
    box.querySelector("[data-idle-left]").textContent = left > 60 ? "2分钟" : `${left}秒`;
    if (!box.open && !document.getElementById("signin").open) box.showModal();
    return;
  }
  if (box.open) box.close();
  if (document.querySelector("form[data-draft-key]")) { if (!document.getElementById("signin").open) mw.signin().then(() => heard(), () => {}); return; }
  location.replace(`${document.body.dataset.loginUrl}?next=${encodeURIComponent(location.pathname + location.search)}`);
}, 1000);
box.querySelector("[data-idle-stay]").addEventListener("click", () => { box.close(); ask("/session/?touch=1"); });
