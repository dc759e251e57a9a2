// When the session has ended, sign in again without leaving the page: typed text and chosen files stay.
const dialog = document.getElementById("signin");
let waiting;
mw.signin = () => (waiting ||= new Promise((done, fail) => {
  const form = dialog.querySelector("form"), fault = dialog.querySelector("[data-signin-error]");
  const finish = (settle, value) => { waiting = null; form.onsubmit = null; dialog.oncancel = null; dialog.close(); settle(value); };
  dialog.oncancel = (event) => { event.preventDefault(); finish(fail, new Error("not signed in")); };
  form.onsubmit = async (event) => {
    event.preventDefault();
    const body = new URLSearchParams(new FormData(form));
    body.set("csrfmiddlewaretoken", mw.token());
    let told = { ok: false, message: "网络不通，请稍后再试。" };
    try {
      const answer = await fetch(form.action, { method: "POST", body, credentials: "same-origin", headers: { "X-CSRFToken": mw.token(), Accept: "application/json" } });
      told = await answer.json().catch(() => ({ ok: false, message: "登录没有成功，请稍后再试。" }));
    } catch { /* said above */ }
    form.elements.password.value = "";
    if (told.ok && told.csrf) mw.setToken(told.csrf);
    if (told.ok && told.user != null && String(told.user) !== mw.user) { location.reload(); return; }
    fault.hidden = Boolean(told.ok);
    fault.textContent = told.message || "";
    if (told.ok) finish(done); else form.elements.password.focus();
  };
  fault.hidden = true;
  dialog.showModal();
  form.elements.password.focus();
}));
// Long forms ask before they are sent whether anyone still listens.
document.addEventListener("submit", async (event) => {
  const form = event.target;
  if (!form.matches("[data-draft-key]") || form.dataset.heard || event.defaultPrevented) { delete form.dataset.heard; return; }
  event.preventDefault();
  event.stopImmediatePropagation();
  if (form.dataset.asking) return;
  form.dataset.asking = "1";
  const patience = new AbortController(), timer = setTimeout(() => patience.abort(), 5000);
  try {
    const answer = await fetch("/session/", { credentials: "same-origin", headers: { Accept: "application/json" }, signal: patience.signal });
    if (mw.ended(answer)) await mw.signin();
    form.dataset.heard = "1";
  } catch (fault) {
    if (fault.message !== "not signed in") form.dataset.heard = "1"; // no line: let the browser say so
  } finally { clearTimeout(timer); delete form.dataset.asking; }
  if (form.dataset.heard) form.requestSubmit(event.submitter);
}, true);
