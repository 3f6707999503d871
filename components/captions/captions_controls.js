// Start and Stop of captions, and what to listen to; both act in the browser, in the click.

import { commitUtterances } from "commits";
import { stopListening } from "last_words";
import { canShare, chooseSource } from "sources";

export default {
  template: `
    <div class="captions-controls">
      <div class="controls">
        <button class="button button--start" type="button" :disabled="running || !listens" @click="bridgeHalf().start()">
          {{ words[again ? "start_again" : "start"] }}
        </button>
        <button class="button button--stop" type="button" :disabled="!running" @click="stop">{{ words.stop }}</button>
      </div>
      <fieldset class="captions-sources" :disabled="running">
        <legend class="captions-label">{{ words.source }}</legend>
        <label v-for="each in sources" class="captions-source" :data-chosen="mark(source === each.name)"
               :data-off="mark(!each.works || running)">
          <input type="radio" name="captions-source" :value="each.name" :checked="source === each.name"
                 :disabled="!each.works" @change="choose({ source: each.name })">
          <span>{{ words[each.name] }}</span>
        </label>
      </fieldset>
      <p v-if="!sharing" class="captions-hint">{{ words.source_unsupported }}</p>
      <p v-if="source === 'tab'" class="captions-hint">{{ words.tab_hint }}</p>
      <label class="captions-language">
        <span class="captions-label">{{ words.language }}</span>
        <select class="captions-select" :disabled="running" @change="choose({ language: $event.target.value })">
          <option v-for="(name, value) in languages" :value="value" :selected="value === language">{{ name }}</option>
        </select>
      </label>
    </div>`,
  props: { words: Object, languages: Object, bridge: Number, running: Boolean, again: Boolean, listens: Boolean, commits: Boolean },
  data: () => ({ source: "microphone", language: "", sharing: canShare() }),
  computed: {
    sources() {
      return [
        { name: "microphone", works: true },
        { name: "tab", works: this.sharing },
      ];
    },
  },
  created() {
    this.language = Object.keys(this.languages)[0];
  },
  mounted() {
    if (this.commits) this.stopCommits = commitUtterances(() => this.bridgeHalf());
  },
  beforeUnmount() {
    this.stopCommits?.();
    chooseSource("microphone");
  },
  methods: {
    bridgeHalf() {
      return getElement(this.bridge);
    },
    stop() {
      stopListening(this.bridgeHalf());
    },
    /** Value of an attribute that is there or is not. */
    mark: (on) => (on ? "" : null),
    choose(changed) {
      Object.assign(this, changed);
      chooseSource(this.source);
      this.$emit("choose", { source: this.source, language: this.language });
    },
  },
};
