// Search, copy, download and large type for the transcript. Python does the finding and the writing.

import { copyText } from "clipboard";
import { ICONS } from "icons";
import { line } from "page_line";

const SEARCH_AFTER_MS = 150; // of quiet typing
const SAID_MS = 2500;

const utcOffset = () => -new Date().getTimezoneOffset(); // minutes east of UTC

const picture = (name) =>
  Vue.h("svg", { viewBox: "0 0 24 24", "aria-hidden": "true" }, ICONS[name].map((d) => Vue.h("path", { d })));

export default {
  props: { words: Object, forms: Array, transcript: Number, maxLength: Number },
  data: () => ({ searching: false, choosing: false, query: "", current: 0, total: 0, asked: false, said: "" }),
  render() {
    const { words, searching } = this;
    return Vue.h("div", { class: "transcript-tools", role: "group", "aria-label": words.label }, [
      searching ? this.searchRow() : this.tool("search", words.search, () => this.openSearch(), { ref: "search" }),
      Vue.h("span", { class: "transcript-tools__said", role: "status" }, this.said || (searching ? this.counted() : "")),
      this.tool("copy", words.copy, () => this.copyAll()),
      this.downloads(),
      this.tool("captions", words.captions, () => getElement(this.transcript).largeCaptions(), {
        class: "transcript-tools__captions",
        local: true,
      }),
    ]);
  },
  created() {
    this.taken = null;
  },
  beforeUnmount() {
    clearTimeout(this.typing);
    clearTimeout(this.saying);
  },
  methods: {
    tool(name, label, onClick, more = {}) {
      const { class: extra = "", local = false, ...rest } = more;
      const disabled = !local && !line.up;
      const title = disabled ? this.words.offline : label;
      const about = { class: `transcript-tools__button ${extra}`, type: "button", title, "aria-label": label, disabled };
      return Vue.h("button", { ...about, onClick, ...rest }, picture(name));
    },

    // --- searching

    searchRow() {
      const { words } = this;
      const field = {
        ref: "field",
        class: "transcript-tools__field",
        type: "search",
        dir: "auto",
        value: this.query,
        maxlength: this.maxLength,
        "aria-label": words.search,
        placeholder: words.search,
        onInput: (event) => this.typed(event.target.value),
      };
      return Vue.h("div", { class: "transcript-tools__search", role: "search", onKeydown: (event) => this.searchKey(event) }, [
        Vue.h("input", field),
        this.tool("previous", words.previous, () => this.step(-1)),
        this.tool("next", words.next, () => this.step(1)),
        this.tool("close", words.close, () => this.closeSearch(), { local: true }),
      ]);
    },
    counted() {
      if (!this.asked) return "";
      return this.total ? this.words.of.replace("{n}", this.current).replace("{m}", this.total) : this.words.none;
    },
    openSearch() {
      this.searching = true;
      this.$nextTick(() => this.$refs.field.focus());
    },
    closeSearch() {
      this.searching = false;
      this.ask("");
      this.$nextTick(() => this.$refs.search.focus());
    },
    typed(query) {
      this.query = query;
      clearTimeout(this.typing);
      this.typing = setTimeout(() => this.ask(query), SEARCH_AFTER_MS);
    },
    ask(query) {
      clearTimeout(this.typing);
      this.typing = null;
      this.query = query;
      this.$emit("search", query);
    },
    searchKey(event) {
      if (event.key === "Escape") this.closeSearch();
      else if (event.key === "Enter" && event.target.matches("input")) this.step(event.shiftKey ? -1 : 1);
      else return;
      event.preventDefault();
    },
    step(by) {
      if (this.typing) this.ask(this.query);
      else this.$emit("step", by);
    },
    found(current, total) {
      Object.assign(this, { current, total, asked: Boolean(this.query.trim()) });
    },

    // --- taking it along

    downloads() {
      const { words } = this;
      const items = this.forms.map((form) =>
        Vue.h("button", { class: "transcript-tools__form", type: "button", role: "menuitem", onClick: () => this.download(form) }, words[form]),
      );
      const opens = { ref: "download", "aria-haspopup": "menu", "aria-expanded": String(this.choosing) };
      const menu = Vue.h("div", { ref: "menu", class: "transcript-tools__menu", role: "menu", "aria-label": words.download }, items);
      const leaves = (event) => event.currentTarget.contains(event.relatedTarget) || (this.choosing = false);
      return Vue.h("div", { class: "transcript-tools__downloads", onKeydown: (event) => this.menuKey(event), onFocusout: leaves }, [
        this.tool("download", words.download, () => this.choose(!this.choosing), opens),
        this.choosing ? menu : null,
      ]);
    },
    choose(choosing) {
      this.choosing = choosing;
      this.$nextTick(() => (choosing ? this.$refs.menu.firstChild : this.$refs.download).focus());
    },
    menuKey(event) {
      if (!this.choosing) return;
      const by = { ArrowDown: 1, ArrowUp: -1 }[event.key];
      const items = [...this.$refs.menu.children];
      if (by) items.at((items.indexOf(document.activeElement) + by) % items.length).focus();
      else if (event.key === "Escape") this.choose(false);
      else return;
      event.preventDefault();
    },
    download(form) {
      this.choose(false);
      this.$emit("download", { form, utcOffset: utcOffset() });
    },
    save(name, type, text) {
      const url = URL.createObjectURL(new Blob([text], { type: `${type};charset=utf-8` }));
      const link = Object.assign(document.createElement("a"), { href: url, download: name });
      link.click();
      URL.revokeObjectURL(url);
    },
    async copyAll() {
      const text = new Promise((resolve) => (this.taken = resolve));
      this.$emit("copy", utcOffset());
      await copyText(text).then(() => this.say(this.words.copied), () => this.say(this.words.copy_failed));
    },
    take(text) {
      this.taken?.(text);
    },
    say(text) {
      this.said = text;
      clearTimeout(this.saying);
      this.saying = setTimeout(() => (this.said = ""), SAID_MS);
    },
  },
};
