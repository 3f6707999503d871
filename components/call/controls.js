// Start and Stop; both act in the browser, in the click. What else belongs to them stands in the slot.

import { live } from "live";
import { cancelPredial, startPredial } from "predial";

export default {
  mixins: [live],
  props: { bridge: Number, start_label: String, stop_label: String, running: Boolean },
  render() {
    const { start_label, stop_label, running } = { ...this.$props, ...this.told };
    const bridge = () => getElement(this.bridge);
    const button = (name, label, disabled, more) =>
      Vue.h("button", { class: `button button--${name}`, type: "button", disabled, onClick: () => bridge()[name](), ...more }, label);
    const pressed = {
      onPointerdown: ({ isPrimary, button }) => isPrimary && button === 0 && startPredial(bridge()),
      onPointercancel: () => cancelPredial(bridge()),
    };
    return Vue.h("div", { class: "controls" }, [
      button("start", start_label, running, pressed),
      button("stop", stop_label, !running),
      this.$slots.default?.(),
    ]);
  },
  methods: {
    take(values) {
      const byKeyboard = this.$el.querySelector(":scope > .button:focus-visible");
      this.told = values;
      if (byKeyboard) Vue.nextTick(() => this.keepFocus(byKeyboard));
    },
    /** Move the focus from the button pressed by keyboard to the other one: the pressed one cannot hold it. */
    keepFocus(button) {
      if (button.disabled) this.$el.querySelector(":scope > .button:enabled").focus();
    },
  },
};
