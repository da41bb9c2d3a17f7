// A WebSocket that comes back by itself and goes on after the last message that was taken in.

const SILENCE_MS = 40_000; // heartbeats come every 15 s
const FIRST_WORD_MS = 10_000; // for connecting and the first message
const SHORTEST_MS = 500;
const LONGEST_MS = 5_000;
const FINAL = (code) => code >= 4400 && code < 4500; // the server's answer would be the same again

export class LiveSocket {
  #path;
  #listener;
  #socket = null;
  #token = "";
  #attempt = 0;
  #retry;
  #watchdog;
  #lastWord = 0;
  #live = false;
  #ended = false;

  /**
   * `listener` has `message(message)` for each message; `live()` when the first one of a connection has been taken in;
   * `lost()` when a connection or an attempt ends; `refused(code)` when the server wants us no more.
   */
  constructor(path, listener) {
    this.#path = path;
    this.#listener = listener;
    window.addEventListener("online", this.#hurry);
    window.addEventListener("offline", this.#drop);
    document.addEventListener("visibilitychange", this.#wake);
    this.#connect();
  }

  /** Sends an object if there is a connection that works; tells whether it was sent. */
  send(message) {
    if (!this.#live || this.#socket.readyState !== WebSocket.OPEN) return false;
    this.#socket.send(JSON.stringify(message));
    return true;
  }

  close() {
    this.#ended = true;
    window.removeEventListener("online", this.#hurry);
    window.removeEventListener("offline", this.#drop);
    document.removeEventListener("visibilitychange", this.#wake);
    clearTimeout(this.#retry);
    this.#forget();
  }

  #connect = () => {
    clearTimeout(this.#retry);
    const url = new URL(this.#path, location.href);
    url.protocol = location.protocol === "https:" ? "wss:" : "ws:";
    if (this.#token) url.searchParams.set("resumeToken", this.#token);
    const socket = new WebSocket(url);
    this.#socket = socket;
    // A socket that was given up may still have something to say; nobody listens to it any more.
    socket.onmessage = (event) => socket === this.#socket && this.#take(event.data);
    socket.onclose = (event) => socket === this.#socket && this.#lost(event.code);
    this.#watch(FIRST_WORD_MS);
  };

  #take(text) {
    const message = JSON.parse(text);
    this.#watch(SILENCE_MS);
    if (message.type === "error") return; // the close that follows has the code
    if (message.type === "reset") this.#token = "";
    try {
      this.#listener.message(message);
    } catch (error) {
      // A page that has missed something must not go on as if it had not: everything is asked for again.
      this.#token = "";
      this.#drop();
      throw error;
    }
    if (message.resumeToken) this.#token = message.resumeToken;
    if (this.#live || message.type === "reset") return;
    this.#live = true;
    this.#attempt = 0;
    this.#listener.live();
  }

  #watch(milliseconds) {
    this.#lastWord = Date.now();
    clearTimeout(this.#watchdog);
    this.#watchdog = setTimeout(this.#drop, milliseconds);
  }

  /** Gives the connection up without waiting for its close, which on a dead network takes minutes. */
  #drop = () => this.#socket && this.#lost(1006);

  #lost(code) {
    this.#forget();
    if (FINAL(code)) {
      this.close();
      this.#listener.refused(code);
      return;
    }
    const most = Math.min(LONGEST_MS, SHORTEST_MS * 2 ** ++this.#attempt);
    this.#retry = setTimeout(this.#connect, SHORTEST_MS + Math.random() * (most - SHORTEST_MS));
    this.#listener.lost();
  }

  #forget() {
    clearTimeout(this.#watchdog);
    const socket = this.#socket;
    this.#socket = null;
    this.#live = false;
    socket?.close();
  }

  #hurry = () => this.#socket === null && !this.#ended && this.#connect();

  /** A tablet that slept has missed its timers. */
  #wake = () => {
    if (document.hidden) return;
    if (this.#socket === null) this.#hurry();
    else if (Date.now() - this.#lastWord > SILENCE_MS) this.#drop();
  };
}
