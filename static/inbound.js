// A provider's message, made small enough for the page's socket and rid of what nobody in the page reads.

import { MAX_FRAME_BYTES, wireBytes } from "uplink";

const MAX_TEXT = 12000; // UTF-16 units of one string in a forwarded event
const LONGEST_GRAPHEME = 64; // UTF-16 units that are looked back over for where a character of several begins
const UNREAD_KEYS = new Set(["instructions", "tools", "logprobs"]); // large, and nobody in the page reads them
const WORDS = new Set(["text", "transcript", "arguments"]);
const FINAL = /^(response\..*done|conversation\.item\.done)$/; // repeats what came in deltas

/**
 * @param known the API's types of event
 * @param wanted those the page follows
 * @returns `{event, problem}`: what to forward, if anything, and the code of a notice, if something is wrong
 */
export function readEvent(data, { known, wanted }) {
  let cut = false;
  let repeats = false;
  const slim = (key, value) => {
    if (UNREAD_KEYS.has(key)) return undefined;
    if (typeof value !== "string" || value.length <= MAX_TEXT) return value;
    cut ||= key !== "output"; // the server wrote a tool's output, and knows it whole
    return repeats && WORDS.has(key) ? "" : `${beginning(value, MAX_TEXT)}…`; // what was streamed is whole
  };
  try {
    repeats = data.length > MAX_TEXT && FINAL.test(JSON.parse(data)?.type);
    const event = JSON.parse(data, slim);
    if (!known.includes(event?.type)) return { problem: "event_unknown" };
    return wanted.includes(event.type) ? fitted(event, cut) : {};
  } catch {
    return { problem: "event_broken" };
  }
}

const graphemes = window.Intl?.Segmenter && new Intl.Segmenter(undefined, { granularity: "grapheme" });

/** The first `most` UTF-16 units of a longer text, without the character that they would cut. */
function beginning(text, most) {
  if (!graphemes) return text.slice(0, most).replace(/[\uD800-\uDBFF]$/, "");
  const from = most - LONGEST_GRAPHEME;
  const around = graphemes.segment(text.slice(from, most + LONGEST_GRAPHEME));
  return text.slice(0, from + around.containing(LONGEST_GRAPHEME).index);
}

const fits = (event) => wireBytes([0, 0, event]) <= MAX_FRAME_BYTES - 100; // of which its number and time take some

function fitted(event, cut) {
  if (fits(event)) return { event, problem: cut ? "event_too_large" : null };
  // Without this one nobody would know that the response is over; its items have told of themselves.
  if (event.type === "response.done") event.response = { ...event.response, output: [] };
  return { event: fits(event) ? event : null, problem: "event_too_large" };
}
