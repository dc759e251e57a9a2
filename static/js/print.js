// The print button of a paper page; without scripts the browser's own menu prints.
const button = document.querySelector("[data-print]");
if (button) { button.hidden = false; button.addEventListener("click", () => print()); }
