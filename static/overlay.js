// Draws what the server shows; one message is one picture. Comes back after an outage, not after a revocation.

const REVOKED = 4404;
const FIRST_RETRY_MS = 500;
const LAST_RETRY_MS = 10000;

const box = document.querySelector(".lines");
let retryMs = FIRST_RETRY_MS;

function draw({ lines }) {
  const nodes = lines.map(({ text, lang, dir }) => Object.assign(document.createElement("p"), { textContent: text, lang, dir }));
  box.replaceChildren(...nodes);
}

function follow() {
  const url = new URL(`${location.pathname}/lines`, location.href);
  url.protocol = location.protocol === "https:" ? "wss:" : "ws:";
  const socket = new WebSocket(url);
  socket.onmessage = ({ data }) => {
    retryMs = FIRST_RETRY_MS;
    draw(JSON.parse(data));
  };
  socket.onclose = ({ code }) => {
    draw({ lines: [] });
    if (code === REVOKED) return;
    setTimeout(follow, retryMs);
    retryMs = Math.min(retryMs * 2, LAST_RETRY_MS);
  };
}

follow();
