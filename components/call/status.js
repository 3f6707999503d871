// The state in words: a line that says what goes on, and a sentence below it that says what to do.

import { live } from "live";

export default {
  mixins: [live],
  props: { state: String, line: String, detail: String, reason: String },
  render() {
    const { state, line, detail, reason } = { ...this.$props, ...this.told };
    return Vue.h("div", { class: "status", role: "status", "data-state": state, "data-reason": reason }, [
      Vue.h("p", { class: "status__line", dir: "auto" }, line),
      Vue.h("p", { class: "status__detail", dir: "auto" }, detail),
    ]);
  },
  mounted() {
    this.markPage();
  },
  updated() {
    this.markPage();
  },
  methods: {
    draw(values) {
      this.take(values);
    },
    /** Rules for the page between calls ask for this: with `:has` every change of state would style all of it. */
    markPage() {
      this.$el.closest(".page").toggleAttribute("data-idle", this.$el.dataset.state === "idle");
    },
  },
};
