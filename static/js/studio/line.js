// What the line does, as the host sees it: lamp, clock, figures, and what is to be said of it.
import { LONG_SILENCE } from "silence"
import { meter } from "studio/meter"
import { find, health } from "studio/page"
import { changeWords, lossWords, rateWords } from "studio/words"

const KEPT = 12_000 // ms that a change is spoken of
let timer = null

export function drawState(state, words) {
  find("[data-lamp]").dataset.state = state
  find("[data-lamp]").textContent = words
  health("state", words.toLowerCase(), { live: "good", waiting: "bad" }[state])
}

// A word stays for a while; `text` null goes back to what is so all the time.
function say(text, standing = "") {
  clearTimeout(timer)
  timer = text ? setTimeout(() => say(null, standing), KEPT) : null
  find("[data-line-words]").textContent = text || standing
  find("[data-line-words]").hidden = !(text || standing)
}

export function drawOff() {
  find("[data-clock]").hidden = true
  for (const name of ["seconds", "bitrate", "waiting"]) health(name, "–")
  say("")
  drawState("off", "This camera is off")
}

export function drawWaiting(bytes) {
  health("waiting", `${Math.round(bytes / 1024)} KiB`)
  const silent = meter.silentFor()
  find("[data-silent]").hidden = silent < LONG_SILENCE
}

export function lineHandlers(quality) {
  const standing = () =>
    quality.isLowered() ? changeWords({ why: "slower", bitrate: quality.bitrate() }) : ""

  return {
    connecting: () => drawState("waiting", "Connecting"),
    live: () => {
      drawState("live", "Live")
      if (!timer) say(null, standing())
    },
    lost: (loss) => {
      drawState("waiting", "Line lost, coming back")
      say(lossWords(loss), standing())
    },
    changing: (change) => {
      drawState("waiting", "One moment")
      say(changeWords(change), standing())
    },
    health: ({ seconds, bitrate }) => {
      const whole = Math.floor(seconds)
      const span = `${Math.floor(whole / 60)}:${String(whole % 60).padStart(2, "0")}`
      health("seconds", span)
      health("bitrate", rateWords(bitrate), bitrate ? "good" : "bad")
      find("[data-clock]").textContent = span
      find("[data-clock]").hidden = false
    },
    stopped: drawOff,
    rival: drawOff,
    replaced: drawOff,
    refused: drawOff,
  }
}
