// Start and Stop of captions, and what to listen to; both act in the browser, in the click.

import { commitUtterances } from "commits";
import { stopListening } from "last_words";
import { canShare, chooseSource } from "sources";

const SOURCES = ["microphone", "tab"];

export default {
  props: { words: Object, languages: Object, bridge: Number, running: Boolean, again: Boolean, commits: Boolean },
  data: () => ({ source: "microphone", language: "" }),
  render() {
    const { words, running } = this;
    const button = (name, kind, disabled, onClick) =>
      Vue.h("button", { class: `button button--${kind}`, type: "button", disabled, onClick }, words[name]);
    return Vue.h("div", { class: "captions-controls" }, [
      Vue.h("div", { class: "controls" }, [
        button(this.again ? "start_again" : "start", "start", running, () => this.bridgeHalf().start()),
        button("stop", "stop", !running, () => stopListening(this.bridgeHalf())),
      ]),
      Vue.h("fieldset", { class: "captions-sources", disabled: running }, [
        Vue.h("legend", { class: "captions-label" }, words.source),
        ...SOURCES.map((source) => this.choice(source)),
      ]),
      canShare() ? null : Vue.h("p", { class: "captions-hint" }, words.source_unsupported),
      this.source === "tab" ? Vue.h("p", { class: "captions-hint" }, words.tab_hint) : null,
      this.languageChoice(),
    ]);
  },
  created() {
    this.language = Object.keys(this.languages)[0];
  },
  mounted() {
    if (this.commits) this.stopCommits = commitUtterances(() => this.bridgeHalf());
  },
  beforeUnmount() {
    this.stopCommits?.();
    chooseSource("microphone");
  },
  methods: {
    bridgeHalf() {
      return getElement(this.bridge);
    },
    choice(source) {
      const disabled = source === "tab" && !canShare();
      const onChange = () => this.choose({ source });
      const checked = this.source === source;
      const radio = { type: "radio", name: "captions-source", value: source, checked, disabled, onChange };
      const mark = (on) => (on ? "" : null);
      const look = { class: "captions-source", "data-chosen": mark(checked), "data-off": mark(disabled || this.running) };
      return Vue.h("label", look, [Vue.h("input", radio), Vue.h("span", this.words[source])]);
    },
    languageChoice() {
      const options = Object.entries(this.languages).map(([value, name]) =>
        Vue.h("option", { value, selected: value === this.language }, name),
      );
      const onChange = ({ target }) => this.choose({ language: target.value });
      return Vue.h("label", { class: "captions-language" }, [
        Vue.h("span", { class: "captions-label" }, this.words.language),
        Vue.h("select", { class: "captions-select", disabled: this.running, onChange }, options),
      ]);
    },
    choose(changed) {
      Object.assign(this, changed);
      chooseSource(this.source);
      this.$emit("choose", { source: this.source, language: this.language });
    },
  },
};
