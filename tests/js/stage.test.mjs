import assert from "node:assert/strict"
import { test } from "node:test"
import { stageWords } from "../../static/js/stage.js"

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
