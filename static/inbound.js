const MAX_TEXT = 12000; // characters of one string in a forwarded event
const UNREAD_KEYS = new Set(["instructions", "tools", "logprobs"]); // large, and nobody in the page reads them

// What these say beyond what the page follows is the API growing; anything else is not of the API.
const API = /^(error$|(session|conversation|response|(in|out)put_audio_buffer|rate_limits|transcription_session|mcp_list_tools)\.)/;

/** A provider's message as `{event, cut, unknown}`, long texts cut; or `{broken: true}`. */
export function readEvent(data) {
  let cut = false;
  const slim = (key, value) => {
    if (UNREAD_KEYS.has(key)) return undefined;
    if (typeof value !== "string" || value.length <= MAX_TEXT) return value;
    cut = true;
    return `${value.slice(0, MAX_TEXT)}…`;
  };
  try {
    const event = JSON.parse(data, slim);
    return { event, cut, unknown: !API.test(event?.type) };
  } catch {
    return { broken: true };
  }
}
