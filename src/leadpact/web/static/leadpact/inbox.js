"use strict";
{
  const works = () => [...document.querySelectorAll(".work")];
  const chosen = () => [...document.querySelectorAll("[data-choose]:checked")].map((box) => box.closest(".work"));
  const dialogOf = (act) => document.getElementById(`do-${act}`);
  let place = 0;

  // What is done: the dialog gets the leads, and a key that makes a repetition harmless.
  const ask = (act, leads) => {
    const dialog = dialogOf(act);
    if (!dialog || !leads.length) return;
    const form = dialog.querySelector("form");
    form.reset();
    form.elements.once.value = crypto.randomUUID?.() ?? String(Math.random()).slice(2);
    dialog.querySelector("[data-leads]").replaceChildren(...leads.map((work) => {
      const field = document.createElement("input");
      field.type = "hidden";
      field.name = "lead";
      field.value = work.dataset.lead;
      return field;
    }));
    dialog.querySelector("[data-whom]").textContent = leads.length === 1 ? `: ${leads[0].dataset.name}` : `: ${leads.length} leads`;
    if (form.elements.obligation) {
      form.elements.obligation.value = leads[0].dataset.obligation;
      dialog.querySelector("p[data-obligation]").textContent = leads[0].dataset.obligation;
    }
    if (form.elements.channel && leads.length === 1 && leads[0].dataset.channel) form.elements.channel.value = leads[0].dataset.channel;
    dialog.querySelector("[data-fault]").hidden = true;
    dialog.showModal();
    form.querySelector("select, input:not([type=hidden]), button")?.focus();
  };

  const recount = () => {
    const n = chosen().length;
    const told = document.querySelector("[data-chosen]");
    if (told) told.textContent = n ? `${n} chosen` : "Choose leads to work several at once.";
    const acts = document.querySelector(".bulk-acts");
    if (acts) acts.hidden = !n;
  };

  document.addEventListener("change", (event) => {
    if (event.target.matches?.("[data-all]"))
      for (const box of document.querySelectorAll("[data-choose]")) box.checked = event.target.checked;
    if (event.target.matches?.("[data-all], [data-choose]")) recount();
  });
  document.addEventListener("click", (event) => {
    const button = event.target.closest?.("[data-act]");
    if (!button) return;
    const work = button.closest(".work");
    if (work) place = works().indexOf(work);
    ask(button.dataset.act, work ? [work] : chosen());
  });
  document.addEventListener("submit", (event) => {
    if (event.target.id === "bulk") event.preventDefault();
  });
  document.addEventListener("refused", (event) => {
    const fault = document.querySelector("dialog[open] [data-fault]");
    if (!fault) return;
    fault.textContent = event.detail.value;
    fault.hidden = false;
  });
  document.addEventListener("worked", () => {
    const dialog = document.querySelector("dialog[open]");
    if (!dialog) return;
    const keys = [...dialog.querySelectorAll("[name=lead]")].map((field) => field.value);
    const about = dialog.querySelector("[name=obligation]")?.value;
    dialog.close();
    for (const work of works())
      if (keys.includes(work.dataset.lead) && work.dataset.obligation === about) work.classList.add("done");
  });
  // After the queue was made anew the place in it is kept.
  document.addEventListener("htmx:afterSettle", (event) => {
    if (!["found", "main"].includes(event.detail.target?.id) && !["found", "main"].includes(event.detail.elt?.id)) return;
    recount();
    if (document.activeElement === document.body) works()[Math.min(place, works().length - 1)]?.focus({ preventScroll: true });
  });

  // Keyboard shortcuts, which everybody can turn off.
  const toggle = document.getElementById("keys-on");
  if (toggle) {
    toggle.checked = localStorage.getItem("keys") !== "off";
    toggle.addEventListener("change", () => localStorage.setItem("keys", toggle.checked ? "on" : "off"));
  }
  const ACTS = { a: "accept", r: "reject", l: "attempt", s: "snooze", g: "reassign" };
  const go = (step) => {
    const all = works();
    if (!all.length) return;
    const here = all.indexOf(document.activeElement?.closest?.(".work"));
    place = here < 0 ? (step > 0 ? 0 : all.length - 1) : Math.max(0, Math.min(all.length - 1, here + step));
    all[place].focus();
  };
  document.addEventListener("keydown", (event) => {
    const typing = event.target.matches?.("input:not([type=checkbox]), select, textarea") || document.querySelector("dialog[open]");
    if (!toggle?.checked || typing || event.ctrlKey || event.metaKey || event.altKey) return;
    const work = document.activeElement?.closest?.(".work");
    if (event.key === "j") go(1);
    else if (event.key === "k") go(-1);
    else if (event.key === "?") document.getElementById("keys").showModal();
    else if (event.key === "/") document.querySelector(".search")?.focus();
    else if (work && event.key === "Enter" && event.target === work) work.querySelector(".whom a").click();
    else if (work && event.key === "x") work.querySelector("[data-choose]").click();
    else if (work && ACTS[event.key]) {
      const act = event.key === "s" && work.querySelector("[data-act=resume]") ? "resume" : ACTS[event.key];
      place = works().indexOf(work);
      if (work.querySelector(`[data-act=${act}]`)) ask(act, [work]);
    } else return;
    event.preventDefault();
  });
}
