"use strict";
for (const box of document.querySelectorAll("[data-slider]")) {
  const places = JSON.parse(box.querySelector("script").textContent);
  const input = box.querySelector("input");
  const part = (name) => box.querySelector(`[data-part="${name}"]`);
  input.addEventListener("input", () => {
    const [value, sentence, ...figures] = places[input.value];
    input.setAttribute("aria-valuetext", value);
    part("value").textContent = value;
    part("sentence").textContent = sentence;
    figures.forEach((text, at) => {
      const told = Array.isArray(text) ? opening(...text) : text;
      box.querySelector(`[data-figure="${at}"]`).replaceChildren(told);
    });
  });
}
