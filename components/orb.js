// The circle. Its levels come from static/levels.js, and call_tools.js marks it when the microphone is muted.

const PARTS = ["halo", "ring", "ring orb__ring--outer", "arc", "core"];
// Painting another look takes a small machine 50 ms: the words go first, and what is quickly connected needs no look.
const AFTER_WORDS_MS = 30;
const CONNECTING_AFTER_MS = 200;

export default {
  props: { state: String },
  data: () => ({ told: {} }),
  render() {
    const { state } = { ...this.$props, ...this.told };
    const parts = PARTS.map((part) => Vue.h("span", { class: `orb__${part}` }));
    return Vue.h("div", { class: "orb", "data-state": state, "aria-hidden": "true" }, parts);
  },
  beforeUnmount() {
    clearTimeout(this.timer);
  },
  methods: {
    draw(told) {
      clearTimeout(this.timer);
      const wait = told.state === "connecting" ? CONNECTING_AFTER_MS : AFTER_WORDS_MS;
      this.timer = setTimeout(() => (this.told = told), wait);
    },
  },
};
