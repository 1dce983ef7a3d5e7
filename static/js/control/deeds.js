// What a moderator did, in words. `hour` tells a stamp as a time of day.
const RULES = {
  slow_seconds: (seconds) => (seconds ? `slow mode ${seconds} s` : "slow mode off"),
  no_links: (isOn) => (isOn ? "no links" : "links allowed"),
  holds_first: (isOn) => (isOn ? "first words are reviewed" : "first words are not reviewed"),
}

const DEEDS = {
  hide: ({ name }) => `deleted a message of ${name}`,
  mute: ({ name, until }, hour) => `muted ${name} until ${hour(until)}`,
  unmute: ({ name }) => `lifted the mute of ${name}`,
  ban: ({ name }) => `banned ${name}`,
  unban: ({ name }) => `lifted the ban of ${name}`,
  approve: ({ name }) => `let ${name} speak`,
  refuse: ({ name }) => `refused a message of ${name}`,
  rules: ({ rules }) => `changed the rules: ${Object.entries(rules).map(rule).join(", ")}`,
  words: ({ words }) => `changed the list of words: ${change(words)}`,
  pin_message: ({ name }) => (name ? `pinned a message of ${name}` : "pinned a message"),
  unpin_message: () => "unpinned the message",
  settle: ({ name }) => `let a reported message of ${name} stand`,
  "question.hide": ({ name }) => `hid a question of ${name}`,
  "question.approve": ({ name }) => `let a question of ${name} through`,
}

function change({ added, removed }) {
  const parts = [added.length && `${added.length} more`, removed.length && `${removed.length} less`]
  return parts.filter(Boolean).join(", ")
}

function rule([name, value]) {
  return RULES[name]?.(value) ?? name
}

export function deed(data, hour) {
  return DEEDS[data.action]?.(data, hour) ?? data.action
}

// "banned", "muted until 18:05", or nothing.
export function standing({ is_banned, muted_until }, hour) {
  if (is_banned) return "banned"
  return muted_until ? `muted until ${hour(muted_until)}` : ""
}
