"use strict";
// A figure that opens is its text and the number of its list.
const said = (piece) => Array.isArray(piece) ? opening(...piece) : piece;
for (const box of document.querySelectorAll("[data-slider]")) {
  const places = JSON.parse(box.querySelector("script").textContent);
  const input = box.querySelector("input");
  const part = (name) => box.querySelector(`[data-part="${name}"]`);
  input.addEventListener("input", () => {
    const [value, sentence, ...figures] = places[input.value];
    input.setAttribute("aria-valuetext", value);
    part("value").textContent = value;
    part("sentence").replaceChildren(...sentence.map(said));
    figures.forEach((text, at) => {
      box.querySelector(`[data-figure="${at}"]`).replaceChildren(said(text));
    });
  });
}
