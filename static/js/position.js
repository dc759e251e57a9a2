// Where one stands: the browser's position with its error in metres, to take, to wait for or to ask again; or typed, with a reading shown.
for (const part of document.querySelectorAll("[data-position]")) {
  const input = part.querySelector("input:not([type=hidden]),textarea"), say = part.querySelector("[data-position-say]"), tools = part.querySelector("[data-position-tools]");
  const hidden = (id) => document.getElementById(id) || {}, accuracy = hidden(part.dataset.accuracy), source = hidden(part.dataset.source);
  const ask = tools.querySelector("[data-locate]"), take = mw.make("button", { type: "button", class: "btn btn-primary", hidden: true }, "采用"), stop = mw.make("button", { type: "button", class: "btn btn-outline-secondary", hidden: true }, "停止定位");
  tools.append(take, stop);
  let watch = null, best = null, timer, turn = 0;
  const end = () => { if (watch !== null) navigator.geolocation.clearWatch(watch); clearTimeout(timer); watch = null; stop.hidden = true; ask.hidden = false; };
  const metres = (value) => (value < 1000 ? `±${Math.round(value)}米` : `±${(value / 1000).toFixed(1)}公里`);
  ask.addEventListener("click", () => {
    end();
    best = null; take.hidden = true; ask.hidden = true; stop.hidden = false;
    say.textContent = "正在定位，请到开阔处稍等…";
    watch = navigator.geolocation.watchPosition(({ coords }) => {
      if (best && coords.accuracy >= best.accuracy) return;
      best = coords; take.hidden = false;
      const rough = best.accuracy > 100 ? "误差较大，可再等一会儿，或采用后在备注里写明。" : best.accuracy > 30 ? "可采用，也可再等一会儿。" : "可以采用。";
      say.textContent = `已定位，误差约${metres(best.accuracy)}。${rough}`;
    }, (fault) => {
      if (best) return;
      end();
      say.textContent = fault.code === 1 ? "没有取得定位许可。请在浏览器设置里允许定位，或直接填写坐标、地名。" : "暂时定不了位。可换个开阔处再试，或直接填写坐标、地名。";
    }, { enableHighAccuracy: true, timeout: 20000, maximumAge: 0 });
    timer = setTimeout(() => { end(); if (!best) say.textContent = "一分钟没有定到位置。可再试一次，或直接填写坐标、地名。"; }, 60000);
  });
  stop.addEventListener("click", () => { end(); if (!best) say.textContent = ""; });
  take.addEventListener("click", () => {
    end();
    take.hidden = true;
    input.value = `${best.latitude.toFixed(6)}, ${best.longitude.toFixed(6)}`;
    accuracy.value = Math.round(best.accuracy);
    source.value = "browser";
    say.textContent = `已采用定位，误差约${metres(best.accuracy)}。`;
    input.dispatchEvent(new Event("change", { bubbles: true }));
  });
  input.addEventListener("input", () => {
    accuracy.value = ""; source.value = "typed";
    const mine = ++turn;
    setTimeout(async () => {
      if (mine !== turn) return;
      if (!input.value.trim()) { say.textContent = ""; return; }
      try {
        const answer = await mw.send(`/ledgers/parse-point/?text=${encodeURIComponent(input.value)}`, { quiet: true });
        const told = answer.ok || answer.status === 400 ? await answer.json() : {};
        if (mine === turn) say.textContent = told.ok ? `读作：${told.words}${told.warning ? `。${told.warning}` : ""}` : told.message || "";
      } catch { /* the reading is a courtesy; the server judges when it is sent */ }
    }, 400);
  });
  tools.hidden = !navigator.geolocation;
}
