import assert from "node:assert/strict"
import { test } from "node:test"
import "./bare-names.mjs"

const { makeSilence } = await import("../../static/js/silence.js")
const { makeLag } = await import("../../static/js/studio/lag.js")
const { makeQuality } = await import("../../static/js/studio/quality.js")
const { asked, cutOut, gotWords } = await import("../../static/js/studio/shape.js")
const { changeWords, offWords, senderWords } = await import("../../static/js/studio/words.js")
const { troubles } = await import("../../static/js/control/troubles.js")

const MINUTE = 60_000

function rung() {
  const clock = { now: 0 }
  const quality = makeQuality(() => clock.now)
  const hear = (ms, behind) => {
    clock.now += ms
    return quality.hear(behind)
  }
  return { clock, quality, hear }
}

test("too much that waits lowers the picture, step by step and never twice in ten seconds", () => {
  const { quality, hear } = rung()

  assert.equal(hear(1000, 1.4), null)
  assert.equal(hear(1000, 1.6), "slower")
  assert.equal(quality.bitrate(), 1_500_000)
  assert.equal(hear(9999, 3), null)
  assert.equal(hear(1, 3), "slower")
  assert.equal(quality.bitrate(), 800_000)
  assert.equal(hear(10_000, 3), null)

  assert.equal(quality.bitrate(), 800_000)
})

test("at the lowest step what piled up is let go", () => {
  const { quality, hear } = rung()
  quality.choose(800_000)

  assert.equal(hear(10_000, 5.9), null)
  assert.equal(hear(1000, 6.1), "skip")
  assert.equal(hear(1000, 6.1), null)

  assert.equal(quality.bitrate(), 800_000)
})

test("after a long calm a better picture is tried, and never better than was chosen", () => {
  const { quality, hear } = rung()
  quality.choose(1_500_000)
  assert.equal(hear(10_000, 2), "slower")

  assert.equal(hear(MINUTE - 1, 0), null)
  assert.equal(hear(1, 0), "better")
  assert.equal(hear(60 * MINUTE, 0), null)

  assert.equal(quality.bitrate(), 1_500_000)
  assert.equal(quality.isLowered(), false)
})

test("a calm that was broken begins anew", () => {
  const { hear } = rung()
  hear(10_000, 2)

  assert.equal(hear(MINUTE - 1, 0.4), null)
  assert.equal(hear(MINUTE - 1, 0), null)
  assert.equal(hear(1, 0), "better")
})

test("only the calm of a take that is sent counts", () => {
  const { clock, quality, hear } = rung()
  hear(10_000, 2)
  clock.now += 5 * MINUTE // the camera was off

  quality.begin()

  assert.equal(hear(MINUTE - 1, 0), null)
  assert.equal(hear(1, 0), "better")
})

test("a better picture that was too much is tried again only after twice the calm", () => {
  const { hear } = rung()
  hear(10_000, 2)
  assert.equal(hear(MINUTE, 0), "better")
  assert.equal(hear(10_000, 2), "slower")

  assert.equal(hear(2 * MINUTE - 1, 0), null)
  assert.equal(hear(1, 0), "better")
})

test("what waits is as old as its oldest byte", () => {
  const clock = { now: 0 }
  const lag = makeLag(() => clock.now)
  lag.put(100)
  clock.now = 1000
  lag.put(100)
  clock.now = 1500

  assert.equal(lag.behind(200), 1.5)
  assert.equal(lag.behind(150), 1.5) // half of the first is still here
  assert.equal(lag.behind(100), 0.5)
  assert.equal(lag.behind(0), 0)
})

test("silence counts from the last sound, and noise of the line is no sound", () => {
  const clock = { now: 0 }
  const silence = makeSilence(() => clock.now)

  clock.now = 4000
  silence.hear(0.2)
  clock.now = 9000
  silence.hear(0.0005)
  assert.equal(silence.seconds(), 5)
  silence.hear(0.2)

  assert.equal(silence.seconds(), 0)
})

test("portrait is 720 × 1280; a phone that counts the other way is asked the other way", () => {
  const portrait = { width: { ideal: 720 }, height: { ideal: 1280 } }
  const landscape = { width: { ideal: 1280 }, height: { ideal: 720 } }

  assert.deepEqual(asked("portrait"), portrait)
  assert.deepEqual(asked("landscape"), landscape)
  assert.deepEqual(asked("portrait", true), landscape)
})

test("an upright picture is cut out of what the camera has, of 1080 rows at most", () => {
  assert.deepEqual(cutOut(2160), { width: { ideal: 608 }, height: { ideal: 1080 } })
  assert.deepEqual(cutOut(720), { width: { ideal: 406 }, height: { ideal: 720 } })
})

test("what the camera gave is said, and what to do when it lies the other way", () => {
  assert.equal(gotWords("landscape", 1280, 720), "The camera gives 1280 × 720.")
  assert.match(gotWords("portrait", 1280, 720), /1280 × 720, which is landscape\. Turn/)
  assert.match(gotWords("landscape", 720, 1280), /720 × 1280, which is portrait\. Lay/)
})

test("a slow line and a sender are said in words", () => {
  const slower = { why: "slower", bitrate: 1_500_000 }
  const obs = { source: "rtmp", width: 1280, height: 720, bitrate: 2_412_000 }

  assert.equal(changeWords(slower), "Your line is slow: sending a smaller picture (1.5 Mbit/s).")
  assert.equal(senderWords(obs), "OBS is sending: 1280 × 720, 2.4 Mbit/s")
  assert.equal(senderWords({ ...obs, width: 0, height: 0, bitrate: 0 }), "OBS is sending")
})

for (const [status, sending, words] of [
  ["scheduled", null, "This camera is off"],
  ["live", { source: "rtmp" }, "Another camera is on air"],
  ["ended", null, "The show has ended"],
  ["ended", { source: "rtmp" }, "The show has ended"],
  ["cancelled", null, "The show is cancelled"],
]) {
  test(`over a camera that is off in a show that is ${status}: ${words}`, () => {
    assert.equal(offWords(status, sending)[1], words)
  })
}

const well = { status: "live", onAir: true, gap: 0.4, offAir: null, silent: 0 }
const raised = (seen) =>
  Object.entries(troubles({ ...well, ...seen })).flatMap(([code, words]) => (words ? [code] : []))

for (const [name, seen, codes] of [
  ["all is well", {}, []],
  ["no camera for five seconds", { onAir: false, offAir: 5 }, ["no_camera"]],
  ["a camera that is away for a moment", { onAir: false, offAir: 4.9 }, []],
  ["no picture for five seconds", { gap: 5, silent: 99 }, ["no_picture"]],
  ["no picture yet", { gap: null }, []],
  ["ten silent seconds", { silent: 10 }, ["no_sound"]],
  ["nobody knows of the sound", { silent: null }, []],
  ["a show that is over", { status: "ended", onAir: false, offAir: 99, gap: 99, silent: 99 }, []],
]) {
  test(`the control room's alarms: ${name}`, () => {
    assert.deepEqual(raised(seen), codes)
  })
}
