import assert from "node:assert/strict"
import { test } from "node:test"
import "./bare-names.mjs"

const { makeQuality } = await import("../../static/js/studio/quality.js")
const { makeUplink, verdict } = await import("../../static/js/studio/uplink.js")

const NOON = Date.parse("2026-11-22T12:00:00.000Z")
const slice = (size) => ({ size, slice: (from, to) => slice(Math.min(to, size) - from) })

// A studio with a clock of its own; what it dials and records stands in lists.
function studio() {
  const told = []
  const lines = []
  const recorders = []
  const timers = []
  const clock = { now: 0 }
  const quality = makeQuality(() => clock.now)

  function dial() {
    const line = { readyState: 1, bufferedAmount: 0, sent: [], closedWith: null }
    line.send = (data) => line.sent.push(typeof data === "string" ? JSON.parse(data) : data.size)
    line.close = (code) => (line.closedWith = code)
    line.says = (frame) => line.onmessage({ data: JSON.stringify(frame) })
    line.ends = (code) => {
      line.readyState = 3
      line.onclose({ code })
    }
    lines.push(line)
    return line
  }

  function record(bitrate, hear) {
    const recorder = { bitrate, ...hear, isDropped: false }
    recorder.finish = (done) => {
      recorder.data(slice(7))
      done()
    }
    recorder.drop = () => (recorder.isDropped = true)
    recorders.push(recorder)
    return recorder
  }

  const uplink = makeUplink({
    dial,
    record,
    quality,
    tell: (name, detail) => told.push(detail === undefined ? [name] : [name, detail]),
    now: () => clock.now,
    later: (run, after) => timers.push({ run, at: clock.now + after }),
    random: () => 0.5,
  })
  const names = () => told.map(([name]) => name)
  const line = () => lines.at(-1)
  const recorder = () => recorders.at(-1)

  function wait(ms) {
    clock.now += ms
    const due = timers.filter(({ at }) => at <= clock.now)
    due.forEach((timer) => timers.splice(timers.indexOf(timer), 1))
    due.forEach(({ run }) => run())
  }

  function opens() {
    line().onopen()
    line().says({ type: "studio.ready", at: new Date(NOON).toISOString() })
  }

  function goesLive() {
    uplink.start()
    opens()
    line().says({ type: "studio.health", seconds: 0.4, bitrate: 1 })
  }

  return { uplink, told, names, lines, line, recorders, recorder, clock, wait, opens, goesLive }
}

test("it is live when the server has a picture, not before", () => {
  const { uplink, line, names, opens } = studio()

  uplink.start()
  opens()
  assert.deepEqual(names(), ["connecting"])
  line().says({ type: "studio.health", seconds: 0.4, bitrate: 1 })

  assert.deepEqual(names(), ["connecting", "live", "health"])
  assert.deepEqual(line().sent, [{ type: "studio.start" }])
})

test("the server is told by its own clock when the recorder began, half a round trip later", () => {
  const { uplink, line, recorder, clock, wait } = studio()

  uplink.start()
  wait(400) // a handshake of two round trips
  line().onopen()
  wait(900) // the server was busy, too
  line().says({ type: "studio.ready", at: new Date(NOON).toISOString() })
  clock.now += 50
  recorder().begun()
  recorder().data(slice(10))

  const began = { type: "studio.began", at: new Date(NOON + 100 + 50).toISOString() }
  assert.deepEqual(line().sent, [{ type: "studio.start" }, began, 10])
})

test("a slice goes out in pieces the server takes", () => {
  const { goesLive, line, recorder } = studio()
  goesLive()

  recorder().data(slice(1024 * 1024 + 1))

  assert.deepEqual(line().sent.slice(1), [1024 * 1024, 1])
})

test("a line that drops is followed by the next take, after a pause", () => {
  const { goesLive, line, lines, names, recorders, wait, opens } = studio()
  goesLive()

  line().ends(1006)
  assert.ok(recorders[0].isDropped)
  assert.equal(lines.length, 1)
  wait(500)
  opens()

  assert.equal(lines.length, 2)
  assert.deepEqual(lines[1].sent, [{ type: "studio.start" }])
  assert.deepEqual(names().slice(3), ["lost", "connecting"])
})

