"use strict";
for (const place of document.querySelectorAll("[data-spec]")) {
  const spec = JSON.parse(document.getElementById(place.dataset.spec).textContent);
  const numbers = place.closest("figure").querySelector("details");
  const plain = { disableDefaultStyle: true };
  const options = {
    mode: "vega-lite", actions: false, ast: true, renderer: "svg", defaultStyle: false, tooltip: plain,
  };
  vegaEmbed(place, spec, options)
    .catch(() => { place.hidden = true; numbers.open = true; });
}
let opened = [];
addEventListener("beforeprint", () => {
  opened = [...document.querySelectorAll(".part > details:not([open]), .side details:not([open])")];
  for (const each of opened) each.open = true;
});
addEventListener("afterprint", () => {
  for (const each of opened) each.open = false;
});
