// The page's own connection to Python: a call outlives a short loss of it, and is told of a long one.

import { reactive } from "vue";

export const line = reactive({ up: true });

/** Whether the server no longer knows this page; anything else mends itself. */
const isForgotten = (error) => !(error instanceof Error) || error.message === "Implicit handshake failed";

/** @param bridge whose `uplink` goes on, and whose `checkLost` and `pageLost` are told, as the line comes and goes */
export function watchLine(bridge) {
  const { socket } = window;
  if (!socket) return setTimeout(() => watchLine(bridge), 20);
  let grace = null;
  const connected = () => {
    clearTimeout(grace);
    line.up = true;
    bridge.lost = false;
    bridge.uplink.resend();
  };
  socket.on("connect", connected);
  socket.on("disconnect", () => {
    line.up = false;
    grace = setTimeout(() => bridge.pageLost("page_lost"), bridge.graceMs);
    bridge.checkLost();
  });
  // NiceGUI would reload the page, which ends a live call: docs/decisions/page-connection.md.
  for (const name of ["connect_error", "try_reconnect"]) {
    const reload = socket.listeners(name);
    socket.off(name);
    socket.on(name, (...args) => {
      if (!bridge.call && !bridge.lost) reload.forEach((listener) => listener(...args));
      else if (isForgotten(args[0])) {
        clearTimeout(grace);
        bridge.pageLost("server_gone");
      }
    });
  }
  if (socket.connected) connected();
}
