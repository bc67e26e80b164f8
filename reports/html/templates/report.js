"use strict";
// The table of findings: unpacks them, filters them, opens them, and keeps what is chosen in the address.
// Texts become text nodes; no markup is made of any.
(() => {
  const SEVERITIES = ["critical", "high", "medium", "low", "informational"];
  const VERDICTS = ["fail", "suppressed", "unknown", "pass", "not applicable"];
  const AT_ONCE = 50;

  // What findings are filtered by: `by` names a member of each, of which `of` gives a value, or several. Boxes combine.
  const FACETS = {
    severity: { label: "Severity", by: "check", of: check => check.severity, boxes: SEVERITIES },
    verdict: { label: "Verdict", by: "verdict", of: verdict => verdict, boxes: VERDICTS },
    provider: { label: "Provider", by: "scope", of: ([provider]) => provider },
    account: { label: "Account", by: "scope", of: ([provider, account]) => `${provider} ${account}`, said: called },
    region: { label: "Region", by: "scope", of: ([, , region]) => region },
    kind: { label: "Kind of resource", by: "kind", of: kind => kind },
    check: { label: "Check", by: "check", of: check => check.id, said: id => `${id} ${titles.get(id)}` },
    system: { label: "AI system", by: "systems", of: systems => systems.length ? systems : [""], none: "none declared" },
    control: { label: "Control", by: "check", of: check => check.speaks, said: id => id.endsWith(":") ? `${id} all` : id },
    path: { label: "Attack path", by: "path", of: path => path },
    state: { label: "Since the last report", by: "state", of: state => state, none: "not compared" },
  };

  const findings = [], shown = [], opened = new Set(), titles = new Map(), names = new Map();
  const chosen = new Map(), counters = new Map(), distinct = new Map();
  const blocks = [...document.querySelectorAll("script.rows")];
  const at = id => document.getElementById(id);
  let checks = [], page = 0, text = "", wanted = "", turns = 0, waits = 0, loading = null, loaded = false;

  // An account by its name, as far as it is known.
  function called(account) {
    return names.get(account) ?? account;
  }

  function element(name, attributes, ...children) {
    const made = document.createElement(name);
    for (const [key, value] of Object.entries(attributes ?? {})) made.setAttribute(key, value);
    made.append(...children.filter(child => child !== null));
    return made;
  }

  const { format: number } = new Intl.NumberFormat("en");

  function bytes(text) {
    if (Uint8Array.fromBase64) return Uint8Array.fromBase64(text);
    const binary = atob(text), found = new Uint8Array(binary.length);
    for (let n = 0; n < binary.length; n++) found[n] = binary.charCodeAt(n);
    return found;
  }

  // Read part by part: a Response would do it in one line, and takes twice as long.
  async function unpacked(source) {
    const inflating = new DecompressionStream("deflate"), writer = inflating.writable.getWriter();
    const written = writer.write(bytes(source.textContent)).then(() => writer.close());
    const reader = inflating.readable.getReader(), decoder = new TextDecoder();
    let text = "";
    for (let part = await reader.read(); !part.done; part = await reader.read()) {
      text += decoder.decode(part.value, { stream: true });
    }
    await written;
    return JSON.parse(text);
  }

  // -- what there is -----------------------------------------------------------------------------------------------

  function describe({ checks: described, controls, accounts }) {
    for (const [account, name] of Object.entries(accounts)) names.set(account, name);
    checks = described.map(check => {
      const own = controls[check.controls];
      titles.set(check.id, check.title);
      return { ...check, severity: SEVERITIES[check.severity], controls: own,
        words: [check.id, check.slug, check.title].join("\n").toLowerCase(),
        speaks: [...new Set(own.flatMap(([framework, id]) => [`${framework}:`, `${framework}:${id}`]))] };
    });
  }

  // One value for all that are equal: findings are counted by which they have, not by what it says.
  function same(value) {
    const key = JSON.stringify(value);
    if (!distinct.has(key)) distinct.set(key, value);
    return distinct.get(key);
  }

  // Texts stay as they are until somebody looks at them or searches them: taking them apart would take longest.
  function add({ check, facets }, packed, details) {
    const block = { packed, details, loading: null };
    const members = ({ values, of }) => {
      const own = values.map(same);
      return of.map(n => own[n]);
    };
    const [verdict, scope, kind] = [facets.verdict, facets.scope, facets.kind].map(members);
    const [systems, path, state] = [facets.systems, facets.path, facets.state].map(members);
    for (let place = 0; place < check.length; place++) {
      findings.push({ block, place, check: checks[check[place]], verdict: verdict[place], scope: scope[place],
        kind: kind[place], systems: systems[place], path: path[place], state: state[place] });
    }
  }

  // The texts of a block.
  function load(block) {
    return block.loading ??= unpacked(block.packed).then(({ fingerprints, texts }) => {
      block.packed.remove();
      Object.assign(block, { fingerprints, texts });
    });
  }

  // Those of all of them, which a search needs, and a finding that the address names.
  function loadAll() {
    return loading ??= Promise.all([...new Set(findings.map(one => one.block))].map(load)).then(() => { loaded = true; });
  }

  const fingerprint = ({ block, place }) => (block.ids ??= block.fingerprints.split("\n"))[place];
  const words = ({ block, place }) => (block.words ??= block.texts.toLowerCase().split("\n"))[place];

  function said({ block, place }) {
    const [name, id, message] = (block.lines ??= block.texts.split("\n"))[place].split("\t");
    return { name, id, message };
  }

  // -- filters -------------------------------------------------------------------------------------------------------

  // How many findings have each value of a facet, of how many have each member that it goes by.
  function tally(counted, of) {
    const found = new Map();
    for (const [member, times] of counted) {
      for (const value of [of(member)].flat()) found.set(value, (found.get(value) ?? 0) + times);
    }
    return found;
  }

  const count = (counted, member) => counted.set(member, (counted.get(member) ?? 0) + 1);

  // Whether a finding has one of these values. Each member is looked at once.
  function test({ by, of }, values) {
    const known = new Map();
    return one => {
      const member = one[by];
      if (!known.has(member)) known.set(member, [of(member)].flat().some(value => values.has(value)));
      return known.get(member);
    };
  }

  function filter() {
    const active = [...chosen].filter(([, values]) => values.size)
      .map(([name, values]) => [name, test(FACETS[name], values)]);
    const sought = text.trim().toLowerCase().split(/\s+/).filter(Boolean);
    const boxes = [...counters.keys()].map(name => [name, FACETS[name], new Map()]);
    shown.length = 0;
    for (const one of findings) {
      if (!sought.every(word => one.check.words.includes(word) || words(one).includes(word))) continue;
      let missed = "";
      for (const [name, meets] of active) {
        if (meets(one)) continue;
        missed = missed ? "several" : name;
        if (missed === "several") break;
      }
      if (!missed) shown.push(one);
      // A box says how many there would be with it, whatever else of its row is ticked.
      for (const [name, { by }, counted] of boxes) if (!missed || missed === name) count(counted, one[by]);
    }
    for (const [name, { of }, counted] of boxes) {
      const found = tally(counted, of);
      for (const [value, counter] of counters.get(name)) counter.textContent = number(found.get(value) ?? 0);
    }
  }

  function offer() {
    const counted = new Map(Object.values(FACETS).map(({ by }) => [by, new Map()]));
    for (const [by, members] of counted) for (const one of findings) count(members, one[by]);
    for (const [name, facet] of Object.entries(FACETS)) {
      const found = tally(counted.get(facet.by), facet.of);
      if (facet.boxes) {
        counters.set(name, new Map());
        const labels = facet.boxes.filter(value => found.has(value)).map(value => {
          const counter = element("span", { class: "number-of" });
          const box = element("input", { type: "checkbox", name, value });
          counters.get(name).set(value, counter);
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
    history.replaceState(null, "", `#${String(said) || "findings"}`);
  }

  // -- the table -----------------------------------------------------------------------------------------------------

  function row(one) {
    const { name, id, message } = said(one), [, , region] = one.scope, key = fingerprint(one);
    const title = element("button", { type: "button", class: "title", "aria-expanded": "false" }, one.check.title);
    title.addEventListener("click", () => toggle(one, title));
    const tags = [one.state, ...one.systems].filter(Boolean);
    return element("tr", { id: `f-${key}` },
      element("td", null, element("span", { class: `chip ${one.check.severity}` }, one.check.severity),
        element("span", { class: "verdict" }, one.verdict)),
      element("td", null, title, element("p", { class: "below message" }, message)),
      element("td", null, element("bdi", null, name || id),
        element("p", { class: "below" }, `${one.kind} · ${called(FACETS.account.of(one.scope))} · ${region}`),
        tags.length ? element("p", { class: "below" }, ...tags.flatMap(tag =>
          [element("span", { class: "tag" }, element("bdi", null, tag)), " "])) : null));
  }

  async function render() {
    const last = Math.max(0, Math.ceil(shown.length / AT_ONCE) - 1);
    page = Math.min(page, last);
    const from = page * AT_ONCE, some = shown.slice(from, from + AT_ONCE);
    const turn = ++turns;
    if (some.some(one => one.block.texts === undefined)) await waiting(Promise.all(some.map(one => load(one.block))));
    if (turn !== turns) return; // something else was chosen since
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
    const more = (await unpacked(one.block.details))[one.place];
    if (!opened.has(one) || !after.isConnected) return;
    const cell = element("td", { colspan: "3" }, detail(one, more));
    after.after(element("tr", { class: "opened", id: `d-${fingerprint(one)}` }, cell));
    title.setAttribute("aria-controls", `d-${fingerprint(one)}`);
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

  const isolated = value => element("bdi", { class: "id" }, value);

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
    const { check, scope: [, , region] } = one, { id } = said(one), key = fingerprint(one);
    const evidence = more.evidence.map(([name, value]) => [name, element("pre", null, value)]);
    const where = facts([["Resource", isolated(id)], ["Kind", one.kind], ["Region", region],
      ["Console", more.console && link(more.console)],
      ["Declared at", more.source && isolated(more.source.filter(Boolean).join(", "))],
      ["Not found in code", more.unsourced],
      ["AI systems", one.systems.join(", ")], ["Since the last report", one.state],
      ["First seen", more.since],
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
        element("a", { href: `#f=${key}` }, "Link to it"), ". Fingerprint ", isolated(key), ".")));
  }

  // -- all together --------------------------------------------------------------------------------------------------

  // Whoever looks on sees that what is shown is not yet what was chosen.
  async function waiting(done) {
    waits += 1;
    document.documentElement.dataset.busy = "";
    at("table").setAttribute("aria-busy", "true");
    try {
      await done;
    } finally {
      waits -= 1;
      if (!waits) {
        delete document.documentElement.dataset.busy;
        at("table").removeAttribute("aria-busy");
      }
    }
  }

  async function show() {
    const turn = ++turns;
    if ((text.trim() || wanted) && !loaded) await waiting(loadAll());
    if (turn !== turns) return;
    filter();
    if (wanted) {
      const place = shown.findIndex(one => fingerprint(one) === wanted);
      if (place >= 0) page = Math.floor(place / AT_ONCE);
    }
    mirror();
    await render();
  }

  // Go to the finding that the address names, or to the table.
  async function go() {
    const one = wanted && shown.find(one => fingerprint(one) === wanted);
    if (wanted && !one) at("matching").textContent += "; the finding that the address names is not among them";
    if (!one) {
      at("findings").scrollIntoView();
      return;
    }
    const title = at(`f-${wanted}`)?.querySelector("button");
    if (!title) return; // something else was chosen since
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

  async function turn(by) {
    page += by;
    wanted = "";
    await render();
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
    window.addEventListener("hashchange", async () => {
      if (!read()) return;
      await show();
      go();
    });
  }

  async function start() {
    if (!blocks.length) return;
    at("table").hidden = false;
    const named = read();
    describe(await unpacked(document.querySelector("script.checks")));
    const [texts, details] = ["texts", "details"].map(name => document.querySelectorAll(`script.${name}`));
    // All at once: one after the other they would wait for each other more than they work.
    for (const [block, found] of (await Promise.all(blocks.map(unpacked))).entries()) {
      add(found, texts[block], details[block]);
      blocks[block].remove();
    }
    offer();
    at("filters").hidden = false;
    await show();
    listen();
    if (named) go();
    document.documentElement.dataset.ready = Math.round(performance.now());
    setTimeout(loadAll);
  }

  start().catch(problem => {
    at("table").hidden = false;
    at("matching").textContent = `This browser cannot show the findings (${problem.message}). They are in the JSON report.`;
    throw problem;
  });
})();
