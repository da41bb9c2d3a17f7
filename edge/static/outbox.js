// What was done here: commands on their way to the server, and what may be undone.
//
// A command is kept until the server has answered it, over as many connections as that takes, always with the same id:
// the server carries it out once. Until the server's own word is here the board shows what the command will have done.

import { UNROUTED } from "./board.js";

const PATIENCE_MS = 10_000; // an answer that takes longer is asked for again, with the next heartbeat
const SETTLED_MS = 5_000; // an answered command needs no more showing when a heartbeat comes this long after
const MOST_UNDOS = 20;

export class Outbox {
  #send;
  #commands = [];
  #undoable = [];

  /** `send(message)` tells whether there was a connection to send it on. */
  constructor(send) {
    this.#send = send;
  }

  step(ticket, line, command) {
    this.#add({ command, orderId: ticket.orderId, lineId: line.id }, ticket, line);
  }

  bump(ticket) {
    // What is taken back while the bump is on its way nobody here has seen: the revision says what was.
    const { orderId, stationId, revision } = ticket;
    this.#add({ command: "bump", orderId, stationId: stationId || UNROUTED, revision: Number(revision) }, ticket);
  }

  recall(ticket) {
    this.#add({ command: "recall", orderId: ticket.orderId, stationId: ticket.stationId || UNROUTED }, ticket);
  }

  get canUndo() {
    return this.#undoable.length > 0;
  }

  /** Takes the last action back that the server has carried out. */
  undo() {
    const { message, ticket, line } = this.#undoable.pop();
    const { command, orderId, lineId, stationId } = message;
    if (lineId) {
      const after = { ...line, startedAt: ticket.sentAt, completedAt: command === "complete" ? ticket.sentAt : null };
      this.#add({ command: "recall", orderId, lineId }, ticket, after);
    } else {
      this.#add({ command: "recall", orderId, stationId }, ticket);
    }
  }

  /** Sends all again that was not answered. */
  resend() {
    for (const command of this.#commands) if (!command.answered) this.#post(command);
  }

  /** Takes the server's answer; returns the command that it refused. */
  answer({ id, ok, version }) {
    const command = this.#commands.find((each) => each.message.id === id);
    if (!command || command.answered) return null;
    if (!ok) {
      this.#commands = this.#commands.filter((each) => each !== command);
      return command;
    }
    command.answered = Date.now();
    command.version = Number(version);
    if (command.message.command !== "recall" && command.ticket.state !== "CANCELED") {
      this.#undoable = [...this.#undoable.slice(1 - MOST_UNDOS), command];
    }
    return null;
  }

  /** Forgets what the board itself shows by now. */
  settle(board) {
    for (const command of this.#commands) {
      const ticket = board.ticket(command.ticket.id);
      command.seen ||= !ticket || hasHappened(command, ticket) || Number(ticket.revision) >= command.version;
    }
    this.#commands = this.#commands.filter((command) => !(command.answered && command.seen));
  }

  heartbeat() {
    const now = Date.now();
    this.#commands = this.#commands.filter(({ answered }) => !answered || now - answered < SETTLED_MS);
    for (const command of this.#commands) {
      if (!command.answered && now - command.posted > PATIENCE_MS) this.#post(command);
    }
  }

  /** Returns the ticket as it will be, with `pending` on what is not certain yet. */
  preview(ticket) {
    const ahead = this.#commands.filter((command) => command.ticket.id === ticket.id && !command.seen);
    if (ahead.length === 0) return ticket;
    const shown = { ...ticket, lines: ticket.lines.map((each) => ({ ...each, line: { ...each.line } })) };
    for (const command of ahead) apply(command, shown);
    return shown;
  }

  #add(message, ticket, line) {
    const withId = { id: crypto.randomUUID(), ...message };
    const command = { message: withId, ticket, line, seen: false, answered: 0, posted: 0 };
    this.#commands.push(command);
    this.#post(command);
  }

  #post(command) {
    if (this.#send(command.message)) command.posted = Date.now();
  }
}

function lineOf({ message }, ticket) {
  return ticket.lines.find(({ line }) => line.id === message.lineId)?.line;
}

function hasHappened(command, ticket) {
  const line = lineOf(command, ticket);
  switch (command.message.command) {
    case "start":
      return !line || Boolean(line.startedAt ?? line.completedAt);
    case "complete":
      return !line || Boolean(line.completedAt);
    case "bump":
      return ticket.state === "DONE" || ticket.state === "GONE";
    default:
      return command.message.lineId ? !line || isTakenBack(command, line) : ticket.state !== "DONE";
  }
}

/** A recalled line loses its last step. Which one that was depends on what the display showed when it was touched. */
function isTakenBack(command, line) {
  return command.line.completedAt ? !line.completedAt : !line.startedAt && !line.completedAt;
}

function apply(command, shown) {
  const { message, answered } = command;
  const soon = new Date().toISOString();
  const lines = message.lineId ? shown.lines.filter(({ line }) => line.id === message.lineId) : shown.lines;
  if (message.command === "bump") shown.leaving = true;
  for (const each of lines) {
    if (message.lineId && !answered) each.pending = true;
    if (message.command === "start") each.line.startedAt ??= soon;
    if (message.command === "complete") each.line.completedAt ??= soon;
    if (message.command === "recall") takeBack(each.line);
  }
  if (!answered) shown.pending = true;
}

function takeBack(line) {
  if (line.completedAt) line.completedAt = null;
  else line.startedAt = null;
}
