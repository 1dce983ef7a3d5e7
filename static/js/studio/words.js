// What went wrong with the line, in words for the one before the camera.
const FINAL = {
  not_allowed: "You may not send video to this show any more. Ask the shop’s owner.",
  show_not_live: "The show is not live, so it takes no picture.",
  not_started: "The server and this page do not understand each other. Please reload the page.",
  not_video: "The server could not read what this browser sends. Try Chrome or Edge.",
  bad_box: "The server could not read what this browser sends. Try Chrome or Edge.",
  empty_media: "This browser sent no picture. Choose the camera anew, or try Chrome or Edge.",
  no_key_frames: "This browser sends a picture nobody could join. Try Chrome or Edge.",
  ffmpeg_failed: "The server could not read this camera’s picture. Start it again, or use OBS.",
  recorder: "This browser cannot record the camera. Choose the camera anew, or try Chrome or Edge.",
  replaced: "Another camera sends the picture now. This one has stopped.",
  rival: "Another camera is sending this show, so this one does not.",
  1009: "The picture came in pieces too large for the server. Choose a smaller picture.",
  1011: "The server made a mistake. Start the camera again.",
}
const PASSING = {
  encoders_busy:
    "This server has no room for one more browser camera right now. Trying again by itself; " +
    "OBS would get in at once.",
  ffmpeg_failed: "The server lost the picture and starts it anew.",
  fell_silent: "No picture reached the server for 10 seconds. Starting anew.",
}
const CHANGES = {
  slower: (rate) => `Your line is slow: sending a smaller picture (${rate}).`,
  better: (rate) => `Your line is better: sending a larger picture (${rate}).`,
  skip: () => "Your line is very slow: what had piled up was left out.",
  chosen: (rate) => `Sending up to ${rate}.`,
  device: () => "Changing over to what you chose.",
}

export const refusalWords = ({ code, detail }) =>
  FINAL[code] ?? detail ?? `The server closed the line (${code}).`
export const lossWords = ({ code }) => PASSING[code] ?? ""
export const rateWords = (bitrate) => `${(bitrate / 1e6).toFixed(1)} Mbit/s`
export const changeWords = ({ why, bitrate }) => CHANGES[why](rateWords(bitrate))

// [state, words] of the lamp while this camera is off.
export function offWords(status, sending) {
  if (status === "ended") return ["off", "The show has ended"]
  if (status === "cancelled") return ["off", "The show is cancelled"]
  return sending ? ["live", "Another camera is on air"] : ["off", "This camera is off"]
}

// {source, width, height, bitrate} of whoever sends now, as the server sees it.
export function senderWords({ source, width, height, bitrate }) {
  const who = source === "browser" ? "A browser camera" : "OBS"
  const size = width && height ? `: ${width} × ${height}` : ""
  return `${who} is sending${size}${bitrate ? `, ${rateWords(bitrate)}` : ""}`
}
