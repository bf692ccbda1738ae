"use strict";

// Without this script the pages show the same charts as still drawings and the same tables.
// Expressions of charts run in an interpreter, so that the pages need no right to make code of texts.
function enliven(place) {
  const specification = JSON.parse(document.getElementById(place.dataset.specification).textContent);
  const drawing = place.innerHTML;
  const options = {
    ...specification.usermeta.embedOptions,
    mode: specification.$schema.includes("/vega/") ? "vega" : "vega-lite",
    ast: true,
    actions: false,
    defaultStyle: false,
    tooltip: { disableDefaultStyle: true },
  };
  return window.vegaEmbed(place, specification, options).then(
    () => { place.dataset.live = "true"; },
    (error) => {
      place.innerHTML = drawing;
      console.error(error);
    },
  );
}

function enlivenWhenSeen(root) {
  const watcher = new IntersectionObserver((entries) => {
    for (const entry of entries.filter((candidate) => candidate.isIntersecting)) {
      watcher.unobserve(entry.target);
      enliven(entry.target);
    }
  }, { rootMargin: "400px" });
  for (const place of root.querySelectorAll("[data-specification]")) watcher.observe(place);
}

function filterRows(form) {
  const rows = [...document.getElementById(form.dataset.filter).tBodies[0].rows];
  const field = form.querySelector("input");
  const status = form.querySelector("[role=status]");
  const show = () => {
    const wanted = field.value.trim().toLocaleLowerCase(document.documentElement.lang);
    for (const row of rows) {
      row.hidden = !row.textContent.toLocaleLowerCase(document.documentElement.lang).includes(wanted);
    }
    const left = rows.filter((row) => !row.hidden).length;
    status.textContent = left ? `${left} / ${rows.length}` : status.dataset.none;
    if (!wanted) status.textContent = "";
  };
  field.addEventListener("input", show);
  form.addEventListener("submit", (event) => event.preventDefault());
  show();
}

// The language switch keeps the query and the place on the page.
for (const link of document.querySelectorAll("a[data-keep]")) {
  link.addEventListener("click", () => {
    link.href = link.pathname + window.location.search + window.location.hash;
  });
}

// Puts a new piece of a page in its place; a chart keeps its old drawing until the new one is alive.
function replacePiece(place, piece) {
  for (const chart of piece.querySelectorAll("[data-specification]")) {
    const old = place.querySelector(`[data-specification="${chart.dataset.specification}"]`);
    if (old) {
      chart.innerHTML = old.innerHTML;
      chart.style.minHeight = `${old.offsetHeight}px`;
    }
  }
  const open = place.querySelector("details[open]") !== null;
  place.replaceChildren(...piece.childNodes);
  if (open) place.querySelectorAll("details").forEach((part) => { part.open = true; });
  if (window.vegaEmbed) enlivenWhenSeen(place);
}

if (window.vegaEmbed) enlivenWhenSeen(document);
for (const form of document.querySelectorAll("form[data-filter]")) filterRows(form);
