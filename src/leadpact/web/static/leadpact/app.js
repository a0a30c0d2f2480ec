"use strict";
{
  // The reader's zone, so that the next page shows times on their wall clock.
  const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
  if (zone && !document.cookie.split("; ").includes(`zone=${zone}`))
    document.cookie = `zone=${zone}; path=/; max-age=31536000; samesite=lax${location.protocol === "https:" ? "; secure" : ""}`;

  // Countdowns. `data-until` is the due instant; `data-spans` the working time until then, as
  // pairs of instants in milliseconds.
  const told = (seconds) => {
    const minutes = Math.floor(seconds / 60), hours = Math.floor(minutes / 60);
    if (seconds < 3600) return `${minutes}:${String(Math.floor(seconds % 60)).padStart(2, "0")} min`;
    return `${hours} h ${String(minutes % 60).padStart(2, "0")} min`;
  };
  const left = (place, now) => {
    return JSON.parse(place.dataset.spans).reduce((sum, [from, to]) => sum + Math.max(0, to - Math.max(from, now)), 0) / 1000;
  };
  const tick = () => {
    // The server's clock counts, not the reader's, which may be wrong.
    const now = Date.now() + skew;
    for (const place of document.querySelectorAll("[data-until]")) {
      const due = Date.parse(place.dataset.until);
      const text = now < due ? told(left(place, now)) : `overdue ${told((now - due) / 1000)}`;
      if (place.textContent !== text) place.textContent = text;
      place.classList.toggle("late", now >= due);
      place.classList.toggle("soon", now < due && left(place, now) < 1800);
    }
  };
  let skew = 0;
  const measure = () => {
    const at = document.querySelector("[data-now]");
    if (at) skew = Date.parse(at.dataset.now) - Date.now();
  };
  measure();
  tick();
  setInterval(tick, 1000);
  document.addEventListener("htmx:afterSettle", () => { measure(); tick(); });

  // Dialogs: `data-opens` names one; what is in it says how it closes (method="dialog").
  document.addEventListener("click", (event) => {
    const opener = event.target.closest?.("[data-opens]");
    if (opener) document.getElementById(opener.dataset.opens)?.showModal();
    const closer = event.target.closest?.("[data-closes]");
    if (closer) closer.closest("dialog")?.close();
  });

  // Toasts: the server sends `HX-Trigger: {"toast": "…"}`; a page may call for one as well.
  document.addEventListener("toast", (event) => {
    const toast = document.createElement("p");
    toast.className = "toast";
    toast.textContent = event.detail.value ?? event.detail;
    document.getElementById("toasts").append(toast);
    setTimeout(() => toast.remove(), 6000);
  });
  document.addEventListener("htmx:responseError", () => {
    document.dispatchEvent(new CustomEvent("toast", { detail: "That did not work. Load the page again." }));
  });
  document.addEventListener("htmx:sendError", () => {
    document.dispatchEvent(new CustomEvent("toast", { detail: "The server cannot be reached just now." }));
  });

  // A list's form to save a view follows the filters that are chosen without a new page.
  document.addEventListener("htmx:pushedIntoHistory", () => {
    for (const field of document.querySelectorAll("[data-follows-address]"))
      field.value = field.dataset.followsAddress ? location.pathname + location.search : location.search.slice(1);
  });
}
