"use strict";

// Without this script the form is sent by its button, and the same page comes back.
{
  const form = document.querySelector("form[data-live]");
  const place = document.getElementById(form.dataset.live);
  const year = form.elements.year;
  const scenario = document.getElementById("scenario");
  const shown = document.getElementById("shown-year");
  let timer = 0;
  let request = null;

  const show = (address) => {
    request?.abort();
    request = new AbortController();
    place.setAttribute("aria-busy", "true");
    fetch(address, { signal: request.signal }).then((answer) => answer.text()).then((text) => {
      const page = new DOMParser().parseFromString(text, "text/html");
      const piece = page.getElementById(place.id);
      if (!piece) throw new Error("the answer holds no flow");
      replacePiece(place, piece);
      document.title = page.title;
      place.setAttribute("aria-busy", "false");
    }).catch((error) => {
      if (error.name !== "AbortError") window.location.assign(address);
    });
  };

  const write = () => {
    const query = new URLSearchParams(new FormData(form));
    return `${window.location.pathname}?${query}`;
  };

  form.querySelector(".go").hidden = true;
  year.addEventListener("input", () => {
    shown.textContent = year.value;
    clearTimeout(timer);
    timer = setTimeout(() => show(write()), 120);
  });
  year.addEventListener("change", () => history.pushState(null, "", write()));
  scenario.addEventListener("change", () => {
    // An own scenario of the address gives way to the one that was chosen.
    form.querySelector("[name=s]")?.remove();
    scenario.name = "scenario";
    history.pushState(null, "", write());
    show(write());
  });
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    history.pushState(null, "", write());
    show(write());
  });
  window.addEventListener("popstate", () => window.location.reload());
}
