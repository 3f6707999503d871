// The agent's words brighten with the voice. Where the voice is, is Python's estimate (realtime/conversation/pace.py): one message
// when it begins; from there the browser counts by itself, a step per word.

import { rangeIn } from "bidi_text";

const UNSPACED = /[\p{sc=Han}\p{sc=Hiragana}\p{sc=Katakana}\p{sc=Thai}\p{sc=Lao}\p{sc=Khmer}\p{sc=Myanmar}\p{sc=Tibetan}]/u;
const AROUND = 32; // UTF-16 units on either side of the voice in which its word is looked for
const words = window.Intl?.Segmenter && new Intl.Segmenter(undefined, { granularity: "word" });
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

/** Where the word ends that the voice is in; the browser knows the words of scripts without spaces between them. */
function endOfWord(text, at) {
  if (at <= 0) return 0;
  const from = Math.ceil(at);
  const space = text.slice(from).search(/\s/);
  const end = space < 0 ? text.length : from + space;
  if (!words || !UNSPACED.test(text.slice(from - 1, end))) return end;
  const start = Math.max(0, from - AROUND);
  const word = words.segment(text.slice(start, from + AROUND)).containing(from - start);
  if (!word || start + word.index === from) return Math.min(from, text.length);
  return start + word.index + word.segment.length;
}
