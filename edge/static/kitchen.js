// The kitchen's display: signs in, chooses what to show, and keeps the page to what the server says.

import { Board } from "./board.js";
import { byId } from "./dom.js";
import { KitchenPage } from "./kitchen_page.js";
import { TEXTS } from "./kitchen_texts.js";
import { translatePage, translator } from "./language.js";
import { LiveSocket } from "./live_socket.js";
import { Outbox } from "./outbox.js";
import { readSession, signIn, signOut } from "./session.js";
import { Sound } from "./sound.js";
import { CHOOSE, keepView, socketPath, stationOf, wantedView } from "./views.js";

const RETRY_MS = [500, 5_000];
const t = translator(TEXTS);
translatePage(t);

let session = null;
let view = CHOOSE;
let board = new Board();
let live = null;

const page = new KitchenPage(t);
const newOutbox = () => new Outbox((message) => live?.send(message) ?? false);
let outbox = newOutbox();
const sound = new Sound((isOn) => page.showSound(isOn));

/** Finds out who we are, however long that takes. */
async function begin() {
  try {
    session = await readSession();
  } catch {
    page.showBanner("away");
    const [shortest, longest] = RETRY_MS;
    setTimeout(begin, shortest + Math.random() * (longest - shortest));
    return;
  }
  page.showBanner(null);
  if (session) follow(wantedView());
  else leave(null);
}

/** Shows a view and follows its tickets. */
function follow(wanted, problem = null) {
  live?.close();
  view = wanted;
  keepView(view);
  board = new Board();
  page.open(view, session, problem);
  live = new LiveSocket(socketPath(session, view), {
    message: take,
    live() {
      page.showConnected(true);
      outbox.resend();
      show();
    },
    lost: () => page.showConnected(false),
    refused,
  });
  show();
}

function take(message) {
  if (message.type === "ack") {
    const command = outbox.answer(message);
    if (command) page.toast(t("refused", { message: message.message }));
  }
  if (message.type === "heartbeat") outbox.heartbeat();
  const appeared = board.take(message);
  outbox.settle(board);
  show();
  if (appeared.length > 0 && view !== CHOOSE) {
    sound.beep();
    page.announce(appeared);
  }
}

function refused(code) {
  if (code === 4404 && stationOf(view) !== null) follow(CHOOSE, "stationGone");
  else leave(code === 4401 ? "keyEnded" : "notHere");
}

/** Shows the form. */
function leave(problem) {
  live?.close();
  live = null;
  session = null;
  outbox = newOutbox(); // what one device did is not sent in the name of the next
  page.openSignIn(problem);
}

function show() {
  page.show(board, outbox, view);
}

const ACTIONS = {
  start: ({ ticket, line }) => outbox.step(ticket, line, "start"),
  complete: ({ ticket, line }) => outbox.step(ticket, line, "complete"),
  recall: ({ ticket, line }) => outbox.step(ticket, line, "recall"),
  bump: ({ ticket }) => outbox.bump(ticket),
  recallTicket: ({ ticket }) => outbox.recall(ticket),
  undo: () => outbox.canUndo && outbox.undo(board),
  openDone: () => byId("done").showModal(),
  closeDone: () => byId("done").close(),
  sound: () => sound.toggle(),
  change: () => (location.hash = CHOOSE),
  async signOut() {
    try {
      await signOut();
      leave(null);
    } catch {
      page.toast(t("away"));
    }
  },
};

let touched;

document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-action]");
  if (!button) return;
  // The second touch of two quick ones at one place is not meant for the ticket that has moved there meanwhile.
  const isSlip = event.detail > 1 && button.dataset.ticket !== touched;
  touched = button.dataset.ticket;
  if (isSlip) return;
  const known = board.ticket(button.dataset.ticket);
  if (button.dataset.ticket && !known) return;
  const ticket = known && outbox.preview(known);
  const line = ticket?.lines.find((each) => each.line.id === button.dataset.line)?.line;
  ACTIONS[button.dataset.action]({ ticket, line });
  outbox.settle(board);
  if (session) show();
});

byId("sign-in-form").addEventListener("submit", async (event) => {
  event.preventDefault();
  const field = byId("device-key");
  page.showSignInProblem(null);
  try {
    if (await signIn(field.value.trim())) {
      field.value = "";
      await begin();
    } else {
      page.showSignInProblem("keyWrong");
    }
  } catch {
    page.showSignInProblem("signInFailed");
  }
});

window.addEventListener("hashchange", () => session && follow(wantedView()));
setInterval(() => page.showAges(board), 1_000);
begin();
