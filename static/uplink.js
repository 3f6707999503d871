export const MAX_FRAME_BYTES = 56000; // of one emit; the server closes sockets that send far more
const MAX_JOINED = 4000; // characters

/** One ordered stream to Python, numbered and acknowledged: docs/decisions/numbered-uplink.md. */
export class Uplink {
  constructor(emit) {
    this.emit = emit;
    this.kept = []; // [seq, at_ms, event], of which the first `sent` are on their way
    this.sent = 0;
    this.seq = 0;
    this.paceMs = 4;
    this.flushedAt = -Infinity;
  }

  post(event, at = performance.now()) {
    const last = this.kept[this.kept.length - 1];
    if (this.sent < this.kept.length && continues(last[2], event)) last[2].delta += event.delta;
    else this.kept.push([++this.seq, at, event]);
    const wait = this.flushedAt + this.paceMs - performance.now();
    if (wait <= 0) this.flush();
    else this.timer ??= setTimeout(() => this.flush(), wait);
  }

  flush() {
    clearTimeout(this.timer);
    this.timer = null;
    while (this.sent < this.kept.length && window.socket?.connected) {
      this.flushedAt = performance.now();
      this.emit(this.nextFrame());
    }
  }

  nextFrame() {
    const from = this.sent;
    let bytes = 0;
    for (; this.sent < this.kept.length; this.sent++) {
      const entry = (this.kept[this.sent] = sendable(this.kept[this.sent]));
      bytes += wireBytes(entry);
      if (bytes > MAX_FRAME_BYTES && this.sent > from) break;
    }
    return this.kept.slice(from, this.sent);
  }

  acknowledge(seq, paceMs) {
    const first = this.kept.findIndex((entry) => entry[0] > seq);
    const count = first < 0 ? this.kept.length : first;
    this.kept.splice(0, count);
    this.sent = Math.max(0, this.sent - count);
    this.paceMs = paceMs;
  }

  resend() {
    this.sent = 0;
    this.flush();
  }
}

function continues(before, event) {
  const same = (key) => before[key] === event[key];
  const joinable = typeof event.delta === "string" && before.delta?.length < MAX_JOINED;
  return joinable && ["type", "item_id", "response_id", "content_index"].every(same);
}

const ESCAPED_HALF = /\\ud[89a-f]/; // how JSON.stringify writes half a surrogate pair
const HALF = /\p{Surrogate}/gu;

/** The server cannot decode a frame that holds half a surrogate pair, and would lose all that is in it. */
const sendable = (entry) => (ESCAPED_HALF.test(JSON.stringify(entry)) ? wellFormed(entry) : entry);

function wellFormed(value) {
  if (typeof value === "string") return value.replace(HALF, "\uFFFD");
  if (Array.isArray(value)) return value.map(wellFormed);
  if (value === null || typeof value !== "object") return value;
  return Object.fromEntries(Object.entries(value).map((pair) => pair.map(wellFormed)));
}

const encoder = new TextEncoder();
export const wireBytes = (entry) => encoder.encode(JSON.stringify(JSON.stringify(entry))).length; // NiceGUI encodes twice
