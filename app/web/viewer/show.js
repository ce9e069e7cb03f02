// Shows a Bundle: every text goes into the page as text, never as markup.

const SVG = "http://www.w3.org/2000/svg";
const DIARY = "urn:onset:diary";

function made(name, attributes, ...inside) {
  const element = name.startsWith("svg:") ? document.createElementNS(SVG, name.slice(4)) : document.createElement(name);
  for (const [attribute, value] of Object.entries(attributes)) element.setAttribute(attribute, value);
  element.append(...inside.filter((part) => part !== undefined && part !== null));
  return element;
}

const textOf = (concept) => concept?.text ?? concept?.coding?.[0]?.display ?? concept?.coding?.[0]?.code ?? "";
const isOwn = (concept, code) => concept?.coding?.some((one) => one.system === DIARY && one.code === code);
const isTrend = (one) => one.category?.some((category) => isOwn(category, "trend"));
const dayOf = (instant) => (instant ?? "").slice(0, 10);
const spanOf = (period) => [period?.start, period?.end].map(dayOf);
const notesOf = (resource) => (resource.note ?? []).map((note) => note.text);

function table(heads, rows, look = "") {
  const line = (cells, kind) => made("tr", {}, ...cells.map((cell) => made(kind, {}, `${cell ?? ""}`)));
  const head = made("thead", {}, line(heads, "th"));
  return made("div", { class: "wide" }, made("table", { class: look }, head, made("tbody", {}, ...rows.map((row) => line(row, "td")))));
}

const bullets = (texts) => made("ul", {}, ...texts.map((text) => made("li", {}, text)));
const folded = (title, inside) => made("details", {}, made("summary", {}, title), inside);

function saved(name, type, content) {
  const button = made("button", { type: "button" }, name);
  button.addEventListener("click", () => {
    const address = URL.createObjectURL(new Blob([content], { type }));
    const end = type === "application/pdf" ? "pdf" : "json";
    made("a", { href: address, download: `${name.toLowerCase().replaceAll(" ", "-")}.${end}` }).click();
    setTimeout(() => URL.revokeObjectURL(address), 60_000);
  });
  return button;
}

function curve(points, first, last) {
  const [width, height, left, top] = [400, 84, 22, 8];
  const days = Math.max(1, (Date.parse(last) - Date.parse(first)) / 86_400_000);
  const x = (day) => left + ((Date.parse(day) - Date.parse(first)) / 86_400_000 / days) * (width - left - 6);
  const y = (score) => top + (1 - score / 10) * (height - 2 * top);
  const picture = made("svg:svg", { viewBox: `0 0 ${width} ${height}`, "aria-hidden": "true" });
  for (const score of [0, 5, 10]) {
    picture.append(
      made("svg:line", { class: "grid", x1: left, x2: width, y1: y(score), y2: y(score) }),
      made("svg:text", { class: "scale", x: left - 6, y: y(score) + 4, "text-anchor": "end" }, `${score}`),
    );
  }
  let path = "", before;
  for (const [day, score] of points) {
    const next = before && Date.parse(day) - Date.parse(before) <= 86_400_000;
    path += `${next ? "L" : "M"}${x(day).toFixed(1)} ${y(score).toFixed(1)}`;
    before = day;
    picture.append(made("svg:circle", { class: "dot", cx: x(day).toFixed(1), cy: y(score).toFixed(1), r: 1.6 }));
  }
  picture.append(made("svg:path", { class: "curve", d: path }));
  return picture;
}

function diaryOf(observations) {
  const daily = observations.filter((one) => one.effectiveDateTime?.length === 10 && one.valueQuantity && !isTrend(one));
  if (!daily.length) return [];
  const measures = Map.groupBy ? Map.groupBy(daily, (one) => textOf(one.code)) : grouped(daily);
  const days = [...new Set(daily.map((one) => one.effectiveDateTime))].sort();
  const scores = new Map(daily.map((one) => [`${one.effectiveDateTime} ${textOf(one.code)}`, one.valueQuantity.value]));
  const figures = [...measures].map(([name, found]) => {
    const points = found.map((one) => [one.effectiveDateTime, one.valueQuantity.value]).sort();
    const told = `${found.length} ${found.length === 1 ? "day" : "days"}, last ${points.at(-1)[1]}`;
    const caption = made("figcaption", {}, made("strong", {}, name), made("span", { class: "soft" }, told));
    return made("figure", {}, caption, curve(points, days[0], days.at(-1)));
  });
  const rows = days.map((day) => [day, ...[...measures.keys()].map((name) => scores.get(`${day} ${name}`))]);
  const whole = folded(`All ${rows.length} days`, table(["Date", ...measures.keys()], rows, "scores"));
  const about = made("p", { class: "soft" }, `Scores from 0 to 10, ${days[0]} to ${days.at(-1)}.`);
  return [made("h2", {}, "Symptom diary"), about, ...figures, whole];
}

