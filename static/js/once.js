// A form acts once: a client id per load, and buttons that rest while it is on its way.
const fill = () => { for (const input of document.querySelectorAll("[data-client-id]")) if (!input.value) input.value = mw.uuid(); };
fill();
document.addEventListener("htmx:load", fill);
const rest = (form, busy) => {
  form.toggleAttribute("aria-busy", busy);
  for (const button of form.querySelectorAll("button:not([type=button])")) button.disabled = busy;
};
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (event.defaultPrevented || form.matches("[data-no-once], [method=get], [method=dialog]")) return;
  setTimeout(() => rest(form, true)); // after the browser has read which button was pressed
  setTimeout(() => rest(form, false), 12000); // no answer, or a download: let him try again; the client id keeps it single
});
window.addEventListener("pageshow", (event) => { if (event.persisted) for (const form of document.querySelectorAll("form[aria-busy]")) rest(form, false); });
// Enter: never while an input method composes; in a one-column form it goes to the next field, and sends from the last.
document.addEventListener("keydown", (event) => {
  if (event.key !== "Enter" || !event.target.matches("input,select")) return;
  if (event.isComposing || event.keyCode === 229) { event.preventDefault(); return; }
  const form = event.target.closest("form.one-column");
  if (!form || event.defaultPrevented || event.ctrlKey || event.target.closest("[data-grid]") || event.target.matches("[type=file],[type=submit]")) return;
  const fields = Array.from(form.querySelectorAll("input:not([type=hidden]),select,textarea,button[type=submit]")).filter((e) => !e.disabled && e.offsetParent !== null && (e.type !== "radio" || e.checked || e.name !== event.target.name));
  const next = fields[fields.indexOf(event.target) + 1];
  if (next && next.type !== "submit") { event.preventDefault(); next.focus(); }
});
