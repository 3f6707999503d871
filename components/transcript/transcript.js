// Draws the transcript into its own DOM, operation by operation; components/transcript/transcript_view.py says what they mean.

import { rangeIn } from "bidi_text";
import { Bubble, ToolLine, make } from "bubble";
import { CaptionsMode } from "captions_mode";

const AT_END_PX = 48;
const NEAR_TOP_PX = 160;
const ANNOUNCED = 3; // finished sentences kept for screen readers
const found = CSS.highlights && { all: new Highlight(), current: new Highlight() };
if (found) {
  found.current.priority = 2;
  found.all.priority = 1;
  CSS.highlights.set("found", found.all);
  CSS.highlights.set("found-current", found.current);
}

/** To hide what is hidden would style the page anew. */
function hide(node, hidden) {
  if (node.hidden !== hidden) node.hidden = hidden;
}

export default {
  props: { words: Object, names: Object, lang: String, dir: String },
  inheritAttrs: true,
  render() {
    return Vue.h("section", { class: "transcript", lang: this.lang, dir: this.dir });
  },
  mounted() {
    this.bubbles = new Map();
    this.following = true;
    this.lastTop = 0;
    const { words } = this;
    // A translator that wraps the words in elements of its own would keep later ones from being drawn.
    const log = { role: "log", "aria-live": "off", "aria-label": words.label, tabindex: "0", translate: "no" };
    this.box = make("div", "transcript__box", log);
    this.box.addEventListener("scroll", () => this.scrolled(), { passive: true });
    this.box.addEventListener("keydown", (event) => this.rove(event));
    this.resized = new ResizeObserver(() => this.following && this.toEnd());
    this.resized.observe(this.box);
    this.emptyHint = make("p", "transcript__empty");
    this.emptyHint.textContent = words.empty;
    this.sourceLine = make("p", "transcript__source", { hidden: "" });
    this.earlierButton = this.button(words.earlier, "transcript__earlier", () => this.shift("earlier"));
    this.latestButton = this.button(words.latest, "transcript__latest", () => this.jump());
    this.announcer = make("div", "visually-hidden", { "aria-live": "polite" });
    this.state = make("div", "transcript__state", { role: "status", "aria-label": words.state });
    this.captions = new CaptionsMode(this.$el, this.state, (on) => this.showCaptions(on));
    this.leaveButton = this.button(words.leave_captions, "transcript__leave", () => this.captions.leave());
    const { sourceLine, emptyHint, earlierButton, leaveButton, latestButton } = this;
    this.$el.append(leaveButton, emptyHint, sourceLine, earlierButton, this.box, this.state, latestButton, this.announcer);
  },
  beforeUnmount() {
    this.resized.disconnect();
    this.captions.leave();
    this.clearAll();
  },
  methods: {
    apply(ops) {
      this.shifting = false;
      const restore = this.following ? null : this.keepPlace(ops);
      for (const [name, id, ...rest] of ops) {
        const bubble = this.bubbles.get(id);
        if (name in this.whole) this.whole[name].call(this, id, ...rest);
        else if (bubble) this.single[name].call(this, bubble, ...rest);
      }
      hide(this.emptyHint, this.bubbles.size > 0);
      restore?.();
      if (this.following) requestAnimationFrame(() => this.following && this.toEnd());
      else hide(this.latestButton, false);
    },
    /** What is being read stays where it is, though others above it come and go. */
    keepPlace(ops) {
      if (!ops.some(([name]) => name === "edges" || name === "remove")) return null;
      const top = this.box.scrollTop;
      const seen = [...this.box.children].filter((node) => node.offsetTop + node.offsetHeight > top);
      const before = seen.map((node) => node.offsetTop);
      return () => {
        const at = seen.findIndex((node) => node.isConnected);
        if (at >= 0) this.lastTop = this.box.scrollTop = top + seen[at].offsetTop - before[at];
      };
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
      line.textContent = `${bubble.speaker}: ${text}`;
      this.announcer.append(line);
      while (this.announcer.childElementCount > ANNOUNCED) this.announcer.firstChild.remove();
    },
    button(label, className, onClick) {
      const button = make("button", `quiet-button ${className}`, { type: "button", hidden: "" });
      button.append(label);
      button.addEventListener("click", onClick);
      return button;
    },
    /** One of the copy buttons can be reached by Tab, the others from it by arrow keys. */
    rove(event) {
      const step = { ArrowUp: "previousElementSibling", ArrowDown: "nextElementSibling" }[event.key];
      if (!step || !event.target.matches(".bubble__copy")) return;
      event.preventDefault();
      let node = event.target.closest(".bubble")[step];
      while (node && !node.matches(".bubble")) node = node[step];
      node?.querySelector(".bubble__copy").focus();
    },
    shift(where) {
      if (this.shifting) return;
      this.shifting = true;
      this.following = false;
      this.$emit(where);
    },
    jump() {
      this.following = true;
      if (this.hasLater) this.$emit("latest");
      else this.toEnd();
    },
    toEnd() {
      hide(this.latestButton, true);
      this.box.scrollTop = this.box.scrollHeight;
    },
    scrolled() {
      const { scrollTop, scrollHeight, clientHeight } = this.box;
      const goesUp = scrollTop < this.lastTop - 1;
      const atEnd = scrollHeight - scrollTop - clientHeight < AT_END_PX;
      this.lastTop = scrollTop;
      if (atEnd && this.hasLater) {
        if (!this.following) this.shift("later");
      } else if (atEnd) {
        this.following = true;
        this.latestButton.hidden = true;
      } else if (goesUp) this.following = false;
      if (goesUp && scrollTop < NEAR_TOP_PX && !this.earlierButton.hidden) this.shift("earlier");
    },
    showCaptions(on) {
      this.leaveButton.hidden = !on;
      if (on) this.box.focus(); // where Space means: talk
      this.jump();
    },
    largeCaptions() {
      this.captions.enter();
    },
    clearAll() {
      for (const bubble of this.bubbles.values()) bubble.voice?.end();
      this.bubbles.clear();
      this.box.replaceChildren();
    },
  },
  created() {
    this.whole = {
      add(id, role, before, language, direction, time) {
        const { words, names, lang, dir } = this;
        const bubble = role === "tool" ? new ToolLine(id, words, time, lang, dir) : new Bubble(id, role, words, names, time);
        bubble.turn?.(language, direction);
        this.bubbles.set(id, bubble);
        this.insert(bubble.node, before);
        if (!bubble.copy) return;
        if (this.reachable) this.reachable.tabIndex = -1;
        this.reachable = bubble.copy;
        this.reachable.tabIndex = 0;
      },
      edges(_id, earlier, later) {
        this.earlierButton.hidden = !earlier;
        this.hasLater = later;
      },
      clear() {
        this.clearAll();
        this.hasLater = false;
        this.earlierButton.hidden = this.following = true;
      },
      source(text) {
        this.sourceLine.textContent = text;
        this.sourceLine.hidden = false;
      },
      silence() {
        for (const bubble of this.bubbles.values()) {
          bubble.voice?.end();
          delete bubble.node.dataset.pending;
        }
      },
      mark(_id, matches) {
        found?.all.clear();
        found?.current.clear();
        for (const [id, start, length, isCurrent] of matches) {
          const bubble = this.bubbles.get(id);
          const range = bubble.body && rangeIn(bubble.body, start, start + length);
          if (range) found?.all.add(range);
          if (range && isCurrent) found?.current.add(range);
          if (isCurrent) this.bringIntoView(range ?? bubble.node);
        }
      },
    };
    this.bringIntoView = (place) => {
      const at = place.getBoundingClientRect();
      const box = this.box.getBoundingClientRect();
      this.following = false;
      this.lastTop = this.box.scrollTop += at.top + at.height / 2 - box.top - box.height / 2;
    };
    this.single = {
      append: (bubble, text) => bubble.append(text),
      text: (bubble, text) => bubble.text(text),
      turn: (bubble, language, direction) => bubble.turn(language, direction),
      cut: (bubble, heard) => bubble.cut(heard),
      note: (bubble, text) => bubble.note(text, this.lang, this.dir),
      tool: (line, name, state, label) => line.tool(name, state, label),
      voice: (bubble, charsPerMs, sinceMs) => bubble.voice.move(charsPerMs, sinceMs),
      said: (bubble) => bubble.voice.end(),
      finish: (bubble) => {
        bubble.finish?.();
        if (bubble.body) this.announce(bubble);
      },
      move: (bubble, before) => this.insert(bubble.node, before),
      remove(bubble) {
        bubble.voice?.end();
        this.bubbles.delete(bubble.node.dataset.itemId);
        bubble.node.remove();
      },
    };
  },
};
