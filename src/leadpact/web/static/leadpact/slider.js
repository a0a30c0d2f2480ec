"use strict";
for (const box of document.querySelectorAll("[data-slider]")) {
  const places = JSON.parse(document.getElementById(`places-${box.dataset.slider}`).textContent);
  const input = box.querySelector("input");
  const part = (name) => box.querySelector(`[data-part="${name}"]`);
  // A figure that opens is its text and the key of the list behind it.
  const figure = (told) => {
    if (!Array.isArray(told)) return told;
    const link = document.createElement("a");
    link.className = "figure";
    link.href = box.dataset.behind.replace("KEY", told[1]);
    link.textContent = told[0];
    return link;
  };
  input.addEventListener("input", () => {
    const [value, sentence, ...figures] = places[input.value];
    input.setAttribute("aria-valuetext", value);
    part("value").textContent = value;
    part("sentence").replaceChildren(...sentence.map(figure));
    figures.forEach((told, at) => box.querySelector(`[data-figure="${at}"]`).replaceChildren(figure(told)));
  });
}
