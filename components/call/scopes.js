// Two oscilloscopes: what the microphone hears, and what the agent says.

import { paintWith } from "levels";
import { Scope } from "scope";
import { scopes } from "scope_switch";

const TRACES = [
  ["local", "--mic", "#007bff"],
  ["remote", "--voice", "#ff0000"],
];

export default {
  props: { words: Object },
  render() {
    const { words } = this;
    const trace = ([name]) =>
      Vue.h("figure", { class: `scope scope--${name}` }, [
        Vue.h("figcaption", { class: "scope__label" }, words[name]),
        Vue.h("canvas", { class: "scope__trace", ref: name, role: "img", "aria-label": words[`${name}_trace`] }),
      ]);
    return Vue.h("div", { class: "scopes", hidden: !scopes.shown }, TRACES.map(trace));
  },
  mounted() {
    this.scopes = TRACES.map(([name, property, color]) => [property, new Scope(this.$refs[name], color)]);
    this.inView = false;
    this.calm = window.matchMedia("(prefers-reduced-motion: reduce)");
    this.seen = new IntersectionObserver(([entry]) => this.moved(entry.isIntersecting));
    this.sized = new ResizeObserver(() => this.scopes.forEach(([, scope]) => scope.fit()));
    this.onCalm = () => this.decide();
    this.calm.addEventListener("change", this.onCalm);
    this.seen.observe(this.$el);
    this.sized.observe(this.$el);
  },
  beforeUnmount() {
    this.stop?.();
    this.seen.disconnect();
    this.sized.disconnect();
    this.calm.removeEventListener("change", this.onCalm);
  },
  methods: {
    moved(inView) {
      this.inView = inView;
      this.decide();
    },
    /** Draw only what somebody sees, and nothing that moves where movement is unwanted. */
    decide() {
      this.stop?.();
      this.stop = null;
      if (this.inView && !this.calm.matches) this.stop = paintWith((heard) => this.paint(heard));
      else this.paint({});
    },
    paint(heard) {
      for (const [property, scope] of this.scopes) scope.draw(heard[property]);
    },
  },
};
