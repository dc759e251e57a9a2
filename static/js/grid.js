// The grid: arrows and Enter move, Tab goes on, a block from a spreadsheet is pasted, Ctrl+D fills down, bad cells are marked in place.
const grid = document.querySelector("[data-grid]"), form = grid.closest("form"), body = grid.querySelector("tbody");
const cells = (row) => [...row.querySelectorAll("input")];
const columns = cells(body.rows[0]).map((input) => input.name.replace(/^rows-\d+-/, ""));
const find = (row, column) => body.rows[row]?.querySelectorAll("input")[column];
const place = (input) => [[...body.rows].indexOf(input.closest("tr")), cells(input.closest("tr")).indexOf(input)];
const set = (input, value) => { input.value = value; clear(input); input.dispatchEvent(new Event("input", { bubbles: true })); };
const clear = (input) => { input.closest("td").classList.remove("bad"); input.removeAttribute("aria-invalid"); input.removeAttribute("title"); };
const grow = (count) => {
  while (body.rows.length < count) {
    const n = body.rows.length + 1, row = body.rows[0].cloneNode(true);
    row.querySelector("th").textContent = n;
    cells(row).forEach((input) => {
      input.setAttribute("value", ""); input.value = ""; clear(input);
      input.name = input.name.replace(/^rows-\d+-/, `rows-${n}-`);
      input.setAttribute("aria-label", input.getAttribute("aria-label").replace(/^第\d+行/, `第${n}行`));
    });
    body.append(row);
  }
};
const read = (text) => { // a block from WPS or Excel: tabs, lines, and cells in quotes that hold either
  const rows = [[]];
  for (const [, quoted, plain, end] of text.replace(/\r\n?/g, "\n").matchAll(/(?:"((?:[^"]|"")*)"(?=[\t\n]|$)|([^\t\n]*))(\t|\n|$)/g)) {
    rows.at(-1).push((quoted?.replace(/""/g, '"') ?? plain).trim());
    if (end === "\n") rows.push([]);
    if (end === "") break;
  }
  if (rows.length > 1 && rows.at(-1).every((cell) => !cell)) rows.pop();
  return rows;
};
body.addEventListener("paste", (event) => {
  const text = event.clipboardData.getData("text/plain");
  if (!/[\t\n]/.test(text.trim())) return;
  event.preventDefault();
  const [top, left] = place(event.target), block = read(text);
  grow(top + block.length);
  block.forEach((line, r) => line.forEach((value, c) => { const input = find(top + r, left + c); if (input) set(input, value); }));
  find(Math.min(top + block.length, body.rows.length - 1), left)?.focus();
});
body.addEventListener("input", (event) => clear(event.target));
body.addEventListener("keydown", (event) => {
  if (event.isComposing || event.keyCode === 229) return;
  const input = event.target, [row, column] = place(input);
  const whole = input.selectionStart === 0 && input.selectionEnd === input.value.length;
  const go = (r, c) => { const next = find(r, c); if (next) { event.preventDefault(); next.focus(); next.select(); } };
  if (event.key === "Enter" && !event.ctrlKey) { event.preventDefault(); if (row + 1 === body.rows.length) grow(row + 2); go(row + (event.shiftKey ? -1 : 1), column); }
  else if (event.key === "ArrowUp") go(row - 1, column);
  else if (event.key === "ArrowDown") go(row + 1, column);
  else if (event.key === "ArrowLeft" && (whole || input.selectionEnd === 0)) go(row, column - 1);
  else if (event.key === "ArrowRight" && (whole || input.selectionStart === input.value.length)) go(row, column + 1);
  else if (event.ctrlKey && event.key.toLowerCase() === "d") { event.preventDefault(); const above = find(row - 1, column); if (above) { set(input, above.value); go(row + 1, column); } }
});
grid.querySelector("[data-grid-tools]").hidden = false;
grid.querySelector("[data-grid-add]").addEventListener("click", () => { const n = body.rows.length; grow(n + 10); find(n, 0).focus(); });
grid.querySelector("[data-grid-none]")?.addEventListener("click", () => {
  const none = JSON.parse(document.getElementById("grid-none").textContent);
  for (const row of body.rows) {
    if (cells(row).every((input) => !input.value.trim())) continue; // only rows that name something; what is written stays
    cells(row).forEach((input, c) => { if (columns[c] in none && !input.value.trim()) set(input, none[columns[c]]); });
  }
});
form.addEventListener("mw:restore", (event) => grow(Math.max(0, ...Object.keys(event.detail).map((name) => Number(/^rows-(\d+)-/.exec(name)?.[1] || 0)))));

const box = grid.querySelector("[data-grid-problems]");
const told = (message, problems = []) => {
  box.querySelector("ul").replaceChildren(...(message ? [mw.make("li", {}, message)] : []), ...problems.map(({ row, column, message: words }) => {
    const input = find(row - 1, columns.indexOf(column)) || find(row - 1, 0);
    if (!input) return mw.make("li", {}, words);
    input.closest("td").classList.add("bad"); input.setAttribute("aria-invalid", "true"); input.title = words;
    return mw.make("li", {}, mw.make("a", { href: "#", onclick: (e) => { e.preventDefault(); input.focus(); } }, `${input.getAttribute("aria-label")}：${words}`));
  }));
  box.hidden = false;
  box.focus();
};
form.addEventListener("submit", async (event) => {
  if (event.defaultPrevented) return;
  event.preventDefault();
  if (form.hasAttribute("aria-busy")) return;
  const sheet = {}, rows = [];
  for (const [name, value] of new FormData(form)) if (typeof value === "string" && !/^(rows-\d+-|csrfmiddlewaretoken$|token$|version$)/.test(name)) sheet[name] = value;
  [...body.rows].forEach((line, r) => { const row = Object.fromEntries(cells(line).map((input, c) => [columns[c], input.value.trim()])); if (Object.values(row).some(Boolean)) rows.push({ row: r + 1, ...row }); });
  const buttons = form.querySelectorAll("button[type=submit]"), rest = (busy) => { form.toggleAttribute("aria-busy", busy); for (const button of buttons) button.disabled = busy; };
  box.hidden = true;
  body.querySelectorAll("input[aria-invalid]").forEach(clear);
  rest(true);
  try {
    const answer = await mw.send(grid.dataset.save, { json: { token: form.elements.token?.value, version: form.elements.version?.value, sheet, rows, ...(event.submitter?.name && { [event.submitter.name]: event.submitter.value }) } });
    const said = await answer.json().catch(() => ({}));
    if (answer.ok && said.url) { form.dispatchEvent(new Event("mw:sent")); location.assign(said.url); return; }
    told(said.problems?.length ? "" : said.message || "没有存入，请稍后再试。", said.problems);
  } catch { told("网络不通，没有存入。内容还在这一页，请稍后再提交。"); }
  rest(false);
  form.dispatchEvent(new Event("mw:unsent"));
});
