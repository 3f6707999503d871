// A line to type into, also to begin a call. The text stays here until it is sent, and goes when the call took it.

import { live } from "live";

export default {
  mixins: [live],
  props: { words: Object, bridge: Number, maxLength: Number, disabled: Boolean, starts: Boolean },
  data: () => ({ text: "" }),
  computed: {
    /** What keeps the text from being sent; empty when nothing does. */
    problem() {
      const length = [...this.text.trim()].length;
      if (length <= this.maxLength) return "";
      return this.words.too_long.replace("{max}", this.maxLength).replace("{length}", length);
    },
  },
  render() {
    const { words, text, problem } = this;
    const { disabled, starts } = { ...this.$props, ...this.told };
    const ready = starts ? words.placeholder_start : words.placeholder;
    return Vue.h("form", { class: "field", autocomplete: "off", onSubmit: (event) => this.submit(event) }, [
      Vue.h("p", { class: "field__problem", role: "alert", hidden: !problem }, problem),
      Vue.h("input", {
        class: "field__input",
        type: "text",
        name: "message",
        dir: text ? "auto" : null,
        enterkeyhint: "send",
        "aria-label": words.label,
        placeholder: disabled ? words.placeholder_off : ready,
        disabled,
        value: text,
        onInput: (event) => (this.text = event.target.value),
      }),
      Vue.h("button", { class: "field__send", type: "submit", disabled: disabled || !text.trim() || Boolean(problem), "aria-label": words.send }, [
        Vue.h("svg", { viewBox: "0 0 24 24", "aria-hidden": "true" }, [
          Vue.h("path", { d: "M12 19V5m0 0-6 6m6-6 6 6" }),
        ]),
      ]),
    ]);
  },
  methods: {
    submit(event) {
      event.preventDefault();
      if (!this.text.trim() || this.problem) return;
      const bridge = getElement(this.bridge);
      const { starts } = { ...this.$props, ...this.told };
      if (starts) bridge.startTyping(this.text, () => (this.text = ""));
      else if (bridge.say(this.text)) this.text = "";
    },
  },
};
