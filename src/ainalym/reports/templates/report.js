"use strict";

// Without this script the page shows the same charts as still drawings.
for (const place of document.querySelectorAll("[data-specification]")) {
  const specification = JSON.parse(document.getElementById(place.dataset.specification).textContent);
  const drawing = place.innerHTML;
  const options = {
    ...specification.usermeta.embedOptions,
    mode: "vega-lite",
    actions: false,
    defaultStyle: false,
    tooltip: { disableDefaultStyle: true },
  };
  window.vegaEmbed(place, specification, options).then(
    () => { place.dataset.live = "true"; },
    (error) => {
      place.innerHTML = drawing;
      console.error(error);
    },
  );
}
