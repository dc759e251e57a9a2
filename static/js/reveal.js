// Fields that matter only after a certain answer: data-when="name=value|value". Without JavaScript all are shown with their reason.
const reveal = () => {
  for (const field of document.querySelectorAll("[data-when]")) {
    const [name, values] = field.dataset.when.split("="), form = field.closest("form");
    const chosen = new FormData(form).getAll(name).map(String);
    const shown = values.split("|").some((value) => chosen.includes(value));
    if (field.hidden === !shown) continue;
    field.hidden = !shown;
    for (const input of field.querySelectorAll("input,select,textarea")) input.disabled = !shown;
  }
};
reveal();
document.addEventListener("change", reveal);
document.addEventListener("mw:restored", reveal);
