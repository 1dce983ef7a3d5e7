import assert from "node:assert/strict"
import { beforeEach, test } from "node:test"
import "./bare-names.mjs"

const kept = new Map()
let leave = null
globalThis.addEventListener = (_, listener) => (leave = listener)
globalThis.sessionStorage = {
  getItem: (key) => kept.get(key) ?? null,
  setItem: (key, value) => kept.set(key, value),
  removeItem: (key) => kept.delete(key),
}

const { forget, passedOn, passOn } = await import("../../static/js/watching.js")
const SHOW = { address: "/live/a/", source: "/hls/a/master.m3u8", title: "A" }
const seen = { paused: false, muted: false, videoWidth: 720, videoHeight: 1280, currentTime: 9 }

function leaves(video, isLive = true) {
  passOn(SHOW, { video: { ...seen, ...video }, player: { isLive: () => isLive } })
  leave()
  return passedOn()
}

beforeEach(() => kept.clear())

test("a live show goes on at its edge, a replay where it was", () => {
  const goesOn = { ...SHOW, isWide: false, isMuted: false }

  assert.deepEqual(leaves({}), { ...goesOn, position: null })
  assert.deepEqual(leaves({}, false), { ...goesOn, position: 9 })
})

test("who leaves before the first picture sees it as it was to begin", () => {
  assert.deepEqual(leaves({ videoWidth: 0 }, false), SHOW)
})

test("who paused takes nothing along, not even what was kept before", () => {
  leaves({})

  assert.equal(leaves({ paused: true }), null)
})

test("what is forgotten does not come back", () => {
  leaves({})
  forget()

  assert.equal(passedOn(), null)
})

test("a browser that keeps nothing goes on without", () => {
  const refuse = () => {
    throw new Error("SecurityError")
  }
  const real = globalThis.sessionStorage
  globalThis.sessionStorage = { getItem: refuse, setItem: refuse, removeItem: refuse }

  assert.equal(leaves({}), null)
  assert.equal(leaves({ paused: true }), null)
  globalThis.sessionStorage = real
})
