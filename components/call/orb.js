// The circle. Its levels come from static/levels.js, and call_tools.js marks it when the microphone is muted.

import { live } from "live";

const PARTS = ["halo", "ring", "ring orb__ring--outer", "arc", "core"];
const CONNECTING_AFTER_MS = 200; // what is quickly connected needs no look of its own

export default {
  mixins: [live],
  props: { state: String },
  render() {
    const { state } = { ...this.$props, ...this.told };
    const parts = PARTS.map((part) => Vue.h("span", { class: `orb__${part}` }));
    return Vue.h("div", { class: "orb", "data-state": state, "aria-hidden": "true" }, parts);
  },
  methods: {
    draw(values) {
      live.methods.draw.call(this, values, values.state === "connecting" ? CONNECTING_AFTER_MS : undefined);
    },
    take(values) {
      this.told = values;
      Vue.nextTick(() => this.$el.getAnimations({ subtree: true }).forEach((animation) => animation.play()));
    },
  },
};
