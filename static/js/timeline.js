// A replay reads the room log by the video's own clock, in both directions.
import { RESULT_SHOWN } from "room/ballot"

// What was on screen and said at any moment. Facts are {type, at, data} in the order of the log.
export function makeTimeline(facts) {
  const timed = facts.map((fact) => ({ ...fact, time: Date.parse(fact.at) }))
  const hidden = new Set(
    timed.filter(({ type }) => type === "chat.hidden").map(({ data }) => data.seq),
  )
  const chat = timed
    .filter(({ type, seq, data }) => type === "chat.posted" && !data.hidden && !hidden.has(seq))
    .map((fact) => (hidden.has(fact.data.reply?.seq) ? withoutReply(fact) : fact))
    .sort((a, b) => a.time - b.time)
  const { pins, messages, answers, polls } = stretchesOf(timed, hidden)
  const at = (stretches, time) =>
    stretches.findLast(({ from, to }) => from <= time && time < to) ?? null

  return {
    pins,
    // The messages said up to this moment: how many, and which (the newest `limit` of them).
    chatAt(time, limit = 50) {
      const count = firstAfter(chat, time)
      return { count, lines: chat.slice(Math.max(0, count - limit), count) }
    },
    chatBetween: (from, to) => chat.slice(from, to),
    pinAt: (time) => at(pins, time)?.card ?? null,
    // {seq, name, text}: the message that stood above the chat.
    messageAt: (time) => at(messages, time)?.message ?? null,
    // {question, name, text}: what the host was answering.
    answeringAt: (time) => at(answers, time)?.question ?? null,
    // {id, question, options, counts}: what was asked of all, with what came of it.
    pollAt: (time) => at(polls, time)?.poll ?? null,
  }
}

// Everything that was there from one moment to another, in the order in which it came.
function stretchesOf(timed, hidden) {
  const [pins, messages, answers, polls] = [[], [], [], []]
  const asked = new Map()
  const end = (stretches, time, isIt = () => true) => {
    for (const each of stretches) if (each.to === Infinity && isIt(each)) each.to = time
  }
  const acts = {
    "pin.opened": (data, from) => pins.push({ card: data, from, to: Infinity }),
    "pin.closed": (data, time) => end(pins, time, ({ card }) => card.pin === data.pin),
    "chat.pinned": (data, from) => {
      end(messages, from)
      if (data.hidden || hidden.has(data.seq)) return
      messages.push({ message: data, from, to: Infinity })
    },
    "chat.unpinned": (_, time) => end(messages, time),
    "question.asked": (data) => data.hidden || asked.set(data.question, data),
    "question.answering": (data, from) => {
      end(answers, from)
      const question = asked.get(data.question)
      if (question) answers.push({ question, from, to: Infinity })
    },
    "poll.opened": (data, from) => {
      const { poll: id, question, options } = data
      if (!data.hidden) {
        polls.push({ poll: { id, question, options, counts: [] }, from, to: Infinity })
      }
    },
    "poll.closed": (data, time) => {
      const closed = polls.find(({ poll }) => poll.id === data.poll)
      if (!closed) return
      closed.poll.counts = data.counts
      closed.to = time + RESULT_SHOWN
    },
    "show.ended": (_, time) => [messages, answers].forEach((each) => end(each, time)),
  }
  for (const type of ["question.answered", "question.reopened", "question.hidden"]) {
    acts[type] = (data, time) =>
      end(answers, time, ({ question }) => question.question === data.question)
  }
  for (const { type, data, time } of timed) acts[type]?.(data, time)
  return { pins, messages, answers, polls }
}

function withoutReply(fact) {
  const { reply, ...data } = fact.data
  return { ...fact, data }
}

// How many of these sorted facts had happened at `time`.
function firstAfter(sorted, time) {
  let [low, high] = [0, sorted.length]
  while (low < high) {
    const middle = (low + high) >> 1
    if (sorted[middle].time <= time) low = middle + 1
    else high = middle
  }
  return low
}
