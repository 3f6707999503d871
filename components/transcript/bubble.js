// One item on the page: what somebody said, or the line of a tool.

import { grow, write } from "bidi_text";
import { copyText } from "clipboard";
import { icon } from "icons";
import { Voice } from "voice_pace";

const SAID_MS = 2500;

/** What a language calls itself, as far as the browser knows. */
function nameOf(language) {
  if (language === "und") return "";
  if (!window.Intl?.DisplayNames) return language;
  return new Intl.DisplayNames([language], { type: "language" }).of(language);
}

export function make(tag, className, attributes = {}) {
  const node = document.createElement(tag);
  node.className = className;
  for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, value);
  return node;
}

export class Bubble {
  constructor(id, role, words, names, time) {
    this.words = words;
    this.names = names;
    this.heard = null;
    this.node = make("article", "bubble", { "data-item-id": id, "data-role": role, "data-pending": "" });
    this.head = make("header", "bubble__who");
    this.language = make("span", "bubble__language");
    const when = make("time", "bubble__time");
    when.textContent = time;
    this.head.append(words[role], when, this.language, this.copyButton());
    this.body = this.open = make("div", "bubble__text");
    this.voice = new Voice(this.body);
    this.node.append(this.head, this.body);
  }

  get speaker() {
    return this.head.firstChild.data;
  }

  copyButton() {
    const button = make("button", "bubble__copy", { type: "button", tabindex: "-1" });
    const show = (drawn, name) => {
      button.replaceChildren(icon(drawn));
      button.ariaLabel = button.title = name;
    };
    show("copy", this.words.copy_one);
    button.addEventListener("click", async () => {
      const done = await copyText(this.body.textContent).then(() => true, () => false);
      show(done ? "done" : "close", this.words[done ? "copied" : "copy_failed"]);
      clearTimeout(this.showing);
      this.showing = setTimeout(() => show("copy", this.words.copy_one), SAID_MS);
    });
    return (this.copy = button);
  }

  turn(language, direction) {
    this.node.lang = language;
    this.node.dir = this.direction = direction;
    this.language.textContent = this.names[language] ?? nameOf(language);
    this.text(this.body.textContent);
  }

  /** A recogniser that heard no word in what it was given leaves no empty bubble behind. */
  finish() {
    this.node.hidden = !this.body.textContent && !this.noted;
  }

  append(delta) {
    this.node.hidden = false;
    delete this.node.dataset.pending;
    grow(this.open, delta, this.direction);
    this.voice.grown();
  }

  text(text) {
    const heard = this.heard ?? text.length;
    if (text) delete this.node.dataset.pending;
    if (text) this.node.hidden = false;
    this.open = this.body;
    this.body.replaceChildren();
    write(this.body, text.slice(0, heard), this.direction);
    if (heard < text.length) {
      this.open = make("span", "bubble__unheard", { "data-unheard": this.words.unheard });
      write(this.open, text.slice(heard), this.direction);
      this.body.append(this.open);
    }
    this.voice.changed();
  }

  cut(heard) {
    this.heard = heard;
    this.voice.end();
    delete this.node.dataset.pending;
    if (!("interrupted" in this.node.dataset)) {
      const mark = make("span", "bubble__mark");
      mark.textContent = this.words.interrupted;
      this.language.after(mark);
    }
    this.node.dataset.interrupted = "";
    this.text(this.body.textContent);
  }

  note(text, language, direction) {
    delete this.node.dataset.pending;
    this.noted ??= this.node.appendChild(make("p", "bubble__note", { lang: language, dir: direction }));
    this.noted.textContent = text;
  }
}

/** That a tool was called, and what came of it: one quiet line. */
export class ToolLine {
  constructor(id, words, time, language, direction) {
    const attributes = { "data-item-id": id, "data-role": "tool", lang: language, dir: direction };
    this.node = make("p", "tool-line", attributes);
    this.name = make("code", "tool-line__name", { dir: "ltr" });
    this.state = make("span", "tool-line__state");
    const when = make("time", "bubble__time");
    when.textContent = time;
    this.node.append(`${words.tool} `, this.name, this.state, when);
  }

  tool(name, state, label) {
    this.node.dataset.state = state;
    this.name.textContent = name;
    this.state.textContent = label;
  }
}