test("pauses grow while there is no picture, and begin anew once there was one", () => {
  const { uplink, line, lines, wait, opens } = studio()
  uplink.start()

  for (const pause of [375, 750, 1500, 3000, 6000, 8000, 8000]) {
    const before = lines.length
    opens() // the server answers, but never says that a picture came
    line().ends(1013)
    wait(pause - 1)
    assert.equal(lines.length, before)
    wait(1)
    assert.equal(lines.length, before + 1)
  }
  opens()
  line().says({ type: "studio.health", seconds: 0.4, bitrate: 1 })
  line().ends(1013)
  const before = lines.length
  wait(375)

  assert.equal(lines.length, before + 1)
})

test("when the network is back nobody waits for the pause", () => {
  const { uplink, goesLive, line, lines } = studio()
  goesLive()
  line().ends(1006)

  uplink.hurry()
  uplink.hurry()

  assert.equal(lines.length, 2)
})

test("a slow line gets a smaller picture with the next take, after the last one is whole", () => {
  const { goesLive, line, lines, recorder, told, clock, opens } = studio()
  goesLive()
  line().bufferedAmount = 100
  recorder().data(slice(100))
  line().bufferedAmount = 200
  clock.now += 1600

  recorder().data(slice(100))
  assert.deepEqual(told.at(-1), ["changing", { why: "slower", bitrate: 1_500_000 }])
  assert.deepEqual(line().sent.slice(1), [100, 100, 7, { type: "studio.stop" }])
  assert.equal(lines.length, 1)
  line().ends(1000)
  opens()

  assert.equal(lines.length, 2)
  assert.equal(recorder().bitrate, 1_500_000)
})

test("a take that does not come to an end is left behind", () => {
  const { uplink, goesLive, lines, recorders, wait } = studio()
  goesLive()

  uplink.renew("device")
  wait(3999)
  assert.equal(lines.length, 1)
  wait(1)

  assert.equal(lines.length, 2)
  assert.equal(lines[0].closedWith, 1000)
  assert.ok(recorders[0].isDropped)
  lines[0].ends(1000) // late, and of no interest
  assert.equal(lines.length, 2)
})

test("our own take that lingers is no rival", () => {
  const { goesLive, line, lines, names, recorder, wait } = studio()
  goesLive()
  recorder().data(slice(100))
  line().ends(1006)
  wait(500)

  line().onopen()
  line().says({ type: "error", code: "already_publishing", detail: "…" })
  line().ends(4403)
  wait(1000)

  assert.equal(lines.length, 3)
  assert.ok(!names().includes("rival"))
})

test("a rival is asked about, and gives way only to who asks for it", () => {
  const { uplink, line, lines, told, wait, opens } = studio()
  uplink.start()
  line().onopen()
  line().says({ type: "error", code: "already_publishing", detail: "…" })
  line().ends(4403)

  assert.equal(told.at(-1)[0], "rival")
  assert.equal(uplink.isOn(), false)
  wait(60_000)
  assert.equal(lines.length, 1)
  uplink.start({ takeOver: true })
  opens()

  assert.deepEqual(line().sent, [{ type: "studio.start", take_over: true }])
  line().ends(1006)
  wait(1000)
  opens()
  assert.deepEqual(line().sent, [{ type: "studio.start" }]) // not a second time by itself
})

test("who was replaced stays away", () => {
  const { uplink, goesLive, line, lines, told, recorders, wait } = studio()
  goesLive()

  line().says({ type: "error", code: "taken_over", detail: "…" })
  line().ends(4409)
  wait(60_000)

  assert.equal(told.at(-1)[0], "replaced")
  assert.equal(lines.length, 1)
  assert.ok(recorders[0].isDropped)
  assert.equal(uplink.isOn(), false)
})

