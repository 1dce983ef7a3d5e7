import assert from "node:assert/strict"
import { test } from "node:test"
import { makeBallot, RESULT_SHOWN } from "../../static/js/room/ballot.js"

const POLL = { poll: 9, question: "Which glaze next?", options: ["Sage", "Oat", "Ink"] }

function ballot() {
  const clock = { now: 0 }
  return { ballot: makeBallot({ now: () => clock.now }), clock }
}
const shares = ({ options }) => options.map(({ share }) => share)

test("who has not voted sees no shares: others' votes shall not sway", () => {
  const { ballot: poll } = ballot()

  poll.open(POLL)
  poll.count({ 9: [3, 1, 0] })

  assert.deepEqual(shares(poll.view()), [null, null, null])
  assert.equal(poll.view().total, 4)
})

test("after the vote the shares follow the levels, and the choice may be changed", () => {
  const { ballot: poll } = ballot()

  poll.open(POLL)
  poll.choose(0)
  assert.deepEqual(shares(poll.view()), [0, 0, 0])
  poll.count({ 9: [3, 1, 0] })
  poll.choose(1)
  poll.count({ 9: [2, 2, 0] })

  assert.deepEqual(shares(poll.view()), [50, 50, 0])
  assert.deepEqual(poll.view().options.map(({ isChosen }) => isChosen), [false, true, false])
})

test("levels of another poll change nothing", () => {
  const { ballot: poll } = ballot()

  poll.open(POLL, 0)
  poll.count({ 8: [5, 5] })

  assert.equal(poll.view().total, 0)
})

test("the result is the one in the fact, stays fifteen seconds, and takes no more votes", () => {
  const { ballot: poll, clock } = ballot()

  poll.open(POLL)
  poll.close(9, [1, 1, 2])
  poll.choose(0)
  poll.count({ 9: [100, 0, 0] })
  clock.now = RESULT_SHOWN - 1

  assert.deepEqual(shares(poll.view()), [25, 25, 50])
  assert.deepEqual([poll.view().isOpen, poll.view().chosen], [false, null])
  clock.now = RESULT_SHOWN
  assert.equal(poll.view(), null)
})

test("the end of a poll that is not the one shown changes nothing", () => {
  const { ballot: poll } = ballot()

  poll.open(POLL)
  poll.close(8, [9, 9])

  assert.equal(poll.view().isOpen, true)
})

test("the next poll replaces a result that is still shown", () => {
  const { ballot: poll } = ballot()

  poll.open(POLL)
  poll.close(9, [1, 0, 0])
  poll.open({ poll: 10, question: "Next?", options: ["Yes", "No"] })

  assert.deepEqual([poll.view().id, poll.view().isOpen], [10, true])
})
