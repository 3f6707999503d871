// The agent's words brighten with the voice. Where the voice is, is Python's estimate (realtime/conversation/pace.py): one message
// when it begins; from there the browser counts by itself, a step per word.

import { rangeIn } from "bidi_text";

const calm = window.matchMedia("(prefers-reduced-motion: reduce)");
const ahead = CSS.highlights && new Highlight(); // words that are yet to be said; older browsers just show them
if (ahead) CSS.highlights.set("ahead", ahead);

export class Voice {
  /** @param body holds the text, directly inside an element that stays */
  constructor(body) {
    this.body = body;
    this.range = null;
  }

  /** @param sinceMs how long ago the voice was at the first character; null: it has not begun */
  move(charsPerMs, sinceMs) {
    if (!ahead) return;
    this.charsPerMs = sinceMs === null ? 0 : charsPerMs;
    this.begin = performance.now() - (sinceMs ?? 0);
    if (!this.range) ahead.add((this.range = document.createRange()));
    this.step();
  }

  /** The text was written anew. */
  changed() {
    if (this.range) this.step();
  }

  /** There is more text; only a voice that had come to its end has to be told. */
  grown() {
    if (this.range && this.charsPerMs && !this.timer) this.step();
  }

  step() {
    clearTimeout(this.timer);
    this.timer = null;
    if (calm.matches) return this.end();
    const text = this.body.textContent;
    const passed = performance.now() - this.begin;
    const said = endOfWord(text, passed * this.charsPerMs);
    this.range.setStart(...startOf(rangeIn(this.body, said)));
    this.range.setEndAfter(this.body); // outside of the body, so that what is appended to it is ahead as well
    if (this.charsPerMs && said < text.length)
      this.timer = setTimeout(() => this.step(), Math.max(0, (said + 1) / this.charsPerMs - passed));
  }

  end() {
    clearTimeout(this.timer);
    this.timer = null;
    if (this.range) ahead.delete(this.range);
    this.range = null;
  }
}

const startOf = ({ startContainer, startOffset }) => [startContainer, startOffset];

/** Where the word ends that the voice is in. */
function endOfWord(text, at) {
  if (at <= 0) return 0;
  const rest = text.slice(Math.ceil(at)).search(/\s/);
  return rest < 0 ? text.length : Math.ceil(at) + rest;
}
