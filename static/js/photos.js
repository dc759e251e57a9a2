// Photos: several, looked at before sending, made small (≤ 400 KB) unless they go as evidence, which stays as taken.
const LIMIT = 400 * 1024, EDGE = 1920;
const small = async (file) => {
  if (file.size <= LIMIT || !/^image\/(jpeg|png|webp)$/.test(file.type)) return file;
  try {
    const picture = await createImageBitmap(file, { imageOrientation: "from-image" });
    for (let edge = EDGE, quality = 0.82; edge > 500; edge *= 0.8, quality -= 0.06) {
      const scale = Math.min(1, edge / Math.max(picture.width, picture.height)), canvas = document.createElement("canvas");
      canvas.width = picture.width * scale; canvas.height = picture.height * scale;
      canvas.getContext("2d").drawImage(picture, 0, 0, canvas.width, canvas.height);
      const blob = await new Promise((done) => canvas.toBlob(done, "image/jpeg", Math.max(quality, 0.5)));
      if (blob && blob.size <= LIMIT) return new File([blob], file.name.replace(/\.\w+$/, "") + ".jpg", { type: "image/jpeg", lastModified: file.lastModified });
    }
  } catch { /* a kind the browser cannot read: the server judges it */ }
  return file;
};
const size = (bytes) => (bytes > 1048576 ? `${(bytes / 1048576).toFixed(1)}兆` : `${Math.max(1, Math.round(bytes / 1024))}千字节`);
for (const part of document.querySelectorAll("[data-photos]")) {
  const input = part.querySelector("input[type=file]"), shots = part.querySelector("[data-shots]"), say = part.querySelector("[data-photos-say]");
  const evidence = document.getElementById(part.dataset.evidence), made = new Map();
  let chosen = [], turn = 0;
  const show = async () => {
    const mine = ++turn, whole = evidence?.checked;
    say.textContent = chosen.length ? "正在处理照片…" : "";
    const files = [];
    for (const file of chosen) {
      if (!whole && !made.has(file)) made.set(file, await small(file));
      files.push(whole ? file : made.get(file));
    }
    if (mine !== turn) return;
    const bag = new DataTransfer();
    for (const file of files) bag.items.add(file);
    input.files = bag.files;
    for (const old of shots.querySelectorAll("img")) URL.revokeObjectURL(old.src);
    shots.replaceChildren(...files.map((file, i) => mw.make("li", {},
      mw.make("img", { src: URL.createObjectURL(file), alt: `照片${i + 1}` }), mw.make("p", { class: "muted" }, size(file.size)),
      mw.make("button", { type: "button", "aria-label": `移除照片${i + 1}`, onclick: () => { chosen.splice(i, 1); show(); input.focus(); } }, "移除"))));
    const total = files.reduce((sum, file) => sum + file.size, 0);
    say.textContent = files.length ? `已选${files.length}张，共${size(total)}${whole ? "，按原图上传" : ""}。` : "";
  };
  input.addEventListener("change", () => { chosen = [...chosen, ...[...input.files].filter((f) => !chosen.some((c) => c.name === f.name && c.size === f.size))]; show(); });
  evidence?.addEventListener("change", show);
}
