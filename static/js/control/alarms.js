// What is wrong with the picture or its sound, in a strip above everything until it is well.
import { facts, find } from "control/page"
import { stage } from "control/stage"
import { troubles } from "control/troubles"
import { clone, fill } from "fill"

const WORDS = {
  storage_failed:
    "The picture cannot be stored. Viewers see it; the replay waits until storage is back.",
  storage_slow: "Storage is slow. Viewers see the picture; the replay follows later.",
  replay_hole: "A piece of the picture could not be stored. The replay will have a hole there.",
  ffmpeg_failed: "The picture broke off on the server. The next take brings it back.",
}
const strip = find("[data-alarms]")
const rows = new Map() // by code

export function raise(code, words) {
  let row = rows.get(code)
  if (!row) {
    row = clone("alarm")
    row.dataset.code = code
    rows.set(code, row)
    strip.append(row)
  }
  const told = find('[data-slot="words"]', row)
  if (told.textContent !== words) fill(row, { words }) // what stands is not read out again
}

export function well(code) {
  rows.get(code)?.remove()
  rows.delete(code)
}

// `seen`: what this page knows by itself, see control/troubles.
export function drawAlarms(seen) {
  for (const [code, words] of Object.entries(troubles({ ...seen, ...stage }))) {
    if (words) raise(code, words)
    else well(code)
  }
}

const isOurs = ({ show }) => show === facts.slug

export const alarmHandlers = {
  "picture.alert": ({ data }) => {
    if (isOurs(data)) raise(data.code, WORDS[data.code] ?? data.detail)
  },
  "picture.well": ({ data }) => {
    if (isOurs(data)) well(data.code)
  },
  // What still is wrong is told again, what became well meanwhile is not.
  "line.back": () => Object.keys(WORDS).forEach(well),
  "take.started": () => well("ffmpeg_failed"), // its end may have been told while the line was away
}

strip.addEventListener("click", ({ target }) => {
  // It stays away until it is well and wrong once more.
  if (target.closest("[data-seen]")) target.closest("[data-code]").hidden = true
})
