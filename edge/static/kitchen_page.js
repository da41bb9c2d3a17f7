// The elements of the kitchen's page, and what they show.

import { byId, el, setText, update } from "./dom.js";
import { doneRow, showAge, sizeText, ticketCard, waitingRow } from "./ticket_view.js";
import { CHOOSE, EXPO, stationOf, stationView } from "./views.js";

const SCREENS = ["sign-in", "choose", "kitchen"];
const TOAST_MS = 8_000;
const MOST_DONE = 30;

export class KitchenPage {
  #t;
  #isConnected = false;
  #clockOffset = 0;

  constructor(t) {
    this.#t = t;
  }

  openSignIn(problem) {
    byId("done").close();
    this.#screen("sign-in");
    this.showBanner(null);
    this.showSignInProblem(problem);
    byId("device-key").focus();
  }

  showSignInProblem(problem) {
    setText(byId("sign-in-problem"), problem ? this.#t(problem) : "");
  }

  /** Opens the screen of a view, empty until the server has spoken. */
  open(view, session, problem) {
    this.#clockOffset = session.clockOffset;
    this.#isConnected = false;
    this.#screen(view === CHOOSE ? "choose" : "kitchen");
    setText(byId("choose-problem"), problem ? this.#t(problem) : "");
    this.showBanner(null);
  }

  showConnected(isConnected) {
    this.#isConnected = isConnected;
    this.showBanner(isConnected ? null : "offline");
  }

  /** Says what is wrong with the connection; null: nothing. */
  showBanner(problem) {
    setText(byId("banner"), problem ? `⚠ ${this.#t(problem)}` : "");
  }

  showSound(isOn) {
    setText(byId("sound"), `♪ ${this.#t(isOn ? "soundOn" : "soundOff")}`);
    byId("sound").setAttribute("aria-pressed", String(isOn));
  }

  show(board, outbox, view) {
    if (view === CHOOSE) this.#showChoice(board);
    else this.#showTickets(board, outbox, view);
  }

  showAges(board) {
    for (const card of byId("tickets").children) {
      const ticket = board.ticket(card.dataset.key);
      if (ticket) showAge(card, ticket, this.#now(), this.#t);
    }
  }

  announce(tickets) {
    const t = this.#t;
    const texts = tickets.map(({ orderCode, lines }) => t("news", { code: orderCode, size: sizeText(lines.length, t) }));
    byId("news").textContent = texts.join(". ");
  }

  toast(text) {
    const toast = el("p", {}, text);
    const toasts = byId("toasts");
    // Shown anew each time, so that it lies above a dialog that was opened meanwhile.
    if (toasts.matches(":popover-open")) toasts.hidePopover();
    toasts.showPopover();
    toasts.append(toast);
    setTimeout(() => {
      toast.remove();
      if (!toasts.hasChildNodes()) toasts.hidePopover();
    }, TOAST_MS);
  }

  #screen(name) {
    for (const each of SCREENS) byId(each).hidden = each !== name;
  }

  #now() {
    return Date.now() + this.#clockOffset;
  }

  #showChoice(board) {
    const link = (view, name) => el("a", { href: `#${view}`, "data-key": view }, name);
    const stations = board.stations.map(({ _id, name }) => link(stationView(_id), name));
    const none = this.#isConnected && stations.length === 0 && el("p", {}, this.#t("noStations"));
    update(byId("views"), [link(EXPO, this.#t("expo")), ...stations, none].filter(Boolean));
  }

  #showTickets(board, outbox, view) {
    const t = this.#t;
    const isExpo = view === EXPO;
    const shown = { t, isExpo, now: this.#now() };
    setText(byId("view-name"), this.#nameOf(view, board));

    const tickets = board.onDisplay().map((ticket) => ticketCard(outbox.preview(ticket), shown));
    update(byId("tickets"), tickets);
    setText(byId("nothing"), t(this.#isConnected ? "nothing" : "connecting"));
    byId("nothing").hidden = tickets.length > 0;

    const waiting = isExpo ? board.waiting() : [];
    update(byId("waiting-orders"), waiting.map((order) => waitingRow(order, t)));
    byId("waiting").hidden = waiting.length === 0;

    const done = board.done();
    update(byId("done-tickets"), done.slice(0, MOST_DONE).map((ticket) => doneRow(outbox.preview(ticket), shown)));
    byId("nothing-done").hidden = done.length > 0;
    setText(byId("open-done"), t("recentlyDone", { count: done.length }));
    byId("undo").disabled = !outbox.canUndo;
  }

  #nameOf(view, board) {
    if (view === EXPO) return this.#t("expo");
    const id = stationOf(view);
    return board.stations.find((station) => station._id === id)?.name ?? this.#t("title");
  }
}
