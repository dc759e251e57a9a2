// Keys for an office PC. Nothing here has no button or link of its own.
const KEYS = [["Ctrl+S", "立即保存草稿"], ["Ctrl+Enter", "提交当前表单"], ["Alt+1 … Alt+6", "待办、台账、线索案件、督办、报表、更多"], ["/", "搜索"], ["Enter", "到下一项（表单内）"], ["Ctrl+D", "向下填充（表格填报）"], ["?", "本说明"]];
const help = () => {
  let box = document.getElementById("keys");
  if (!box) {
    box = mw.make("dialog", { id: "keys", class: "box", "aria-labelledby": "keys-title" }, mw.make("h2", { id: "keys-title" }, "快捷键"),
      mw.make("dl", {}, ...KEYS.flatMap(([key, words]) => [mw.make("dt", {}, mw.make("kbd", {}, key)), mw.make("dd", {}, words)])),
      mw.make("div", { class: "buttons" }, mw.make("button", { type: "button", class: "btn btn-primary", onclick: () => box.close() }, "关闭")));
    document.body.append(box);
  }
  box.showModal();
};
for (const button of document.querySelectorAll("[data-shortcuts]")) { button.hidden = false; button.addEventListener("click", help); }
document.addEventListener("keydown", (event) => {
  if (event.isComposing || document.querySelector("dialog[open]")) return;
  const typing = event.target.matches("input,textarea,select,[contenteditable]"), form = event.target.closest("form") || document.querySelector("form[data-draft-key]");
  if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "s") { event.preventDefault(); (form?.matches("[data-draft-key]") ? form : document.querySelector("form[data-draft-key]"))?.dispatchEvent(new Event("mw:save")); }
  else if (event.ctrlKey && event.key === "Enter" && form?.method === "post") { event.preventDefault(); form.requestSubmit(); }
  else if (event.altKey && /^[1-6]$/.test(event.key)) { const link = document.querySelectorAll(".rooms a")[event.key - 1]; if (link) { event.preventDefault(); link.click(); } }
  else if (!typing && event.key === "?") { event.preventDefault(); help(); }
  else if (!typing && event.key === "/") { const box = document.getElementById("find-q"); if (box) { event.preventDefault(); box.offsetParent ? box.focus() : (location.href = "/search/"); } }
});
