// The guest's page: how far an order is, by itself.

import { byId, el, setText, update } from "./dom.js";
import { translatePage, translator } from "./language.js";
import { LiveSocket } from "./live_socket.js";
import { TEXTS } from "./track_texts.js";

const WAY = ["CREATED", "ACCEPTED", "READY_FOR_PICKUP", "PICKED_UP"];
const CANCELED = "CANCELED";

const t = translator(TEXTS);
translatePage(t);
setText(byId("state"), t("loading"));

let shownVersion = -1;
let asked = false;

function take(message) {
  if (message.type === "reset") {
    shownVersion = -1;
    return;
  }
  // The old system changes orders without moving their version on, so an equal one is news.
  if (!message.order || message.version < shownVersion) return;
  shownVersion = message.version;
  show(message.order);
}

function show(order) {
  setText(byId("code"), order.orderCode);
  setText(byId("whose"), [order.customer?.name, order.origin?.name].filter(Boolean).join(" · "));
  document.title = `${t("order")} ${order.orderCode}`;
  document.body.dataset.status = order.status;
  setText(byId("state"), stateText(order));
  showSteps(order.status);
  byId("what").hidden = order.items.length === 0;
  update(byId("lines"), order.items.map(lineRow));
  nameRestaurant(order.restaurantId);
}

function stateText({ status, cancelReason }) {
  if (status === CANCELED && cancelReason) return t("CANCELED_because", { reason: cancelReason });
  // What the old system or somebody else wrote: it is received, more is not known.
  return t(`${status === CANCELED || WAY.includes(status) ? status : "CREATED"}_state`);
}

function showSteps(status) {
  const reached = Math.max(0, WAY.indexOf(status));
  const steps = WAY.map((step, at) => {
    const isDone = at < reached || status === "PICKED_UP";
    const isNow = at === reached && !isDone;
    const mark = isDone ? `✔ ${t("done")}` : isNow ? `➤ ${t("current")}` : "○";
    return el(
      "li",
      { class: isDone ? "is-done" : isNow ? "is-now" : null, "aria-current": isNow ? "step" : null },
      el("span", { class: "step-name" }, t(step)),
      el("span", { class: "mark" }, mark),
    );
  });
  update(byId("steps"), steps);
  byId("steps").hidden = status === CANCELED;
}

function lineRow({ name, notes, variants, modifiers, startedAt, completedAt }) {
  const step = completedAt ? `✔ ${t("completed")}` : startedAt ? `▶ ${t("started")}` : "";
  return el(
    "li",
    {},
    el(
      "div",
      {},
      el("strong", {}, name),
      ...variants.map((variant) => el("p", {}, variant.name)),
      ...modifiers.map((each) => el("p", {}, `${each.name}: ${each.options.map((option) => option.name).join(", ")}`)),
      notes && el("p", { class: "note" }, t("note", { text: notes })),
    ),
    step && el("span", { class: "mark" }, step),
  );
}

/** The order knows its restaurant's id alone. Without the name the page is just as good. */
async function nameRestaurant(restaurantId) {
  if (asked || !restaurantId) return;
  asked = true;
  try {
    const answer = await fetch(`/order-app/restaurants/${encodeURIComponent(restaurantId)}`);
    if (answer.ok) setText(byId("restaurant"), (await answer.json()).data.name);
  } catch {
    asked = false; // with the next change again
  }
}

function refused() {
  setText(byId("banner"), "");
  setText(byId("state"), t("unknown"));
  document.body.dataset.status = "unknown";
  byId("steps").hidden = true;
  byId("what").hidden = true;
}

const orderId = location.pathname.split("/")[2];
new LiveSocket(`/ws/orders/${orderId}`, {
  message: take,
  live: () => setText(byId("banner"), ""),
  lost: () => setText(byId("banner"), `⚠ ${t("offline")}`),
  refused,
});
