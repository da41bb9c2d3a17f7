// How tickets look. What may be touched is a button that says in data-action, data-ticket and data-line what it does.

import { el, setText } from "./dom.js";

const MINUTE = 60_000;
const AGES = [
  { below: 5 * MINUTE, name: "calm", sign: "●" },
  { below: 10 * MINUTE, name: "warn", sign: "▲" },
  { below: Infinity, name: "late", sign: "■" },
];

/** Makes the card of a ticket as the outbox previews it. */
export function ticketCard(ticket, { t, isExpo, now }) {
  const canceled = ticket.state === "CANCELED";
  const titleId = `title-${ticket.id}`;
  const isUnrouted = !ticket.stationId;
  const marks = ["ticket", canceled && "is-canceled", isUnrouted && "is-unrouted", ticket.leaving && "is-leaving"];
  const card = el(
    "article",
    {
      "data-key": ticket.id,
      class: marks.filter(Boolean).join(" "),
      "aria-labelledby": titleId,
      "aria-busy": ticket.pending ? "true" : null,
    },
    el(
      "header",
      {},
      el("h2", { id: titleId }, ticket.orderCode || "–"),
      el("p", { class: "elapsed" }),
      el("p", { class: "whose" }, [ticket.customerName, ticket.originName].filter(Boolean).join(" · ")),
      isExpo && !isUnrouted && el("p", { class: "station" }, ticket.stationName),
    ),
    isUnrouted && el("p", { class: "notice unrouted" }, `⚠ ${t("unrouted")}`),
    notice(ticket, canceled, t),
    el("ul", { class: "lines" }, ...ticket.lines.map((each) => lineRow(ticket, each, canceled, t))),
    bumpButton(ticket, canceled, t),
  );
  showAge(card, ticket, now, t);
  return card;
}

/** Writes the time since the ticket was sent into its card. */
export function showAge(card, ticket, now, t) {
  const passed = Math.max(0, now - Date.parse(ticket.sentAt ?? ticket.placedAt));
  if (Number.isNaN(passed)) return;
  const { name, sign } = AGES.find(({ below }) => passed < below);
  card.dataset.age = name;
  const isOver = ticket.state === "CANCELED"; // nobody needs to hurry any more
  setText(card.querySelector(".elapsed"), isOver ? clock(passed) : `${sign} ${clock(passed)} ${t(name)}`);
}

/** Makes the row of a finished ticket that can be recalled. */
export function doneRow(ticket, { t, isExpo }) {
  const made = ticket.lines.filter(({ voided }) => !voided).map(({ line }) => line.name);
  return el(
    "li",
    { "data-key": ticket.id, "aria-busy": ticket.pending ? "true" : null },
    el(
      "div",
      {},
      el("strong", {}, ticket.orderCode || "–"),
      " ",
      [ticket.customerName, isExpo && ticket.stationName].filter(Boolean).join(" · "),
      el("p", {}, made.join(", ")),
    ),
    el(
      "button",
      { type: "button", "data-action": "recallTicket", "data-ticket": ticket.id, disabled: ticket.pending },
      ticket.pending ? t("pending") : t("recall"),
      el("span", { class: "only-spoken" }, ` ${ticket.orderCode}`),
    ),
  );
}

/** Says of how many items something is. */
export function sizeText(count, t) {
  return count === 1 ? t("item") : t("items", { count });
}

/** Makes the row of an order that waits to be accepted. */
export function waitingRow(order, t) {
  const whose = [order.customerName, order.originName].filter(Boolean).join(" · ");
  const code = el("strong", {}, order.orderCode || "–");
  return el("li", { "data-key": order.orderId }, code, " ", whose, el("span", { class: "size" }, sizeText(order.lineIds.size, t)));
}

function clock(milliseconds) {
  const seconds = Math.floor(milliseconds / 1000);
  const two = (number) => String(number).padStart(2, "0");
  const [hours, minutes] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60];
  return hours ? `${hours}:${two(minutes)}:${two(seconds % 60)}` : `${minutes}:${two(seconds % 60)}`;
}

function notice(ticket, canceled, t) {
  if (canceled) {
    const reason = ticket.changes.find(({ kind }) => kind === "ORDER_CANCELED")?.reason;
    return el("p", { class: "notice canceled" }, `✖ ${reason ? t("canceledBecause", { reason }) : t("canceled")}`);
  }
  const unseen = ticket.changes.some(({ kind, seen }) => kind === "LINE_VOIDED" && !seen);
  return unseen && el("p", { class: "notice changed" }, `⚠ ${t("changed")}`);
}

function bumpButton(ticket, canceled, t) {
  const text = ticket.leaving ? t("leaving") : canceled ? t("bumpCanceled") : t("bump");
  return el(
    "button",
    {
      type: "button",
      class: "bump",
      "data-action": "bump",
      "data-ticket": ticket.id,
      disabled: ticket.leaving,
    },
    text,
    el("span", { class: "only-spoken" }, ` ${ticket.orderCode}`),
  );
}

function lineRow(ticket, { line, voided, voidReason, pending }, canceled, t) {
  const state = line.completedAt ? "completed" : line.startedAt ? "started" : "new";
  const inside = [
    el("span", { class: "name" }, line.name),
    ...line.variants.map(({ name }) => el("span", { class: "variant" }, name)),
    ...line.modifiers.map(modifier),
    line.notes && el("span", { class: "note" }, `✎ ${t("note", { text: line.notes })}`),
  ];
  if (voided) {
    const reason = voidReason ? t("voidedBecause", { reason: voidReason }) : t("voided");
    const struck = el("s", {}, ...inside);
    return el("li", { class: "line is-voided" }, struck, el("span", { class: "reason" }, `✖ ${reason}`));
  }
  const step = state === "new" ? "start" : "complete";
  const hints = { new: `▶ ${t("start")}`, started: `✔ ${t("complete")}`, completed: `✔ ${t("completed")}` };
  if (canceled) return el("li", { class: "line is-voided" }, el("s", {}, ...inside));
  return el(
    "li",
    { class: `line is-${state}${pending ? " is-pending" : ""}` },
    el(
      "button",
      {
        type: "button",
        class: "step",
        "data-action": step,
        "data-ticket": ticket.id,
        "data-line": line.id,
        disabled: state === "completed" || ticket.leaving,
      },
      el("span", { class: "what" }, ...inside),
      el("span", { class: "hint" }, pending ? t("pending") : hints[state]),
    ),
    state === "completed" && !ticket.leaving && recallButton(ticket, line, t),
  );
}

function recallButton(ticket, line, t) {
  return el(
    "button",
    {
      type: "button",
      class: "recall",
      "data-action": "recall",
      "data-ticket": ticket.id,
      "data-line": line.id,
      "aria-label": t("recallLine", { name: line.name }),
      title: t("recall"),
    },
    "↶",
  );
}

function modifier({ name, options }) {
  const chosen = options.map((option) => option.name).join(", ");
  return el("span", { class: "modifier" }, el("span", { class: "modifier-name" }, `${name}: `), chosen);
}
