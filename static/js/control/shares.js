// How the votes of a poll are spread.
export function shares(options, counts) {
  const all = counts.reduce((sum, each) => sum + each, 0)
  return options.map((option, at) => {
    const count = counts[at] ?? 0
    return { option, count, share: all ? count / all : 0 }
  })
}