test("who was replaced while changing over stays away, too", () => {
  const { uplink, goesLive, line, lines, told } = studio()
  goesLive()

  uplink.renew("device")
  line().ends(4409)

  assert.equal(told.at(-1)[0], "replaced")
  assert.equal(lines.length, 1)
})

test("a refusal is told with its code and not tried again", () => {
  const { uplink, goesLive, line, lines, told, wait } = studio()
  goesLive()

  line().says({ type: "error", code: "no_key_frames", detail: "no key" })
  line().ends(4415)
  wait(60_000)

  assert.deepEqual(told.at(-1), ["refused", { code: "no_key_frames", detail: "no key" }])
  assert.equal(lines.length, 1)
  assert.equal(uplink.isOn(), false)
})

test("a close without a word is told by its number", () => {
  const { goesLive, line, told } = studio()
  goesLive()

  line().ends(1011)

  assert.deepEqual(told.at(-1), ["refused", { code: "1011", detail: undefined }])
})

test("a server that is full is asked again, and says why", () => {
  const { uplink, line, lines, told, wait, opens } = studio()
  uplink.start()
  opens()

  line().says({ type: "error", code: "encoders_busy", detail: "full" })
  line().ends(1013)
  assert.deepEqual(told.at(-1), ["lost", { code: "encoders_busy", detail: "full" }])
  wait(1000)

  assert.equal(lines.length, 2)
})

test("a frame the server did not know changes nothing", () => {
  const { goesLive, line, lines, names } = studio()
  goesLive()

  line().says({ type: "error", code: "bad_frame" })

  assert.equal(names().at(-1), "health")
  assert.equal(lines.length, 1)
})

test("a show that was ended elsewhere ends the camera", () => {
  const { uplink, goesLive, line, lines, names, wait } = studio()
  goesLive()

  line().ends(1000)
  wait(60_000)

  assert.equal(names().at(-1), "stopped")
  assert.equal(lines.length, 1)
  assert.equal(uplink.isOn(), false)
})

test("stopping sends what is left before it says so", () => {
  const { uplink, goesLive, line, lines, names, wait } = studio()
  goesLive()

  uplink.stop()
  uplink.stop()
  wait(4000)

  assert.deepEqual(line().sent.slice(1), [7, { type: "studio.stop" }])
  assert.equal(line().closedWith, 1000)
  assert.equal(names().filter((name) => name === "stopped").length, 1)
  assert.equal(lines.length, 1)
})

test("stopping while the line is lost ends the tries", () => {
  const { uplink, goesLive, line, lines, wait } = studio()
  goesLive()
  line().ends(1006)

  uplink.stop()
  wait(60_000)
  uplink.hurry()

  assert.equal(lines.length, 1)
})

test("a camera that cannot be recorded is told and not tried again", () => {
  const { told, ...rest } = studio()
  const broken = makeUplink({
    dial: () => (rest.uplink.start(), rest.line()),
    record: () => {
      throw new Error("no tracks")
    },
    quality: makeQuality(),
    tell: (name, detail) => told.push([name, detail]),
  })

  broken.start()
  const line = rest.line()
  line.onopen()
  line.says({ type: "studio.ready", at: new Date(NOON).toISOString() })

  assert.deepEqual(told.at(-1), ["refused", { code: "recorder", detail: "no tracks" }])
  assert.equal(line.closedWith, 1000)
  assert.equal(broken.isOn(), false)
})

for (const [code, refusal, isOurs, outcome] of [
  [1013, "ffmpeg_failed", true, "again"],
  [4415, "ffmpeg_failed", true, "refused"],
  [1013, "fell_silent", true, "again"],
  [1001, undefined, true, "again"],
  [1012, undefined, true, "again"],
  [1009, undefined, true, "refused"],
  [4403, "show_not_live", true, "refused"],
  [4403, "not_allowed", true, "refused"],
  [4403, "already_publishing", false, "rival"],
  [4409, undefined, true, "replaced"],
  [1000, undefined, true, "stopped"],
]) {
  test(`a close with ${code}, ${refusal ?? "no word"}: ${outcome}`, () => {
    assert.equal(verdict(code, refusal, isOurs), outcome)
  })
}
