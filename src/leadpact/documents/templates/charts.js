"use strict";
for (const place of document.querySelectorAll("[data-spec]")) {
  const spec = JSON.parse(document.getElementById(place.dataset.spec).textContent);
  const numbers = place.closest("figure").querySelector("details");
  const plain = { disableDefaultStyle: true };
  const options = {
    mode: "vega-lite", actions: false, ast: true, renderer: "svg", defaultStyle: false, tooltip: plain,
  };
  const open = (event, item) => {
    const [row, column] = item?.datum?.opens ?? [];
    numbers.querySelector("tbody").rows[row]?.cells[column]?.querySelector("button")?.click();
  };
  vegaEmbed(place, spec, options)
    .then(({ view }) => view.addEventListener("click", open))
    .catch(() => { place.hidden = true; numbers.open = true; });
}
