// Small parts of the stand-in's forms.
let count = 0

export const freshId = (name) => `till-${(count += 1)}-${name}`

export const make = (tag, properties) => Object.assign(document.createElement(tag), properties)

// An input of a kind with its words behind it, as one thing to tap.
export function tick(type, words, properties) {
  const root = make("label", { className: "till-tick" })
  const input = make("input", { type, ...properties })
  root.append(input, make("span", { textContent: words }))
  return { root, input }
}