function grouped(observations) {
  const found = new Map();
  for (const one of observations) found.set(textOf(one.code), [...(found.get(textOf(one.code)) ?? []), one]);
  return found;
}

function trendsOf(observations) {
  const groups = [];
  for (const one of observations) {
    const title = textOf(one.code).replace(": change from baseline", ""), notes = notesOf(one).join("\n");
    const last = groups.at(-1);
    if (last && last.notes === notes && !last.change && !one.valueQuantity) last.titles.push(title);
    else groups.push({ titles: [title], notes, change: changeOf(one) });
  }
  return groups.flatMap(({ titles, notes, change }) => [
    made("h3", {}, titles[0]),
    titles.length > 1 ? made("p", { class: "soft" }, `and ${titles.slice(1).join("; ")}`) : "",
    ...notes.split("\n").map((text) => made("p", {}, text)),
    change ? made("p", { class: "soft" }, change) : "",
  ]);
}

function changeOf(observation) {
  const part = (code) => observation.component?.find((one) => isOwn(one.code, code))?.valueQuantity?.value;
  if (!observation.valueQuantity) return "";
  const range = part("interval_low") === undefined ? "" : `, with an interval from ${part("interval_low")} to ${part("interval_high")}`;
  return `Change in points: ${observation.valueQuantity.value}${range}.`;
}

function doseOf(dose) {
  const taken = dose.status === "completed";
  const amount = dose.dosage?.dose ? `${dose.dosage.dose.value} ${dose.dosage.dose.unit ?? dose.dosage.dose.code}` : "";
  return [dayOf(dose.effectiveDateTime), taken ? "taken" : textOf(dose.statusReason?.[0]), amount, notesOf(dose).join("; ")];
}

function show(bundle) {
  const all = (bundle.entry ?? []).map((entry) => entry.resource);
  const of = (kind) => all.filter((one) => one.resourceType === kind);
  const [person] = of("Patient");
  const observations = of("Observation");
  const trends = observations.filter(isTrend);
  const notes = observations.filter((one) => one.valueString).map((one) => `${one.effectiveDateTime}: ${one.valueString}`);
  const readings = observations.filter((one) => one.effectiveDateTime?.length > 10 && one.valueQuantity);
  const plans = of("MedicationStatement"), doses = of("MedicationAdministration"), problems = of("Condition");
  const [allowed] = of("Consent");
  const parts = [];

  byId("title").textContent = person?.name?.[0]?.text ?? "Health diary";
  const about = [person?.birthDate && `Born ${person.birthDate}`, person?.gender].filter(Boolean).join(", ");
  if (about) parts.push(made("p", {}, about));
  parts.push(
    made("p", { class: "soft" }, `As of ${new Date(bundle.timestamp).toLocaleString()}. Written down by the patient; nobody has confirmed it.`),
  );
  const print = made("button", { type: "button" }, "Print");
  print.addEventListener("click", () => globalThis.print());
  const papers = of("DocumentReference").map(({ content: [{ attachment }] }) =>
    saved(attachment.title, attachment.contentType, bytesOf(attachment.data)),
  );
  const raw = saved("FHIR file", "application/fhir+json", JSON.stringify(bundle));
  parts.push(made("div", { class: "actions" }, print, ...papers, raw));

  if (problems.length) parts.push(made("h2", {}, "Conditions"), bullets(problems.map((one) => textOf(one.code))));
  if (plans.length) {
    const rows = plans.map((one) => [...spanOf(one.effectivePeriod), textOf(one.medicationCodeableConcept), one.dosage?.[0]?.text]);
    parts.push(made("h2", {}, "Medication"), table(["From", "To", "Medicine", "Dose"], rows));
  }
  if (trends.length) parts.push(made("h2", {}, "Trends"), ...trendsOf(trends).filter(Boolean));
  parts.push(...diaryOf(observations));
  if (readings.length) {
    const rows = readings.map((one) => [new Date(one.effectiveDateTime).toLocaleString(), textOf(one.code), one.valueQuantity.value]);
    parts.push(folded(`${rows.length} readings within a day`, table(["Time", "Measure", "Score"], rows)));
  }
  if (doses.length) {
    const taken = doses.filter((one) => one.status === "completed").length;
    const told = `${taken} taken, ${doses.length - taken} not taken. Nights without a record are unknown, not missed.`;
    parts.push(made("h2", {}, "Doses"), made("p", {}, told));
    parts.push(folded(`All ${doses.length} doses`, table(["Date", "Dose", "Amount", "Note"], doses.map(doseOf))));
  }
  if (notes.length) parts.push(made("h2", {}, "In the patient's words"), bullets(notes));
  if (allowed) {
    const until = dayOf(allowed.provision.period.end);
    parts.push(made("p", { class: "soft" }, `Shared until ${until}. What you keep of it is yours to protect.`));
  }
  byId("diary").replaceChildren(...parts);
}

addEventListener("beforeprint", () => document.querySelectorAll("details").forEach((part) => { part.open = true; }));
