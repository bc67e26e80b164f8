"use strict";
// The table of findings: unpacks them, filters them, opens them, and keeps what is chosen in the address.
// Texts become text nodes; no markup is made of any.
(() => {
  const SEVERITIES = ["critical", "high", "medium", "low", "informational"];
  const VERDICTS = ["pass", "fail", "unknown", "not applicable", "suppressed"];
  const AT_ONCE = 50;

  // What findings are filtered by. `of` gives the value of a finding, or several. Boxes can be combined.
  const FACETS = {
    severity: { label: "Severity", of: one => one.check.severity, boxes: SEVERITIES },
    verdict: { label: "Verdict", of: one => one.verdict, boxes: ["fail", "suppressed", "unknown", "pass", "not applicable"] },
    provider: { label: "Provider", of: one => one.provider },
    account: { label: "Account", of: one => one.account },
    region: { label: "Region", of: one => one.region },
    kind: { label: "Kind of resource", of: one => one.kind },
    check: { label: "Check", of: one => one.check.id, said: id => `${id} ${titles.get(id)}` },
    system: { label: "AI system", of: one => one.systems.length ? one.systems : [""], none: "none declared" },
    control: { label: "Control", of: one => one.check.speaks, said: id => id.endsWith(":") ? `${id} all` : id },
    path: { label: "Attack path", of: one => one.hops > 1 ? "yes" : "no" },
    state: { label: "Since the last report", of: one => one.state, none: "not compared" },
  };

  const findings = [], shown = [], opened = new Set(), titles = new Map(), texts = new Map();
  const chosen = new Map(), counters = new Map();
  const blocks = [...document.querySelectorAll("script.rows")];
  const details = [...document.querySelectorAll("script.details")];
  const at = id => document.getElementById(id);
  let checks = [], page = 0, text = "", wanted = "";

  function element(name, attributes, ...children) {
    const made = document.createElement(name);
    for (const [key, value] of Object.entries(attributes ?? {})) made.setAttribute(key, value);
    made.append(...children.filter(child => child !== null));
    return made;
  }

  const { format: number } = new Intl.NumberFormat("en");

  async function unpacked(source) {
    const binary = atob(source.textContent), bytes = new Uint8Array(binary.length);
    for (let n = 0; n < binary.length; n++) bytes[n] = binary.charCodeAt(n);
    const inflating = new DecompressionStream("deflate"), writer = inflating.writable.getWriter();
    const written = writer.write(bytes).then(() => writer.close());
    const [found] = await Promise.all([new Response(inflating.readable).json(), written]);
    return found;
  }

  // -- what there is -----------------------------------------------------------------------------------------------

  function describe({ checks: described, controls }) {
    checks = described.map(check => {
      const own = controls[check.controls];
      titles.set(check.id, check.title);
      return { ...check, severity: SEVERITIES[check.severity], controls: own,
        speaks: [...new Set(own.flatMap(([framework, id]) => [`${framework}:`, `${framework}:${id}`]))] };
    });
  }

  // One text for all that are equal: what is counted by it is found sooner.
  function same(text) {
    if (!texts.has(text)) texts.set(text, text);
    return texts.get(text);
  }

  function add({ rows, scopes, kinds }, block) {
    const places = scopes.map(([provider, account, region]) =>
      [same(provider), same(`${provider} ${account}`), same(region)]);
    const titled = kinds.map(same);
    for (const [place, row] of rows.entries()) {
      const [fingerprint, check, verdict, scope, kind, name, id, message, systems, hops, state] = row;
      const [provider, account, region] = places[scope];
      findings.push({ fingerprint, check: checks[check], verdict: VERDICTS[verdict], provider, region, account,
        kind: titled[kind], name, id, message, systems: systems.map(same), hops, state: same(state), block, place,
        words: "" });
    }
  }

  function words(one) {
    return one.words ||= [one.check.id, one.check.slug, one.check.title, one.name, one.id, one.message]
      .join("\n").toLowerCase();
  }

  // -- filters -------------------------------------------------------------------------------------------------------

  const meets = (value, values) => Array.isArray(value) ? value.some(one => values.has(one)) : values.has(value);

  function filter() {
    const active = [...chosen].filter(([, values]) => values.size).map(([name, values]) => [FACETS[name].of, values, name]);
    const sought = text.trim().toLowerCase().split(/\s+/).filter(Boolean);
    const numbers = { severity: new Map(), verdict: new Map() };
    shown.length = 0;
    for (const one of findings) {
      if (sought.length && !sought.every(word => words(one).includes(word))) continue;
      let missed = "";
      for (const [of, values, name] of active) {
        if (meets(of(one), values)) continue;
        missed = missed ? "several" : name;
        if (missed === "several") break;
      }
      if (!missed) shown.push(one);
      // A box says how many there would be with it, whatever else of its row is ticked.
      for (const name of ["severity", "verdict"]) {
        if (missed && missed !== name) continue;
        const value = FACETS[name].of(one);
        numbers[name].set(value, (numbers[name].get(value) ?? 0) + 1);
      }
    }
    for (const [name, counted] of Object.entries(numbers)) {
      for (const value of FACETS[name].boxes) {
        const counter = counters.get(`${name} ${value}`);
        if (counter) counter.textContent = number(counted.get(value) ?? 0);
      }
    }
  }

  function counts(of) {
    const found = new Map();
    const add = (value, times) => found.set(value, (found.get(value) ?? 0) + times);
    if (of === FACETS.control.of) {  // which depend on the check alone, and are many
      const by = new Map();
      for (const one of findings) by.set(one.check, (by.get(one.check) ?? 0) + 1);
      for (const [check, times] of by) for (const value of check.speaks) add(value, times);
      return found;
    }
    for (const one of findings) {
      const value = of(one);
      if (Array.isArray(value)) for (const part of value) add(part, 1); else add(value, 1);
    }
    return found;
  }

  function offer() {
    for (const [name, facet] of Object.entries(FACETS)) {
      const found = counts(facet.of);
      if (facet.boxes) {
        const labels = facet.boxes.filter(value => found.has(value)).map(value => {
          const counter = element("span", { class: "number-of" });
          const box = element("input", { type: "checkbox", name, value });
          counters.set(`${name} ${value}`, counter);
          return element("label", null, box, ` ${value} `, counter);
        });
        at("boxes").append(element("fieldset", null, element("legend", null, facet.label), ...labels));
      } else if (found.size > 1 || (found.size === 1 && chosen.has(name))) {
        const values = [...found].sort(([a], [b]) => a < b ? -1 : 1);
        const options = values.map(([value, times]) =>
          element("option", { value: `=${value}` }, `${value ? facet.said?.(value) ?? value : facet.none} (${number(times)})`));
        const select = element("select", { name, id: `by-${name}` }, element("option", { value: "" }, "any"), ...options);
        at("choices").append(element("p", { class: "text" }, element("label", { for: select.id }, facet.label), select));
      }
    }
  }

  // The filters as what is chosen has them.
  function mirror() {
    at("text").value = text;
    for (const box of at("boxes").querySelectorAll("input")) box.checked = chosen.get(box.name)?.has(box.value) ?? false;
    for (const select of at("choices").querySelectorAll("select")) {
      const [value] = chosen.get(select.name) ?? [];
      select.value = value === undefined ? "" : `=${value}`;
    }
    at("clear").hidden = !text && ![...chosen.values()].some(values => values.size);
  }

  function note() {
    for (const name of Object.keys(FACETS)) chosen.delete(name);
    for (const box of at("boxes").querySelectorAll(":checked")) {
      chosen.set(box.name, (chosen.get(box.name) ?? new Set()).add(box.value));
    }
    for (const select of at("choices").querySelectorAll("select")) {
      if (select.value) chosen.set(select.name, new Set([select.value.slice(1)]));
    }
    text = at("text").value;
  }

  // -- the address -----------------------------------------------------------------------------------------------

  // What the address says. One without `=` names a part of the page.
  function read() {
    if (!location.hash.includes("=")) return false;
    const said = new URLSearchParams(location.hash.slice(1));
    chosen.clear();
    for (const name of Object.keys(FACETS)) {
      if (said.has(name)) chosen.set(name, new Set(said.getAll(name)));
    }
    text = said.get("q") ?? "";
    page = Math.max(0, (parseInt(said.get("page"), 10) || 1) - 1);
    wanted = said.get("f") ?? "";
    return true;
  }

  function write() {
    const said = new URLSearchParams();
    if (text) said.set("q", text);
    for (const [name, values] of chosen) for (const value of values) said.append(name, value);
    if (page) said.set("page", page + 1);
    if (wanted) said.set("f", wanted);
    history.replaceState(null, "", `#${said.size ? said : "findings"}`);
  }

  // -- the table -----------------------------------------------------------------------------------------------------

  function row(one) {
    const title = element("button", { type: "button", class: "title", "aria-expanded": "false" }, one.check.title);
    title.addEventListener("click", () => toggle(one, title));
    const tags = [one.state, ...one.systems].filter(Boolean);
    return element("tr", { id: `f-${one.fingerprint}` },
      element("td", null, element("span", { class: `chip ${one.check.severity}` }, one.check.severity),
        element("span", { class: "verdict" }, one.verdict)),
      element("td", null, title, element("p", { class: "below message" }, one.message)),
      element("td", null, element("bdi", null, one.name || one.id),
        element("p", { class: "below" }, `${one.kind} · ${one.account} · ${one.region}`),
        tags.length ? element("p", { class: "below" }, ...tags.flatMap(tag =>
          [element("span", { class: "tag" }, element("bdi", null, tag)), " "])) : null));
  }

  function render() {
    const last = Math.max(0, Math.ceil(shown.length / AT_ONCE) - 1);
    page = Math.min(page, last);
    const from = page * AT_ONCE, some = shown.slice(from, from + AT_ONCE);
    opened.clear();
    at("rows").replaceChildren(...some.map(row));
    const total = number(findings.length);
    at("matching").textContent = shown.length === findings.length
      ? `${total} ${findings.length === 1 ? "finding" : "findings"}` : `${number(shown.length)} of ${total} findings match`;
    at("page").textContent = `${number(from + 1)} to ${number(from + some.length)} of ${number(shown.length)}`;
    at("pages").hidden = last === 0;
    at("back").disabled = page === 0;
    at("on").disabled = page === last;
  }

  async function toggle(one, title) {
    const after = title.closest("tr");
    if (opened.delete(one)) {
      title.setAttribute("aria-expanded", "false");
      title.removeAttribute("aria-controls");
      after.nextElementSibling?.classList.contains("opened") && after.nextElementSibling.remove();
      return;
    }
    opened.add(one);
    title.setAttribute("aria-expanded", "true");
    const more = (await unpacked(details[one.block]))[one.place];
    if (!opened.has(one) || !after.isConnected) return;
    const cell = element("td", { colspan: "3" }, detail(one, more));
    after.after(element("tr", { class: "opened", id: `d-${one.fingerprint}` }, cell));
    title.setAttribute("aria-controls", `d-${one.fingerprint}`);
  }

  // -- what a finding shows when it is open --------------------------------------------------------------------------

  const part = (title, ...content) => element("div", null, element("h3", null, title), ...content);

  function link(address) {
    return /^https:\/\//.test(address) ? element("a", { href: address, rel: "noreferrer" }, address) : address;
  }

  // Prose of ours: what stands between backticks is code.
  function prose(paragraphs) {
    return paragraphs.map(paragraph => element("p", null, ...paragraph.split("`").map((words, n) =>
      n % 2 ? element("code", null, words) : words)));
  }

  function facts(pairs) {
    return element("dl", null, ...pairs.filter(([, value]) => value).flatMap(([name, value]) =>
      [element("dt", null, name), element("dd", null, value)]));
  }

  const id = value => element("bdi", { class: "id" }, value);

  function controls(check) {
    return element("table", null, element("thead", null, element("tr", null,
      ...["Control", "The check's objective, and why"].map(name => element("th", { scope: "col" }, name)))),
      element("tbody", null, ...check.controls.map(([framework, control, relationship, reason]) => element("tr", null,
        element("td", null, `${framework} ${control}`), element("td", null, `${relationship}: ${reason}`)))));
  }

  function decided(one) {
    return facts([["Reason", one.reason], ["Owner", one.owner], ["Approved by", one.approver], ["Ticket", one.ticket],
      ["How long", one.term], ["Written in", one.place]]);
  }

  function detail(one, more) {
    const check = one.check;
    const evidence = more.evidence.map(([name, value]) => [name, element("pre", null, value)]);
    const where = facts([["Resource", id(one.id)], ["Kind", one.kind], ["Region", one.region],
      ["Console", more.console && link(more.console)],
      ["Declared at", more.source && id(more.source.filter(Boolean).join(", "))],
      ["Not found in code", more.unsourced],
      ["AI systems", one.systems.join(", ")], ["Since the last report", one.state],
      ["From the cache", Object.entries(more.cached).map(([name, day]) => `${name}, read ${day}`).join("; ")],
      ["Score", more.score]]);
    const hops = more.path.map(([what, name, whole]) =>
      element("li", null, element("span", { class: "hop", title: whole }, `${what} `, element("b", null, name))));
    return element("div", { class: "detail" },
      element("div", { class: "columns" },
        part(["fail", "suppressed"].includes(one.verdict) ? "How to fix" : "How to fix, if it fails", ...prose(check.fix)),
        part("Why it matters", ...prose(check.why))),
      more.path.length > 1 ? part("Path", element("ol", { class: "hops" }, ...hops)) : null,
      more.suppression ? part("Suppressed", decided(more.suppression)) : null,
      element("div", { class: "columns" },
        part("Where", where),
        evidence.length ? part("What was observed", facts(evidence)) : null),
      check.references.length ? part("References", element("ul", null, ...check.references.map(address =>
        element("li", null, link(address))))) : null,
      check.controls.length ? part("Controls", controls(check)) : null,
      part("This finding", element("p", null, `${check.id} ${check.slug}. `,
        element("a", { href: `#f=${one.fingerprint}` }, "Link to it"), ". Fingerprint ", id(one.fingerprint), ".")));
  }

  // -- all together --------------------------------------------------------------------------------------------------

  function show() {
    filter();
    if (wanted) {
      const place = shown.findIndex(one => one.fingerprint === wanted);
      if (place >= 0) page = Math.floor(place / AT_ONCE);
    }
    render();
    mirror();
  }

  // Go to the finding that the address names, or to the table.
  async function go() {
    const one = wanted && shown.find(({ fingerprint }) => fingerprint === wanted);
    if (wanted && !one) at("matching").textContent += "; the finding that the address names is not among them";
    if (!one) {
      at("findings").scrollIntoView();
      return;
    }
    const title = at(`f-${wanted}`).querySelector("button");
    if (!opened.has(one)) await toggle(one, title);
    title.focus({ preventScroll: true });
    at(`f-${wanted}`).scrollIntoView();
  }

  function change(keep = 0) {
    note();
    page = keep;
    wanted = "";
    show();
    write();
  }

  function turn(by) {
    page += by;
    wanted = "";
    render();
    write();
    at("findings").scrollIntoView();
  }

  function listen() {
    at("text").addEventListener("input", () => change());
    at("filters").addEventListener("change", event => event.target.id === "text" || change());
    at("back").addEventListener("click", () => turn(-1));
    at("on").addEventListener("click", () => turn(1));
    at("clear").addEventListener("click", () => {
      chosen.clear();
      text = "";
      mirror();
      change();
      at("text").focus();
    });
    window.addEventListener("hashchange", () => {
      if (!read()) return;
      show();
      go();
    });
  }

  async function start() {
    if (!blocks.length) return;
    at("table").hidden = false;
    const named = read();
    describe(await unpacked(document.querySelector("script.checks")));
    for (const [block, source] of blocks.entries()) {
      add(await unpacked(source), block);
      source.remove();
      if (block === 0) at("rows").replaceChildren(...findings.slice(0, AT_ONCE).map(row));
    }
    offer();
    show();
    listen();
    if (named) go();
    document.documentElement.dataset.ready = Math.round(performance.now());
  }

  start().catch(problem => {
    at("table").hidden = false;
    at("matching").textContent = `This browser cannot show the findings (${problem.message}). They are in the JSON report.`;
    throw problem;
  });
})();
