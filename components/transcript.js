// Draws the transcript into its own DOM, operation by operation; components/transcript_view.py says what they mean.

const AT_END_PX = 48;
const ANNOUNCED = 3; // finished sentences kept for screen readers
// Latin words and numbers, which Urdu around them must not reorder ("0300 1234567").
const LTR_RUN = /\+?[A-Za-z0-9\u00C0-\u024F](?:[ .,:/@+_%#&'*-]?[A-Za-z0-9\u00C0-\u024F])*%?/g;
const NUMBER = /^[^A-Za-z]{1,24}$/; // must not break over two lines
const HAS_LTR = /[A-Za-z0-9\u00C0-\u024F]/;
// Browsers lay a whole text node out again when it grows: short ones keep a long answer as quick as a short one.
const NODE_CHARS = 400;
const PIECES = new RegExp(`[^]{1,${NODE_CHARS}}(?=\\s|$)|[^]{1,${NODE_CHARS}}`, "gu");

function make(tag, className, attributes = {}) {
  const node = document.createElement(tag);
  node.className = className;
  for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, value);
  return node;
}

/** Text as text, never as markup; in right-to-left text with its left-to-right runs isolated. */
function write(parent, text, isolate) {
  let from = 0;
  for (const { 0: run, index } of isolate ? text.matchAll(LTR_RUN) : []) {
    parent.append(...pieces(text.slice(from, index)));
    const bdi = make("bdi", NUMBER.test(run) ? "bubble__number" : "", { dir: "ltr" });
    bdi.textContent = run;
    parent.append(bdi);
    from = index + run.length;
  }
  parent.append(...pieces(text.slice(from)));
}

const pieces = (text) => text.match(PIECES) ?? [];
const mayGrow = (node, delta) => node instanceof Text && node.length + delta.length < NODE_CHARS;

class Bubble {
  constructor(id, role, words) {
    this.words = words;
    this.heard = null;
    this.node = make("article", "bubble", { "data-item-id": id, "data-role": role, "data-pending": "" });
    this.head = make("header", "bubble__who");
    this.head.append(words[role]);
    this.body = this.open = make("div", "bubble__text");
    this.node.append(this.head, this.body);
  }

  turn(language, direction) {
    this.node.lang = language;
    this.node.dir = direction;
    this.rtl = direction === "rtl";
    this.text(this.body.textContent);
  }

  append(delta) {
    const last = this.open.lastChild;
    delete this.node.dataset.pending;
    if (mayGrow(last, delta) && !(this.rtl && HAS_LTR.test(delta))) last.appendData(delta);
    else if (last instanceof HTMLElement) {
      last.remove(); // a run that may go on
      write(this.open, last.textContent + delta, this.rtl);
    } else write(this.open, delta, this.rtl);
  }

  text(text) {
    const heard = this.heard ?? text.length;
    if (text) delete this.node.dataset.pending;
    this.open = this.body;
    this.body.replaceChildren();
    write(this.body, text.slice(0, heard), this.rtl);
    if (heard >= text.length) return;
    this.open = make("span", "bubble__unheard", { "data-unheard": "" });
    write(this.open, text.slice(heard), this.rtl);
    this.body.append(this.open);
  }

  cut(heard) {
    this.heard = heard;
    delete this.node.dataset.pending;
    if (!("interrupted" in this.node.dataset)) this.head.append(make("span", "bubble__mark"));
    this.head.lastChild.textContent = this.words.interrupted;
    this.node.dataset.interrupted = "";
    this.text(this.body.textContent);
  }

  note(text, language, direction) {
    delete this.node.dataset.pending;
    this.noted ??= this.node.appendChild(make("p", "bubble__note", { lang: language, dir: direction }));
    this.noted.textContent = text;
  }
}

export default {
  props: { words: Object, lang: String, dir: String },
  inheritAttrs: true,
  render() {
    return Vue.h("section", { class: "transcript", lang: this.lang, dir: this.dir });
  },
  mounted() {
    this.bubbles = new Map();
    this.following = true;
    this.lastTop = 0;
    const { words } = this;
    const log = { role: "log", "aria-live": "off", "aria-label": words.label, tabindex: "0" };
    this.box = make("div", "transcript__box", log);
    this.box.addEventListener("scroll", () => this.scrolled(), { passive: true });
    this.resized = new ResizeObserver(() => this.following && this.jump());
    this.resized.observe(this.box);
    this.emptyHint = make("p", "transcript__empty");
    this.emptyHint.textContent = words.empty;
    this.earlierButton = this.button(words.earlier, "transcript__earlier", () => this.showEarlier());
    this.latestButton = this.button(words.latest, "transcript__latest", () => this.jump());
    this.announcer = make("div", "visually-hidden", { "aria-live": "polite" });
    this.$el.append(this.emptyHint, this.earlierButton, this.box, this.latestButton, this.announcer);
  },
  beforeUnmount() {
    this.resized.disconnect();
  },
  methods: {
    apply(ops) {
      for (const [name, id, ...rest] of ops) {
        const bubble = this.bubbles.get(id);
        if (name in this.whole) this.whole[name].call(this, id, ...rest);
        else if (bubble) this.single[name].call(this, bubble, ...rest);
      }
      this.emptyHint.hidden = this.bubbles.size > 0;
      if (this.following) requestAnimationFrame(() => this.jump());
      else this.latestButton.hidden = false;
    },
    insert(node, before) {
      const bubble = this.bubbles.get(before);
      if (bubble) bubble.node.after(node);
      else this.box.prepend(node);
    },
    announce(bubble) {
      const text = bubble.body.textContent;
      if (!text) return;
      const line = make("p", "", { lang: bubble.node.lang, dir: bubble.node.dir });
      line.textContent = `${bubble.head.firstChild.data}: ${text}`;
      this.announcer.append(line);
      while (this.announcer.childElementCount > ANNOUNCED) this.announcer.firstChild.remove();
    },
    button(label, className, onClick) {
      const button = make("button", `quiet-button ${className}`, { type: "button", hidden: "" });
      button.append(label);
      button.addEventListener("click", onClick);
      return button;
    },
    showEarlier() {
      this.following = false;
      this.$emit("earlier");
    },
    jump() {
      this.following = true;
      this.latestButton.hidden = true;
      this.box.scrollTop = this.box.scrollHeight;
    },
    scrolled() {
      const { scrollTop, scrollHeight, clientHeight } = this.box;
      if (scrollHeight - scrollTop - clientHeight < AT_END_PX) {
        this.following = true;
        this.latestButton.hidden = true;
      } else if (scrollTop < this.lastTop - 1) this.following = false;
      this.lastTop = scrollTop;
    },
  },
  created() {
    this.whole = {
      add(id, role, before, language, direction) {
        const bubble = new Bubble(id, role, this.words);
        bubble.turn(language, direction);
        this.bubbles.set(id, bubble);
        this.insert(bubble.node, before);
      },
      earlier(there) {
        this.earlierButton.hidden = !there;
      },
      clear() {
        this.bubbles.clear();
        this.box.replaceChildren();
        this.earlierButton.hidden = this.following = true;
      },
    };
    this.single = {
      append: (bubble, text) => bubble.append(text),
      text: (bubble, text) => bubble.text(text),
      turn: (bubble, language, direction) => bubble.turn(language, direction),
      cut: (bubble, heard) => bubble.cut(heard),
      note: (bubble, text) => bubble.note(text, this.lang, this.dir),
      finish: (bubble) => this.announce(bubble),
      move: (bubble, before) => this.insert(bubble.node, before),
      remove(bubble) {
        this.bubbles.delete(bubble.node.dataset.itemId);
        bubble.node.remove();
      },
    };
  },
};
