"use strict";
for (const place of document.querySelectorAll("[data-spec]")) {
  const spec = JSON.parse(document.getElementById(place.dataset.spec).textContent);
  const numbers = place.closest("figure").querySelector("details");
  const options = {
    mode: "vega-lite", actions: false, ast: true, renderer: "svg", defaultStyle: false, tooltip: { disableDefaultStyle: true },
  };
  // A click on a mark opens what the number in the table opens.
  const open = (_event, item) => {
    const [row, column] = item?.datum?.opens ?? [];
    numbers.querySelector("tbody").rows[row]?.cells[column]?.querySelector("a")?.click();
  };
  vegaEmbed(place, spec, options)
    .then(({ view }) => view.addEventListener("click", open))
    .catch(() => { place.hidden = true; numbers.open = true; });
}
