"use strict";

// The builder: cards of levers, each change sent to the server, the answer put beside the baseline.
{
  const state = JSON.parse(document.getElementById("state").textContent);
  const levers = new Map(state.levers.map((lever) => [lever.name, lever]));
  const language = document.documentElement.lang;
  const cards = document.getElementById("cards");
  const result = document.getElementById("result");
  const refusal = document.getElementById("refusal");
  const against = document.getElementById("against");
  const base = document.getElementById("base");
  const title = document.getElementById("title");
  const address = new URLSearchParams(window.location.search);
  let scenario = state.scenario;
  let other = address.get("other") ?? "";
  let code = address.get("s") ?? "";
  let timer = 0;
  let busy = false;
  let waiting = null;

  const say = (value, lever) => `${Number((value * lever.scale).toPrecision(6)).toLocaleString(language)}\u00a0${lever.unit}`;
  const toField = (value, lever) => String(Number((value * lever.scale).toPrecision(6)));
  const toValue = (field, lever) => (field.value === "" ? null : Number(field.value) / lever.scale);

  function name(card, selector, id) {
    const field = card.querySelector(selector);
    field.id = id;
    const label = field.closest(".field").querySelector("label");
    label.htmlFor = id;
    return field;
  }

  function showScope(card, override, lever) {
    const text = card.querySelector(".scope-text");
    const chosen = lever.labels.filter(([label]) => override.applies_to.includes(label));
    text.textContent = chosen.length ? chosen.map(([, called]) => called).join(", ") : text.dataset.all;
  }

  function fillScope(card, override, lever, place) {
    const scope = card.querySelector(".scope");
    if (!lever.labels.length) {
      scope.remove();
      return;
    }
    lever.labels.forEach(([label, called], position) => {
      const box = document.createElement("input");
      box.type = "checkbox";
      box.id = `lever-${place}-on-${position}`;
      box.checked = override.applies_to.includes(label);
      box.addEventListener("change", () => {
        override.applies_to = override.applies_to.filter((known) => known !== label);
        if (box.checked) override.applies_to.push(label);
        showScope(card, override, lever);
        send(true);
      });
      const words = document.createElement("label");
      words.htmlFor = box.id;
      words.textContent = called;
      const line = document.createElement("p");
      line.append(box, words);
      scope.querySelector(".choices").append(line);
    });
    showScope(card, override, lever);
  }

  function makeCard(override, place) {
    const lever = levers.get(override.lever);
    const card = document.getElementById("card").content.firstElementChild.cloneNode(true);
    card.querySelector("legend").textContent = lever.label;
    card.querySelector(".meaning").textContent = lever.definition;
    card.querySelectorAll(".unit").forEach((part) => { part.textContent = lever.unit; });
    const slide = name(card, ".slide", `lever-${place}-slide`);
    const shown = card.querySelector("output");
    const fields = Object.fromEntries(["target", "low", "high", "start", "end", "ramp", "source"].map(
      (key) => [key, name(card, `.${key}`, `lever-${place}-${key}`)],
    ));
    const [low, high] = override.range ?? [null, null];
    slide.min = lever.minimum * lever.scale;
    slide.max = Math.max(lever.slider, override.target) * lever.scale;
    slide.step = lever.scale === 100 ? 1 : 0.05;
    const show = () => {
      shown.textContent = say(override.target, lever);
      slide.value = override.target * lever.scale;
      slide.setAttribute("aria-valuetext", shown.textContent);
    };
    fields.target.value = toField(override.target, lever);
    fields.low.value = low === null ? "" : toField(low, lever);
    fields.high.value = high === null ? "" : toField(high, lever);
    for (const key of ["start", "end", "ramp", "source"]) fields[key].value = override[key] ?? "";
    const bound = () => {
      const ends = [toValue(fields.low, lever), toValue(fields.high, lever)];
      override.range = ends[0] === null && ends[1] === null ? null
        : [ends[0] ?? override.target, ends[1] ?? override.target];
      // A range that the target has left is moved along: the slider never asks for what is refused.
      if (override.range) {
        override.range = [Math.min(override.range[0], override.target), Math.max(override.range[1], override.target)];
        if (ends[0] !== null) fields.low.value = toField(override.range[0], lever);
        if (ends[1] !== null) fields.high.value = toField(override.range[1], lever);
      }
    };
    const move = (value, finished) => {
      override.target = value;
      override.choice = true;
      bound();
      show();
      send(finished);
    };
    slide.addEventListener("input", () => {
      fields.target.value = slide.value;
      move(Number(slide.value) / lever.scale, false);
    });
    slide.addEventListener("change", () => send(true));
    fields.target.addEventListener("change", () => {
      if (fields.target.value !== "") move(Number(fields.target.value) / lever.scale, true);
    });
    for (const key of ["low", "high"]) fields[key].addEventListener("change", () => { bound(); send(true); });
    for (const key of ["start", "end"]) {
      fields[key].addEventListener("change", () => { override[key] = Number(fields[key].value); send(true); });
    }
    for (const key of ["ramp", "source"]) {
      fields[key].addEventListener("change", () => { override[key] = fields[key].value; send(true); });
    }
    card.querySelector(".remove").addEventListener("click", () => {
      scenario.levers.splice(scenario.levers.indexOf(override), 1);
      fill();
      document.getElementById("more").focus();
      send(true);
    });
    fillScope(card, override, lever, place);
    show();
    return card;
  }

  function fill() {
    title.value = scenario.name?.[language] ?? "";
    base.value = scenario.base === "baseline" ? "" : scenario.base ?? "";
    cards.replaceChildren(...scenario.levers.map(makeCard));
  }

  function write() {
    const query = new URLSearchParams({ s: code });
    if (other) query.set("other", other); else query.set("against", against.value);
    return `${window.location.pathname}?${query}`;
  }

  function refuse(details) {
    refusal.replaceChildren(...details.problems.map((problem) => {
      const item = document.createElement("p");
      const details = document.createElement("span");
      details.lang = "en";
      details.textContent = `${problem.where}: got ${problem.got}, expected ${problem.expected}. ${problem.mend}`;
      item.append(`[${problem.code}] ${problem.told ? `${problem.told} ` : ""}`, details);
      return item;
    }));
    refusal.hidden = false;
  }

  // One question at a time: what is moved meanwhile is asked when the answer is there.
  async function ask(body) {
    for (let attempt = 0; ; attempt += 1) {
      const answer = await fetch(`${window.location.pathname}/result`, {
        method: "POST",
        headers: { "Content-Type": "application/json", Accept: "application/json" },
        body: JSON.stringify({ scenario: body, against: against.value || "baseline", other }),
      });
      if (![429, 503].includes(answer.status) || attempt === 5) return answer;
      await new Promise((done) => { setTimeout(done, 1000); });
    }
  }

  async function run(body, finished, loaded) {
    result.setAttribute("aria-busy", "true");
    const answer = await ask(body);
    const content = await answer.json();
    if (answer.ok) {
      refusal.hidden = true;
      code = content.code;
      const page = new DOMParser().parseFromString(content.html, "text/html");
      replacePiece(result, page.body);
      if (loaded) {
        scenario = content.scenario;
        fill();
      }
      if (finished) history.pushState(null, "", write());
    } else {
      refuse(content);
    }
    result.setAttribute("aria-busy", String(waiting !== null));
  }

  async function pump() {
    busy = true;
    while (waiting) {
      const { body, finished, loaded } = waiting;
      waiting = null;
      await run(body, finished, loaded).catch(console.error);
    }
    busy = false;
  }

  function queue(body, finished, loaded) {
    waiting = { body, finished: finished || (waiting?.finished ?? false), loaded };
    return busy ? Promise.resolve() : pump();
  }

  function send(finished) {
    clearTimeout(timer);
    timer = setTimeout(() => queue(scenario, finished, false), finished ? 0 : 60);
  }

  document.getElementById("more").addEventListener("change", (event) => {
    const lever = levers.get(event.target.value);
    if (!lever) return;
    scenario.levers.push({
      lever: lever.name, applies_to: [], start: 2026, end: Math.min(2035, state.last), ramp: "linear",
      target: lever.neutral, range: null, source: "", choice: true,
    });
    event.target.value = "";
    fill();
    cards.lastElementChild.querySelector(".slide").focus();
    send(true);
  });
  base.addEventListener("change", () => { scenario.base = base.value; send(true); });
  title.addEventListener("change", () => {
    if (title.value.trim()) {
      scenario.name = { en: title.value, ru: title.value, kk: title.value };
      send(true);
    }
  });
  against.addEventListener("change", () => {
    if (against.value) other = "";
    send(true);
  });
  document.getElementById("keep").addEventListener("click", async () => {
    if (!code) await queue(scenario, false, false);
    other = code;
    const own = against.querySelector("option[value='']") ?? against.appendChild(new Option("", ""));
    own.textContent = title.value;
    own.selected = true;
    send(true);
  });
  document.getElementById("file").addEventListener("change", async (event) => {
    const file = event.target.files[0];
    if (!file) return;
    await queue(await file.text(), true, true);
    event.target.value = "";
  });
  document.getElementById("builder").addEventListener("submit", (event) => event.preventDefault());
  window.addEventListener("popstate", () => window.location.reload());
  fill();
}
