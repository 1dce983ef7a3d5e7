import assert from "node:assert/strict"
import { test } from "node:test"
import "./bare-names.mjs"

const { makeKeeper } = await import("../../static/js/player/keeper.js")

// A picture at second 10 of a live show whose edge is at 12, a part of a second behind its target.
function scene(changes = {}) {
  const told = { lows: [], reloads: 0, ends: 0 }
  const clock = { now: 0 }
  const video = { currentTime: 10, playbackRate: 1, paused: false, seeking: false, ranges: [[5, 11]] }
  video.buffered = {
    get length() {
      return video.ranges.length
    },
    start: (index) => video.ranges[index][0],
    end: (index) => video.ranges[index][1],
  }
  const facts = {
    isLive: true, isLow: true, follows: true, expects: true,
    behind: 2, target: 1, piece: 0.334, edge: 11, end: 12, age: 0.2, take: 1,
    ...changes,
  }
  const line = Object.fromEntries(
    ["isLive", "isLow", "follows", "behind", "target", "piece", "end", "age", "take"].map((name) => [
      name,
      () => facts[name],
    ]),
  )
  line.conclude = () => (told.ends += 1)
  const keeper = makeKeeper({
    video,
    line,
    expects: () => facts.expects,
    toLive: () => (video.currentTime = facts.edge),
    setLow: (isLow, cause) => told.lows.push([isLow, cause]),
    reload: () => (told.reloads += 1),
    now: () => clock.now,
  })
  const wait = (seconds) => {
    for (let passed = 0; passed < seconds * 5; passed += 1) {
      clock.now += 200
      keeper.tick()
    }
  }
  keeper.tick()
  return { keeper, video, facts, told, clock, wait }
}

test("a picture that ran dry waits for a reserve before it moves again", () => {
  const { keeper, video, wait } = scene()

  video.ranges = [[5, 10.1]]
  keeper.dry()
  assert.equal(video.playbackRate, 0)
  video.ranges = [[5, 10.5]]
  wait(0.2)
  assert.equal(video.playbackRate, 0)
  video.ranges = [[5, 10.9]]
  wait(0.2)

  assert.equal(video.playbackRate, 1)
})

test("a steadier picture waits as long as the next whole piece may take, and a little longer", () => {
  const { keeper, video, wait } = scene({ isLow: false, piece: 2 })

  video.ranges = [[5, 10]]
  keeper.dry()
  video.ranges = [[5, 12]]
  wait(0.6)
  assert.equal(video.playbackRate, 0)
  wait(0.2)

  assert.equal(video.playbackRate, 1)
})

test("each time it runs dry all the same it waits longer", () => {
  const { keeper, video, wait } = scene({ isLow: false, piece: 2 })

  for (const seconds of [1, 2]) {
    video.ranges = [[5, video.currentTime]]
    keeper.dry()
    video.ranges = [[5, video.currentTime + 2]]
    wait(seconds)
    assert.equal(video.playbackRate, 1, `after ${seconds} s`)
  }
  video.ranges = [[5, 10]]
  keeper.dry()
  video.ranges = [[5, 12]]
  wait(1.8)
  assert.equal(video.playbackRate, 0)
})

test("a piece that does not come leaves no reserve behind", () => {
  const { keeper, video, wait } = scene({ isLow: false, piece: 2 })

  video.ranges = [[5, 10]]
  keeper.dry()
  video.ranges = [[5, 10.4]]
  wait(6)

  assert.equal(video.playbackRate, 0)
})

// The picture runs dry and goes on a second later.
function stumble({ keeper, video, wait }, between = () => {}) {
  video.ranges = [[5, video.currentTime]]
  keeper.dry()
  keeper.dry() // browsers may say so more than once
  between()
  video.ranges = [[5, video.currentTime + 1]]
  wait(1)
}

test("the third stall makes it a steadier picture, and the cause is named", () => {
  const slow = scene()
  stumble(slow)
  stumble(slow)
  assert.deepEqual(slow.told.lows, [])
  stumble(slow)
  assert.deepEqual(slow.told.lows, [[false, "line"]])

  const starved = scene({ end: 10.9 })
  for (let times = 0; times < 3; times += 1) stumble(starved)
  assert.deepEqual(starved.told.lows, [[false, "host"]])
})

