// The circle. Its levels come from static/levels.js, and call_tools.js marks it when the microphone is muted.

const PARTS = ["halo", "ring", "ring orb__ring--outer", "arc", "core"];

export default {
  props: { state: String },
  data: () => ({ told: {} }),
  render() {
    const { state } = { ...this.$props, ...this.told };
    const parts = PARTS.map((part) => Vue.h("span", { class: `orb__${part}` }));
    return Vue.h("div", { class: "orb", "data-state": state, "aria-hidden": "true" }, parts);
  },
  methods: {
    draw(told) {
      this.told = told;
    },
  },
};
