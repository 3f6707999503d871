// The quiet row below Start and Stop: mute, hold to talk, stop the answer, pictures of sound, settings.

import { choice, choose } from "choice";
import { live } from "live";
import { scopes } from "scope_switch";
import { act, press, release, rest, talk } from "talk";

const ICONS = {
  microphone: "M12 3a3 3 0 0 0-3 3v6a3 3 0 0 0 6 0V6a3 3 0 0 0-3-3ZM5 11.5a7 7 0 0 0 14 0M12 18.5V21",
  muted: "M12 3a3 3 0 0 0-3 3v6a3 3 0 0 0 6 0V6a3 3 0 0 0-3-3ZM5 11.5a7 7 0 0 0 14 0M12 18.5V21M4 3l16 17",
  push: "M8 8h8a1 1 0 0 1 1 1v11a1 1 0 0 1-1 1H8a1 1 0 0 1-1-1V9a1 1 0 0 1 1-1ZM9.5 8V3M10 12h4M10 15h4M20.5 10v5",
  answer: "M4 4.5h16v12H9.5L5 20.5v-4H4ZM10.5 8v5l4-2.5Z",
  stop_answer: "M4 4.5h16v12H9.5L5 20.5v-4H4ZM10 8.5h4v4h-4Z",
  sound: "M3 12h2.5L8 6l3.5 13L15 4l2.5 11 1.5-3h2",
  settings: "M4 7h9m5 0h2M4 17h2m5 0h9M15.5 4.5v5M8.5 14.5v5",
};
const KEYS_OF_OTHERS = "input, textarea, select, button, a, summary, [contenteditable], dialog";

function icon(name) {
  const path = Vue.h("path", { d: ICONS[name] });
  return Vue.h("svg", { viewBox: "0 0 24 24", "aria-hidden": "true" }, [path]);
}

export default {
  mixins: [live],
  props: {
    words: Object,
    bridge: Number,
    drawer: Number,
    orb: String,
    running: Boolean,
    live: Boolean,
    speaking: Boolean,
    manual: Boolean,
    answers: Boolean,
  },
  computed: {
    now() {
      return { ...this.$props, ...this.told };
    },
  },
  render() {
    const { words } = this;
    const answers = choice.answers ?? this.answers;
    const silent = talk.muted && !choice.push_to_talk;
    const tool = (name, onClick, more = {}) =>
      Vue.h("button", { class: "tool", type: "button", title: words[name], "aria-label": words[name], onClick, ...more }, [
        icon(more.icon ?? name),
        Vue.h("span", { class: "tool__label", "aria-hidden": "true" }, words[`short_${name}`]),
      ]);
    return Vue.h("div", { class: "tools" }, [
      choice.push_to_talk ? this.holdButton() : null,
      Vue.h("div", { class: "tools__row", role: "group", "aria-label": words.label }, [
        tool("mute", () => (talk.muted = !talk.muted), {
          icon: silent ? "muted" : "microphone",
          "aria-pressed": String(silent),
          disabled: choice.push_to_talk || !this.now.running,
        }),
        this.manual ? null : tool("push", () => this.togglePush(), { "aria-pressed": String(choice.push_to_talk) }),
        answers ? null : tool("answer", () => this.act("answer"), { disabled: !this.now.live || this.now.speaking }),
        tool("stop_answer", () => this.act("stop_answer"), { disabled: !this.now.speaking }),
        tool("sound", () => scopes.toggle(), { "aria-pressed": String(scopes.shown) }),
        tool("settings", () => getElement(this.drawer).open(), { "aria-haspopup": "dialog" }),
      ]),
    ]);
  },
  created() {
    if (this.manual) choice.push_to_talk = true;
    this.onKeyDown = (event) => this.isTalkKey(event) && this.hold(event);
    this.onKeyUp = (event) => ["Space", "Enter"].includes(event.code) && this.letGo();
    this.onHidden = () => document.hidden && this.letGo();
    this.onBlur = () => this.letGo();
  },
  mounted() {
    window.addEventListener("keydown", this.onKeyDown);
    window.addEventListener("keyup", this.onKeyUp);
    window.addEventListener("blur", this.onBlur);
    document.addEventListener("visibilitychange", this.onHidden);
    this.unwatch = Vue.watchEffect(() => this.markOrb());
  },
  beforeUnmount() {
    window.removeEventListener("keydown", this.onKeyDown);
    window.removeEventListener("keyup", this.onKeyUp);
    window.removeEventListener("blur", this.onBlur);
    document.removeEventListener("visibilitychange", this.onHidden);
    this.unwatch();
  },
  watch: {
    "now.running"(running) {
      if (!running) rest();
    },
    "now.live"(live) {
      if (!live) this.letGo();
      else if (choice.push_to_talk && document.activeElement?.closest(".controls")) this.focusHold();
    },
  },
  methods: {
    holdButton() {
      const { words } = this;
      return Vue.h(
        "button",
        {
          ref: "hold",
          class: "button tools__hold",
          type: "button",
          disabled: !this.now.live,
          "aria-pressed": String(talk.held),
          onPointerdown: (event) => this.grasp(event),
          onPointerup: () => this.letGo(),
          onPointercancel: () => this.letGo(),
          onLostpointercapture: () => this.letGo(),
          onContextmenu: (event) => event.preventDefault(),
          onClick: (event) => event.detail === 0 && this.toggleHold(),
        },
        talk.held ? (talk.open ? words.release : words.hold_wait) : [words.hold, Vue.h("span", { class: "tools__key" }, ` ${words.hold_key}`)],
      );
    },
    act(action) {
      act(getElement(this.bridge), action);
    },
    togglePush() {
      this.letGo();
      choose(getElement(this.bridge), { push_to_talk: !choice.push_to_talk });
      if (choice.push_to_talk) this.focusHold();
    },
    /** Where Space means: talk. On Stop, where a start by keyboard leads, it would end the call. */
    focusHold() {
      Vue.nextTick(() => this.$refs.hold.focus());
    },
    isTalkKey(event) {
      if (!choice.push_to_talk || event.ctrlKey || event.altKey || event.metaKey) return false;
      const onButton = event.target === this.$refs.hold;
      if (event.code === "Enter") return onButton;
      return event.code === "Space" && (onButton || !event.target.closest?.(KEYS_OF_OTHERS));
    },
    grasp(event) {
      if (event.button !== 0) return;
      event.currentTarget.setPointerCapture(event.pointerId);
      this.hold();
    },
    hold(event) {
      event?.preventDefault();
      if (!event?.repeat) press(getElement(this.bridge));
    },
    letGo() {
      if (talk.held) release(getElement(this.bridge));
    },
    /** A click of assistive technology, which cannot hold. */
    toggleHold() {
      if (talk.held) this.letGo();
      else this.hold();
    },
    markOrb() {
      const orb = document.querySelector(this.orb);
      const silent = this.now.running && talk.muted && !choice.push_to_talk;
      if (silent) orb.dataset.muted = this.words.muted;
      else delete orb?.dataset.muted;
    },
  },
};
