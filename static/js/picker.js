// A select becomes a type-ahead (data-picker = URL of ?q=): name, code or pinyin initials; recent first on an empty box.
// The answer is {"items": [{"id", "label", "note"}]}. The select stays the field; without a line its own options are searched.
for (const select of document.querySelectorAll("select[data-picker]")) {
  const id = `${select.id}_pick`, list = mw.make("ul", { class: "picker-list", role: "listbox", id: `${id}_list`, "aria-label": "可选项", hidden: true });
  const input = mw.make("input", {
    class: "form-control", id, role: "combobox", autocomplete: "off", "aria-expanded": "false", "aria-controls": list.id, "aria-autocomplete": "list",
    placeholder: "输入名称或拼音首字母", "aria-describedby": select.getAttribute("aria-describedby"), "aria-invalid": select.getAttribute("aria-invalid"),
  });
  const name = () => (select.value ? select.selectedOptions[0].textContent.trim() : "");
  let items = [], at = -1, turn = 0, timer;
  const close = () => { list.hidden = true; at = -1; input.setAttribute("aria-expanded", "false"); input.removeAttribute("aria-activedescendant"); };
  const mark = (n) => {
    at = n;
    [...list.children].forEach((row, i) => row.setAttribute("aria-selected", i === at));
    const row = list.children[at];
    if (row) { row.scrollIntoView({ block: "nearest" }); input.setAttribute("aria-activedescendant", row.id); }
  };
  const choose = (item) => {
    if (![...select.options].some((o) => o.value === String(item.id))) select.add(new Option(item.label, item.id));
    select.value = item.id;
    input.value = item.label;
    for (const id of (select.dataset.clears || "").split(" ")) { // what came with another choice goes; what was typed stays
      const field = document.getElementById(id);
      if (field && field.value === field.defaultValue) field.value = "";
    }
    select.dispatchEvent(new Event("change", { bubbles: true }));
    close();
  };
  const show = (found) => {
    items = found;
    list.replaceChildren(...(found.length ? found : [{ label: "没有找到，请换个写法" }]).map((item, i) => mw.make("li", { role: "option", id: `${id}_${i}`, "aria-selected": "false", onmousedown: (e) => { e.preventDefault(); if (item.id != null) choose(item); } },
      mw.make("span", {}, item.label), ...(item.note ? [mw.make("span", { class: "muted" }, item.note)] : []))));
    list.hidden = false;
    input.setAttribute("aria-expanded", "true");
    mark(found.length ? 0 : -1);
  };
  const look = async () => {
    const mine = ++turn, typed = input.value.trim(), q = typed === name() ? "" : typed;
    let found;
    try {
      const answer = await mw.send(`${select.dataset.picker}?q=${encodeURIComponent(q)}`, { quiet: true });
      found = answer.ok && !answer.redirected && (await answer.json()).items;
    } catch { /* no line */ }
    found ||= [...select.options].filter((o) => o.value && o.textContent.includes(q)).slice(0, 12).map((o) => ({ id: o.value, label: o.textContent.trim() }));
    if (mine === turn && document.activeElement === input) show(found);
  };
  input.addEventListener("input", () => { clearTimeout(timer); timer = setTimeout(look, 120); });
  input.addEventListener("focus", () => { input.select(); look(); });
  input.addEventListener("blur", () => { turn++; close(); if (!input.value.trim()) { select.value = ""; select.dispatchEvent(new Event("change", { bubbles: true })); } input.value = name(); });
  input.addEventListener("keydown", (event) => {
    if (event.isComposing) return;
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step && list.hidden) { event.preventDefault(); look(); }
    else if (step && items.length) { event.preventDefault(); mark((at + step + items.length) % items.length); }
    else if (event.key === "Enter" && !list.hidden && items[at]) { event.preventDefault(); choose(items[at]); }
    else if (event.key === "Escape" && !list.hidden) { event.stopPropagation(); close(); }
  });
  document.addEventListener("mw:restored", () => { input.value = name(); });
  input.value = name();
  const frame = mw.make("div", { class: "picker" }, input, list);
  select.after(frame);
  select.hidden = true;
  document.querySelector(`label[for="${select.id}"]`)?.setAttribute("for", id);
}
