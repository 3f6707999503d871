// The settings a caller may change: devices stay in this browser, the others go to Python and into the session.

import { choice, choose } from "choice";
import { chooseMicrophone, chooseSpeaker, chooseVolume, devices, listDevices } from "devices";
import { MicrophoneTest } from "microphone_test";

const RANGES = {
  volume: [0, 1, 0.05],
  speed: [0.5, 1.5, 0.05],
  threshold: [0, 1, 0.05],
  prefix_padding_ms: [0, 1000, 50],
  silence_duration_ms: [200, 2000, 50],
};
const DETECTION_FIELDS = { server_vad: ["threshold", "prefix_padding_ms", "silence_duration_ms"], semantic_vad: [], manual: [] };
const DEFAULTS = { threshold: 0.5, prefix_padding_ms: 300, silence_duration_ms: 500 };
const IDLE_SECONDS = [5, 10, 20, 30];

const capital = (name) => name[0].toUpperCase() + name.slice(1);
const withUnit = (unit, value) => unit.replace("{n}", value);
const shown = (words, name, value) => {
  if (name.endsWith("_ms")) return withUnit(words.seconds, (value / 1000).toFixed(2));
  return name === "speed" ? withUnit(words.times, Number(value).toFixed(2)) : withUnit(words.percent, Math.round(value * 100));
};

