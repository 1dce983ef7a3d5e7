// What a control room can tell by itself of the picture and its sound. Seconds, throughout.
import { LONG_SILENCE } from "silence"

const NO_PICTURE = 5

// {code: words, or null when all is well}; `gap`: since a piece of picture came, null if none ever
// did; `offAir`: since no camera sends; `silent`: since something was heard, null if nobody knows.
export function troubles({ status, onAir, gap, offAir, silent }) {
  const isLive = status === "live"
  const isGone = isLive && !onAir && offAir >= NO_PICTURE
  const stands = isLive && onAir && gap !== null && gap >= NO_PICTURE
  const isSilent = isLive && onAir && !stands && silent !== null && silent >= LONG_SILENCE
  return {
    no_camera: isGone
      ? "No picture: no camera is sending. The show goes on; start the camera or OBS again."
      : null,
    no_picture: stands ? "No picture has come for more than 5 seconds." : null,
    no_sound: isSilent ? "No sound for more than 10 seconds. Is the microphone on?" : null,
  }
}
