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
    const message = { command, orderId: ticket.orderId, lineId: line.id };
    if (command === "recall") message.revision = Number(ticket.revision);
    this.#add(message, ticket, line);
  }

  bump(ticket) {
    // What is taken back while the bump is on its way nobody here has seen: the revision says what was.
    const { orderId, stationId, revision } = ticket;
    this.#add({ command: "bump", orderId, stationId: stationId || UNROUTED, revision: Number(revision) }, ticket);
  }

  recall(ticket) {
    const { orderId, stationId, revision } = ticket;
    this.#add({ command: "recall", orderId, stationId: stationId || UNROUTED, revision: Number(revision) }, ticket);
  }

  get canUndo() {
    return this.#undoable.length > 0;
  }

  /** Takes the last action back that the server has carried out. */
  undo(board) {
    const { message, ticket, line, version } = this.#undoable.pop();
    const { command, orderId, lineId, stationId } = message;
    const revision = Math.max(version, Number(board.ticket(ticket.id)?.revision ?? 0));
    if (lineId) {
      const after = { ...line, startedAt: ticket.sentAt, completedAt: command === "complete" ? ticket.sentAt : null };
      this.#add({ command: "recall", orderId, lineId, revision }, ticket, after);
    } else {
      this.#add({ command: "recall", orderId, stationId, revision }, ticket);
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
    if (ok) this.#carriedOut(command, Number(version));
    else this.#commands = this.#commands.filter((each) => each !== command);
    const { orderId } = command.message;
    for (const each of this.#commands) if (each.message.orderId === orderId && !each.posted) this.#post(each);
    return ok ? null : command;
  }

  #carriedOut(command, version) {
    command.answered = Date.now();
    command.version = version;
    if (command.message.command !== "recall" && command.ticket.state !== "CANCELED") {
      this.#undoable = [...this.#undoable.slice(1 - MOST_UNDOS), command];
    }
  }

  /** Forgets what the board itself shows by now. */
  settle(board) {
    for (const command of this.#commands) {
      const ticket = board.ticket(command.ticket.id);
      const isOver = command.answered && Number(ticket?.revision) >= command.version;
      command.seen ||= !ticket || isOver || hasHappened(command, ticket);
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
    const command = { message: withId, ticket, line, seen: false, answered: 0, posted: 0, version: 0 };
    this.#commands.push(command);
    this.#post(command);
  }

  /**
   * Sends a command. One that takes something back says up to which revision the steps were known here: what somebody
   * else did later stays. What was done here counts as known, so it waits until that is answered.
   */
  #post(command) {
    if (command.message.command === "recall" && !command.posted) {
      const { orderId } = command.message;
      const before = this.#commands.slice(0, this.#commands.indexOf(command));
      const mine = before.filter(({ message }) => message.orderId === orderId);
      if (mine.some(({ answered }) => !answered)) return;
      command.message.revision = Math.max(command.message.revision, ...mine.map(({ version }) => version));
    }
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
