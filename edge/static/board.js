// What the server has said: the tickets of a kitchen, by id. Knows no page and no socket.

export const UNROUTED = "unrouted";
const ON_DISPLAY = new Set(["NEW", "STARTED", "CANCELED"]);

export class Board {
  stations = [];
  #tickets = new Map();
  #begun = false;
  #anew = true;

  /** Takes a message of the socket in; returns the tickets that appeared as new work. */
  take(message) {
    switch (message.type) {
      case "reset":
        // What is shown stays until the snapshot is here; then it alone counts.
        this.#anew = true;
        return [];
      case "snapshot":
        return this.#snapshot(message);
      case "kitchen:order:new":
      case "order:status:updated":
      case "station:update":
        return this.#change(message);
      default:
        return [];
    }
  }

  ticket(id) {
    return this.#tickets.get(id);
  }

  /** What is to be made or seen, oldest first; what no station makes comes before all, somebody must look after it. */
  onDisplay() {
    const tickets = this.#inOrder((ticket) => ON_DISPLAY.has(ticket.state));
    return [...tickets.filter((ticket) => !ticket.stationId), ...tickets.filter((ticket) => ticket.stationId)];
  }

  /** Orders that nobody has taken on yet, each once, with all lines. */
  waiting() {
    const orders = new Map();
    for (const ticket of this.#inOrder((each) => each.state === "WAITING")) {
      const order = orders.get(ticket.orderId) ?? { ...ticket, lineIds: new Set() };
      for (const { line, voided } of ticket.lines) if (!voided) order.lineIds.add(line.id);
      orders.set(ticket.orderId, order);
    }
    return [...orders.values()];
  }

  /** What is finished and can be recalled, the latest first. */
  done() {
    const latest = ({ lines }) => lines.map(({ line }) => line.completedAt ?? "").sort().at(-1) ?? "";
    return this.#inOrder((ticket) => ticket.state === "DONE").sort((a, b) => latest(b).localeCompare(latest(a)));
  }

  #inOrder(wanted) {
    const key = (ticket) => `${ticket.sentAt ?? ticket.placedAt ?? ""} ${ticket.orderId} ${ticket.stationName}`;
    return [...this.#tickets.values()].filter(wanted).sort((a, b) => (key(a) < key(b) ? -1 : 1));
  }

  #snapshot({ stations, tickets }) {
    const before = this.#tickets;
    this.stations = stations;
    this.#tickets = new Map();
    for (const ticket of tickets) {
      const known = this.#anew ? undefined : before.get(ticket.id);
      if (ticket.state !== "GONE") this.#tickets.set(ticket.id, known && isOlder(ticket, known) ? known : ticket);
    }
    const appeared = this.#begun ? tickets.filter((ticket) => isNewWork(ticket, before.get(ticket.id))) : [];
    this.#begun = true;
    this.#anew = false;
    return appeared;
  }

  #change({ orderId, version, status, tickets }) {
    const told = new Map(tickets.map((ticket) => [ticket.id, ticket]));
    const appeared = [];
    for (const known of [...this.#tickets.values()]) {
      // All tickets of the order were told: one that was not is there no more. A deleted order has no status.
      const isGone = known.orderId === orderId && !told.has(known.id);
      if (isGone && (!status || version >= known.revision)) this.#tickets.delete(known.id);
    }
    for (const ticket of tickets) {
      const known = this.#tickets.get(ticket.id);
      if (known && isOlder(ticket, known)) continue;
      if (isNewWork(ticket, known)) appeared.push(ticket);
      // Kept although nobody sees it: an older message that comes late must not bring it back.
      this.#tickets.set(ticket.id, ticket);
    }
    this.#dropOldest();
    return appeared;
  }

  /** A display runs for weeks. */
  #dropOldest() {
    const gone = [...this.#tickets.values()].filter((ticket) => ticket.state === "GONE");
    for (const ticket of gone.slice(0, -200)) this.#tickets.delete(ticket.id);
  }
}

/** Equal revisions are no reason to refuse: the old system moves none on. */
function isOlder(ticket, known) {
  return Number(ticket.revision) < Number(known.revision);
}

function isNewWork(ticket, known) {
  return ticket.state === "NEW" && (known === undefined || known.state === "WAITING");
}
