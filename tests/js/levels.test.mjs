import assert from "node:assert/strict"
import { test } from "node:test"
import { makeLevels } from "../../static/js/room/levels.js"

const snapshot = (levels) => ({ type: "room.snapshot", seq: 1, chat: [], ...levels })
const change = (levels) => ({ type: "room.levels", ...levels })

function room() {
  const levels = makeLevels()
  const heard = []
  for (const name of ["viewers", "stock", "votes"]) {
    levels.watch(name, (value, before) => heard.push([name, value, before]))
  }
  const take = (frame) => levels.handlers[frame.type](frame)
  return { levels, heard, take }
}

test("a change of levels is merged into what is known, and only who watches it is told", () => {
  const { heard, take } = room()

  take(snapshot({ viewers: 3, stock: { 7: 24, 8: 1 } }))
  take(change({ stock: { 8: 0 } }))
  take(change({ viewers: 4 }))

  assert.deepEqual(heard, [
    ["viewers", 3, null],
    ["stock", { 7: 24, 8: 1 }, null],
    ["stock", { 7: 24, 8: 0 }, { 7: 24, 8: 1 }],
    ["viewers", 4, 3],
  ])
})

test("a snapshot replaces a map as a whole, and so do levels that say they are whole", () => {
  for (const whole of [snapshot, (levels) => change({ is_whole: true, ...levels })]) {
    const { levels, heard, take } = room()

    take(snapshot({ votes: { 5: 3, 6: 1 } }))
    take(whole({ votes: { 5: 4 } }))

    assert.deepEqual(levels.get("votes"), { 5: 4 })
    assert.deepEqual(heard.at(-1), ["votes", { 5: 4 }, null])
  }
})

test("a level that nobody watches is kept, and what is no level is not", () => {
  const { levels, take } = room()

  take(change({ reactions: { heart: 2 }, weather: "fine" }))

  assert.deepEqual(levels.get("reactions"), { heart: 2 })
  assert.equal(levels.get("weather"), null)
})

test("however the changes are cut into frames, the end is the same", () => {
  const changes = Array.from({ length: 40 }, (_, at) => ({ stock: { [at % 7]: 100 - at }, viewers: at }))
  const [one, two] = [room(), room()]

  one.take(snapshot({ stock: {}, viewers: 0 }))
  two.take(snapshot({ stock: {}, viewers: 0 }))
  changes.forEach((each) => one.take(change(each)))
  for (let at = 0; at < changes.length; at += 4) {
    const four = changes.slice(at, at + 4)
    const stock = Object.assign({}, ...four.map((each) => each.stock))
    two.take(change({ stock, viewers: four.at(-1).viewers }))
  }

  assert.deepEqual(one.levels.get("stock"), two.levels.get("stock"))
  assert.equal(two.levels.get("viewers"), 39)
})
