"use strict";
{
  // Widths of a chart on paper, beside another and alone.
  const PAPER = 320, PAPER_ALONE = 660;
  const drawn = [];
  for (const place of document.querySelectorAll("[data-spec]")) {
    const spec = JSON.parse(document.getElementById(place.dataset.spec).textContent);
    const figure = place.closest("figure");
    const numbers = figure.querySelector("details");
    const plain = { disableDefaultStyle: true };
    const options = {
      mode: "vega-lite", actions: false, ast: true, renderer: "svg", defaultStyle: false, tooltip: plain,
    };
    const open = (event, item) => {
      const [row, column] = item?.datum?.opens ?? [];
      numbers.querySelector("tbody").rows[row]?.cells[column]?.querySelector("button")?.click();
    };
    vegaEmbed(place, spec, options)
      .then(({ view }) => {
        view.addEventListener("click", open);
        drawn.push({ view, paper: figure.matches(":only-child") ? PAPER_ALONE : PAPER });
      })
      .catch(() => { place.hidden = true; numbers.open = true; });
  }
  addEventListener("beforeprint", () => {
    for (const each of drawn) {
      each.screen = each.view.width();
      each.view.width(each.paper).run();
    }
  });
  addEventListener("afterprint", () => {
    for (const each of drawn) each.view.width(each.screen).run();
  });
}
