// Real Socket.IO clients, driven by lines of JSON: {"socket", "do", ...} in; what happens to each socket out.
const { io } = require("socket.io-client");
const readline = require("node:readline");

const sockets = new Map();
const tell = (message) => process.stdout.write(JSON.stringify(message) + "\n");

function open(name, url, options) {
  const socket = io(url, { forceNew: true, ...options });
  sockets.set(name, socket);
  const transport = () => socket.io.engine?.transport?.name;
  socket.on("connect", () =>
    tell({ socket: name, happened: "connected", id: socket.id, recovered: Boolean(socket.recovered), transport: transport() }),
  );
  socket.on("disconnect", (reason) => tell({ socket: name, happened: "disconnected", reason }));
  socket.on("connect_error", (error) => tell({ socket: name, happened: "refused", reason: error.message }));
  socket.io.on("open", () =>
    socket.io.engine.on("upgrade", () => tell({ socket: name, happened: "upgraded", transport: transport() })),
  );
  socket.onAny((event, ...args) => tell({ socket: name, event, args }));
}

const commands = readline.createInterface({ input: process.stdin });
commands.on("close", () => process.exit(0));
commands.on("line", (line) => {
  const command = JSON.parse(line);
  const socket = sockets.get(command.socket);
  switch (command.do) {
    case "open":
      return open(command.socket, command.url, command.options);
    case "emit":
      return socket.emit(command.event, ...command.args);
    case "emit with ack":
      return socket.emit(command.event, ...command.args, () => tell({ socket: command.socket, happened: "acknowledged" }));
    case "drop": // as when the network fails: the client knows nothing of it beforehand, and comes back
      return socket.io.engine.close();
    case "pause":
      return socket.io.engine.transport.ws._socket.pause();
    case "move": // to another server, as behind a load balancer
      socket.io.uri = command.url;
      socket.io.engine.close();
      return undefined;
    case "close":
      return socket.close();
  }
});