test("after a calm while the picture is brought close to live again", () => {
  const { told, video, keeper, wait } = scene()
  for (let times = 0; times < 3; times += 1) stumble({ keeper, video, wait })

  video.paused = true
  wait(119)
  assert.equal(told.lows.length, 1)
  wait(2)

  assert.deepEqual(told.lows.at(-1), [true, null])
})

test("a host who was away is no stall of the line", () => {
  const { keeper, video, facts, told, wait } = scene()

  for (let take = 2; take < 6; take += 1) {
    stumble({ keeper, video, wait }, () => (facts.take = take))
  }

  assert.deepEqual(told.lows, [])
  assert.equal(video.playbackRate, 1)
})

test("a hole between two takes is jumped over", () => {
  const { video, wait } = scene()

  video.ranges = [[5, 10], [12, 14]]
  wait(0.2)

  assert.equal(video.currentTime, 12.01)
})

test("who fell far behind is brought back to the edge; who looks back is left alone", () => {
  const follower = scene({ behind: 4.5 })
  assert.equal(follower.video.currentTime, 11)

  const rewound = scene({ follows: false, behind: 600 })
  rewound.wait(1)
  assert.equal(rewound.video.currentTime, 10)
  assert.equal(rewound.told.reloads, 0)
})

test("while the line is slow nobody is brought anywhere: the reserve would be lost", () => {
  const { keeper, video, facts, wait } = scene()

  video.ranges = [[5, 10]]
  keeper.dry()
  video.ranges = [[5, 11]]
  facts.behind = 5
  wait(5)
  assert.equal(video.currentTime, 10)
  wait(2)

  assert.equal(video.currentTime, 11)
})

test("while the host is away nothing is loaded anew, however long that takes", () => {
  const { facts, told, wait } = scene()

  Object.assign(facts, { expects: false, age: 60, behind: 60 })
  wait(120)
  assert.equal(told.reloads, 0)
  Object.assign(facts, { expects: true, age: 0.2, behind: 1 })
  wait(1)
  assert.equal(told.reloads, 0)
})

test("a picture that stands still though news of it comes is loaded anew", () => {
  const { told, wait } = scene()

  wait(7.8)
  assert.equal(told.reloads, 0)
  wait(1)

  assert.equal(told.reloads, 1)
})

test("a reserve that grows slowly is no reason to begin anew", () => {
  const { keeper, video, told, wait } = scene({ isLow: false, piece: 2 })

  video.ranges = [[5, 10]]
  keeper.dry()
  for (let second = 1; second < 20; second += 1) {
    video.ranges = [[5, 10 + second / 20]]
    wait(1)
  }

  assert.equal(told.reloads, 0)
})

test("no news for fifteen seconds, though there should be some, is reason enough too", () => {
  const { facts, told, wait } = scene()

  facts.age = 20
  wait(14)
  assert.equal(told.reloads, 0)
  wait(2)

  assert.equal(told.reloads, 1)
})

test("a paused picture stands still by right", () => {
  const { video, told, wait } = scene()

  video.paused = true
  wait(60)

  assert.deepEqual([told.reloads, video.currentTime], [0, 10])
})

test("when the show is over nothing holds the last second back", () => {
  const { keeper, video, facts, wait } = scene()

  video.ranges = [[5, 10.1]]
  keeper.dry()
  facts.isLive = false
  wait(0.2)

  assert.equal(video.playbackRate, 1)
})

test("a recording that is there to its end, and played to it, has ended", () => {
  const { video, told, wait } = scene({ isLive: false, end: 11.02 })

  wait(1)
  assert.equal(told.ends, 0)
  video.currentTime = 10.9
  wait(0.2)
  assert.equal(told.ends, 1)
  video.ended = true
  wait(1)
  assert.equal(told.ends, 1)
})

test("a recording whose last piece is still to come has not ended", () => {
  const { video, told, wait } = scene({ isLive: false, end: 11.4 })

  video.currentTime = 10.9
  wait(1)

  assert.equal(told.ends, 0)
})
