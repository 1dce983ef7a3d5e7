// The questions of a room and their order, apart from how they are drawn.
const RANK = { answering: 0, open: 1, answered: 2 }

export function makeQuestionList() {
  const known = new Map()

  function become(id, status, also = {}) {
    const question = known.get(id)
    if (question) known.set(id, { ...question, ...also, status })
  }

  const facts = {
    "question.asked": ({ at, data }) => {
      if (data.hidden) return
      const { question, name, text, role } = data
      known.set(question, { question, name, text, role, status: "open", votes: 0, asked_at: at })
    },
    "question.answering": ({ at, data }) =>
      become(data.question, "answering", { answering_at: at }),
    "question.answered": ({ at, data }) =>
      become(data.question, "answered", { answering_at: data.from, answered_at: at }),
    "question.reopened": ({ data }) => become(data.question, "open", { answering_at: null }),
    "question.hidden": ({ data }) => known.delete(data.question),
  }

  return {
    types: Object.keys(facts),
    take: (fact) => facts[fact.type]?.(fact),
    replace(questions) {
      known.clear()
      for (const each of questions) known.set(each.question, each)
    },
    setVotes(votes) {
      for (const [id, count] of Object.entries(votes)) {
        const question = known.get(Number(id))
        if (question) question.votes = count
      }
    },
    get: (id) => known.get(id) ?? null,
    // The one being answered, the open ones by votes and then by age, the answered ones newest first.
    all: () => [...known.values()].sort(inOrder),
    // In a replay: what can be watched, in the order of the show, then what nobody answered.
    forReplay: () => [...known.values()].sort((a, b) => answer(a) - answer(b) || inOrder(a, b)),
    answering: () => [...known.values()].find(({ status }) => status === "answering") ?? null,
    open: () => [...known.values()].filter(({ status }) => status !== "answered").length,
  }
}

function inOrder(a, b) {
  if (a.status !== b.status) return RANK[a.status] - RANK[b.status]
  if (a.status === "answered") return moment(b.answered_at) - moment(a.answered_at)
  return b.votes - a.votes || moment(a.asked_at) - moment(b.asked_at) || a.question - b.question
}

const moment = (stamp) => Date.parse(stamp) || 0
const answer = ({ answering_at: at }) => Date.parse(at) || Number.MAX_VALUE