export default {
  props: { words: Object, bridge: Number, offered: Array, voices: Array, initial: Object },
  data: () => ({ inCall: false, testing: false, heard: false, problem: "" }),
  render() {
    const { words } = this;
    const close = { class: "tool drawer__close", type: "button", "aria-label": words.close, onClick: () => this.close() };
    return Vue.h("div", { class: "settings" }, [
      Vue.h(
        "dialog",
        {
          ref: "dialog",
          class: "drawer",
          "aria-labelledby": "drawer-title",
          onClose: () => this.test.stop(),
          onClick: (event) => event.target === this.$refs.dialog && this.close(),
        },
        [
          Vue.h("header", { class: "drawer__head" }, [
            Vue.h("h2", { id: "drawer-title", class: "drawer__title" }, words.title),
            Vue.h("button", close, [
              Vue.h("svg", { viewBox: "0 0 24 24", "aria-hidden": "true" }, [Vue.h("path", { d: "M6 6l12 12M18 6 6 18" })]),
            ]),
          ]),
          Vue.h("div", { class: "drawer__body" }, [
            this.group("devices", [this.microphone(), this.microphoneTest(), this.speaker(), this.volume()]),
            this.group("voice", [this.voice(), this.speed()]),
            this.group("listening", [this.noise(), ...this.detection(), this.answers()]),
          ]),
        ],
      ),
    ]);
  },
  created() {
    this.test = new MicrophoneTest({
      onChange: (testing) => (this.testing = testing),
      onHeard: () => (this.heard = true),
    });
  },
  beforeUnmount() {
    this.test.stop();
  },
  methods: {
    open() {
      this.inCall = Boolean(this.peer().call);
      this.heard = false;
      this.problem = "";
      listDevices();
      this.$refs.dialog.showModal();
    },
    close() {
      this.$refs.dialog.close();
    },
    peer() {
      return getElement(this.bridge);
    },
    choose(changes) {
      choose(this.peer(), changes);
    },
    /** What is in force: the caller's choice, else the persona's. */
    current(name) {
      return choice[name] ?? this.initial[name];
    },

    // --- the pieces they are made of

    group(name, settings) {
      const there = settings.filter(Boolean);
      if (!there.length) return null;
      const id = `drawer-${name}`;
      return Vue.h("section", { class: "drawer__group", "aria-labelledby": id }, [
        Vue.h("h3", { id, class: "drawer__subtitle" }, this.words[`group_${name}`]),
        ...there,
      ]);
    },
    setting(name, control, value = null) {
      const [id, hint] = [`setting-${name}`, `setting-${name}-hint`];
      return Vue.h("div", { class: "setting", key: name }, [
        Vue.h("div", { class: "setting__head" }, [
          Vue.h("label", { class: "setting__name", for: id }, this.words[name]),
          value === null ? null : Vue.h("output", { class: "setting__value", for: id }, value),
        ]),
        control({ id, "aria-describedby": hint }),
        Vue.h("p", { id: hint, class: "setting__hint" }, this.words[`${name}_hint`]),
      ]);
    },
    select(name, value, options, onChange) {
      const option = ([key, text]) => Vue.h("option", { value: key, selected: String(key) === String(value) }, text);
      return this.setting(name, (about) =>
        Vue.h(
          "select",
          { ...about, class: "setting__select", value, onChange: (event) => onChange(event.target.value) },
          options.map(option),
        ),
      );
    },
    range(name, value, onChange) {
      const [min, max, step] = RANGES[name];
      const onInput = (event) => onChange(Number(event.target.value));
      const live = name === "volume" ? { onInput } : { onChange: onInput };
      const control = (about) =>
        Vue.h("input", { ...about, class: "setting__range", type: "range", min, max, step, value, ...live });
      return this.setting(name, control, shown(this.words, name, value));
    },

    // --- devices

    device(name, list, onChange) {
      const label = (device, at) => [device.deviceId, device.label || `${this.words[name]} ${at + 1}`];
      const own = list.filter(({ deviceId }) => deviceId !== "default");
      return this.select(name, devices[name], [["", this.words.device_default], ...own.map(label)], onChange);
    },
    microphone() {
      return this.device("microphone", devices.microphones, (id) => this.pickMicrophone(id));
    },
    async pickMicrophone(id) {
      await chooseMicrophone(this.peer(), id);
      if (this.testing) this.startTest();
    },
    speaker() {
      if (devices.picksSpeaker) return this.device("speaker", devices.speakers, (id) => chooseSpeaker(this.peer(), id));
      return this.setting("speaker", (about) => Vue.h("p", { id: about.id, class: "setting__hint" }, this.words.speaker_system));
    },
    volume() {
      return this.range("volume", devices.volume, (volume) => chooseVolume(this.peer(), volume));
    },
    microphoneTest() {
      if (this.inCall) return null;
      const { words, testing, heard } = this;
      const said = testing ? (heard ? words.test_heard : words.test_listening) : this.problem;
      const toggle = () => (testing ? this.test.stop() : this.startTest());
      return Vue.h("div", { class: "setting", key: "test" }, [
        Vue.h("button", { class: "drawer__button", type: "button", onClick: toggle }, testing ? words.test_stop : words.test),
        Vue.h("div", { class: "level", ref: "level", hidden: !testing, "aria-hidden": "true" }, [Vue.h("span", { class: "level__bar" })]),
        Vue.h("p", { class: "setting__hint", role: "status" }, said),
      ]);
    },
    async startTest() {
      this.heard = false;
      this.problem = "";
      try {
        await this.test.start(this.$refs.level);
        listDevices();
      } catch (failure) {
        this.problem = this.words[failure.reason] ?? this.words.microphone_missing;
      }
    },

    // --- what goes into the session

    offers(name) {
      return this.offered.includes(name);
    },
    voice() {
      if (!this.offers("voice")) return null;
      const names = this.voices.map((name) => [name, capital(name)]);
      const pick = (voice) => this.choose({ voice: voice === this.initial.voice ? null : voice });
      return this.select("voice", this.current("voice"), names, pick);
    },
    speed() {
      if (!this.offers("speed")) return null;
      return this.range("speed", this.current("speed"), (speed) => this.choose({ speed }));
    },
    noise() {
      if (!this.offers("noise_reduction")) return null;
      const kinds = ["off", "near_field", "far_field"].map((kind) => [kind, this.words[`noise_${kind}`]]);
      const pick = (kind) => this.choose({ noise_reduction: kind });
      return this.select("noise_reduction", this.current("noise_reduction"), kinds, pick);
    },
    detection() {
      if (!this.offers("turn_detection")) return [];
      const now = this.current("turn_detection");
      const kind = choice.push_to_talk ? "manual" : now.type;
      const kinds = Object.keys(DETECTION_FIELDS).map((name) => [name, this.words[name]]);
      const set = (changes) => this.choose({ turn_detection: { ...now, ...changes } });
      const field = (name) => this.range(name, now[name] ?? DEFAULTS[name], (value) => set({ [name]: value }));
      return [
        this.select("turn_detection", kind, kinds, (picked) => this.pickDetection(picked, now)),
        ...DETECTION_FIELDS[kind].map(field),
        kind === "server_vad" ? this.idle(now, set) : null,
        kind === "semantic_vad" ? this.eagerness(now, set) : null,
      ];
    },
    pickDetection(kind, now) {
      if (kind === "manual") this.choose({ push_to_talk: true });
      else this.choose({ push_to_talk: false, turn_detection: { ...now, type: kind } });
    },
    idle(now, set) {
      const waits = IDLE_SECONDS.map((seconds) => [seconds * 1000, withUnit(this.words.seconds, seconds)]);
      const pick = (value) => set({ idle_timeout_ms: Number(value) || null });
      return this.select("idle_timeout_ms", now.idle_timeout_ms ?? 0, [[0, this.words.never], ...waits], pick);
    },
    eagerness(now, set) {
      const kinds = ["auto", "low", "medium", "high"].map((name) => [name, this.words[`eagerness_${name}`]]);
      return this.select("eagerness", now.eagerness ?? "auto", kinds, (eagerness) => set({ eagerness }));
    },
    answers() {
      if (!this.offers("answers")) return null;
      const kinds = ["always", "asked"].map((name) => [name, this.words[`answers_${name}`]]);
      const pick = (kind) => this.choose({ answers: kind === "always" });
      return this.select("answers", this.current("answers") ? "always" : "asked", kinds, pick);
    },
  },
};
