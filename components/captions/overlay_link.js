// The address of the subtitles: made, copied, opened and revoked.

import { copyText } from "clipboard";

const SAID_MS = 2500;

export default {
  props: { words: Object, path: String },
  data: () => ({ said: "" }),
  render() {
    const { words } = this;
    return Vue.h("section", { class: "overlay-link", "aria-label": words.overlay_title }, [
      Vue.h("h2", { class: "overlay-link__title" }, words.overlay_title),
      Vue.h("p", { class: "captions-hint" }, words.overlay_hint),
      this.path ? this.address() : null,
      Vue.h("div", { class: "overlay-link__row" }, [
        ...(this.path
          ? [this.button("overlay_copy", () => this.copy()), this.button("overlay_revoke", () => this.$emit("revoke"))]
          : [this.button("overlay_make", () => this.$emit("make"))]),
        Vue.h("span", { class: "overlay-link__said", role: "status" }, this.said),
      ]),
    ]);
  },
  beforeUnmount() {
    clearTimeout(this.saying);
  },
  methods: {
    url() {
      return new URL(this.path, window.location.href).href;
    },
    address() {
      const about = { class: "overlay-link__address", href: this.path, target: "_blank", rel: "noopener", dir: "ltr" };
      return Vue.h("a", { ...about, "aria-label": this.words.overlay_open }, this.url());
    },
    button(name, onClick) {
      return Vue.h("button", { class: "captions-button", type: "button", onClick }, this.words[name]);
    },
    async copy() {
      const copied = await copyText(this.url()).then(() => true, () => false);
      this.said = this.words[copied ? "overlay_copied" : "overlay_not_copied"];
      clearTimeout(this.saying);
      this.saying = setTimeout(() => (this.said = ""), SAID_MS);
    },
  },
};
