import assert from "node:assert/strict"
import { test } from "node:test"
import { makeStage, stageWords } from "../../static/js/stage.js"

const live = { status: "live", isOnAir: true, hadPicture: false, picture: "none" }

test("the page says what one waits for", () => {
  assert.equal(stageWords({ ...live, status: "scheduled" }), "The show starts soon")
  assert.equal(stageWords({ ...live, isOnAir: false }), "The show starts soon")
  assert.equal(stageWords(live), "Connecting")
  assert.equal(
    stageWords({ ...live, isOnAir: false, hadPicture: true, picture: "waiting" }),
    "The host is reconnecting",
  )
})

test("while the picture plays, the page keeps quiet", () => {
  assert.equal(stageWords({ ...live, picture: "playing" }), null)
  assert.equal(stageWords({ ...live, status: "ended", picture: "playing" }), null)
})

test("a replay without a recording is no promise of one that connects", () => {
  assert.equal(stageWords({ ...live, status: "ended" }), "The recording is not here yet")
})

// A show that is watched: each step is [seconds, what happens], and what the page then says.
function watch(status, steps) {
  let now = 0
  const stage = makeStage(status, () => now)
  return steps.map(([seconds, act]) => {
    now = seconds * 1000
    act?.(stage)
    return [stage.shown(), stage.words()]
  })
}

test("a host who is lost leaves a still and a word, and comes back without a reload", () => {
  const seen = watch("live", [
    [0, (stage) => stage.setOnAir(true)],
    [1, (stage) => stage.hear("playing")],
    [20, (stage) => stage.setOnAir(false)],
    [22, (stage) => stage.hear("waiting")],
    [140, (stage) => stage.hear("none")], // the server restarted meanwhile
    [141, (stage) => stage.setOnAir(true)],
    [142, null],
    [143, (stage) => stage.hear("playing")],
  ])

  assert.deepEqual(seen, [
    ["none", "Connecting"],
    ["playing", null],
    ["playing", null], // the last second is still to be seen
    ["waiting", "The host is reconnecting"],
    ["waiting", "The host is reconnecting"],
    ["waiting", null],
    ["waiting", "Connecting"],
    ["playing", null],
  ])
})

test("a picture that only stumbles needs no words; one that does not come is owned up to", () => {
  const seen = watch("live", [
    [0, (stage) => stage.setOnAir(true)],
    [1, (stage) => stage.hear("playing")],
    [10, (stage) => stage.hear("waiting")],
    [10.5, null],
    [11, null],
    [21, null],
  ])

  assert.deepEqual(
    seen.slice(2).map(([, words]) => words),
    [null, null, "Connecting", "Still trying. The goods are all here."],
  )
})

test("at the end the last picture stays until the replay plays", () => {
  const seen = watch("live", [
    [0, (stage) => stage.setOnAir(true)],
    [1, (stage) => stage.hear("playing")],
    [60, (stage) => (stage.status = "ended")],
    [61, (stage) => stage.hear("connecting")],
    [61.2, (stage) => stage.hear("none")],
    [61.5, (stage) => stage.hear("playing")],
  ])

  assert.deepEqual(seen.slice(2), [
    ["playing", null],
    ["connecting", null],
    ["waiting", null],
    ["playing", null],
  ])
})
