"use strict";
{
  const data = JSON.parse(document.getElementById("cases").textContent);
  const dialog = document.getElementById("behind");
  const part = (name) => dialog.querySelector(`[data-part="${name}"]`);
  const made = (tag, text, style) => {
    const element = document.createElement(tag);
    if (text) element.textContent = text;
    if (style) element.className = style;
    return element;
  };
  const count = (number) => number.toLocaleString("en-US");
  const months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

  // Minutes are those of the agreement's wall clock, so that no zone needs to be known here.
  function moment(minutes) {
    if (minutes === null) return "–";
    const at = new Date(minutes * 60000);
    const time = at.toISOString().slice(11, 16);
    return `${at.getUTCDate()} ${months[at.getUTCMonth()]} ${at.getUTCFullYear()}, ${time}`;
  }

  function row(place) {
    const [lead, minutes, why] = data.cases.slice(place * 3, place * 3 + 3);
    const line = made("tr");
    const name = made("th", data.leads[lead] || "no lead known");
    name.scope = "row";
    const told = [data.whys[why], moment(minutes), data.companies[lead] || "–"];
    line.append(name, ...told.map((text) => made("td", text)));
    return line;
  }

  function grid([name, total, places], when) {
    const shown = places.length < total ? `the first ${count(places.length)} of ${count(total)}, the latest first` : count(total);
    const box = made("div", "", "scroll");
    box.tabIndex = 0;
    box.setAttribute("role", "region");
    const table = made("table");
    const caption = made("caption", name ? `${name[0].toUpperCase()}${name.slice(1)}: ${shown}` : `Cases: ${shown}`);
    box.setAttribute("aria-label", caption.textContent);
    const head = made("tr");
    for (const title of ["Lead", "Why", when, "Company"]) {
      const cell = made("th", title);
      cell.scope = "col";
      head.append(cell);
    }
    const top = made("thead"), body = made("tbody");
    top.append(head);
    body.append(...places.map(row));
    table.append(caption, top, body);
    box.append(table);
    return box;
  }

  function show(number) {
    const [title, counted, groups, when, query, doubt] = data.lists[number];
    part("title").textContent = title;
    part("counted").textContent = data.counted[counted];
    part("doubt").hidden = !doubt;
    part("doubt").textContent = doubt;
    part("groups").replaceChildren(...groups.filter(([, total]) => total).map((group) => grid(group, when)));
    part("rest").hidden = !query;
    part("query").textContent = query;
    dialog.showModal();
    dialog.scrollTop = 0;
  }

  function opening(text, number) {
    const button = made("button", text, "figure");
    button.type = "button";
    button.dataset.list = number;
    button.setAttribute("aria-haspopup", "dialog");
    button.setAttribute("aria-label", `${text}: ${data.lists[number][0]}`);
    return button;
  }

  for (const mark of document.querySelectorAll("[data-list]")) {
    mark.replaceWith(opening(mark.textContent, mark.dataset.list));
  }
  // The slider shows figures that were not on the page when it was written.
  globalThis.opening = opening;
  addEventListener("click", (event) => {
    const button = event.target.closest("button.figure");
    if (button) show(button.dataset.list);
    else if (event.target === dialog || event.target.closest("#behind .close")) dialog.close();
  });
}
{
  let closed = [];
  addEventListener("beforeprint", () => {
    closed = [...document.querySelectorAll(".part > details:not([open]), .side .rest:not([open])")];
    for (const each of closed) each.open = true;
  });
  addEventListener("afterprint", () => {
    for (const each of closed) each.open = false;
  });
}
