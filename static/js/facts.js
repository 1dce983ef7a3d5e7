// The room log, fetched page by page.
import { ask } from "api"

const PAGE = 500

const pageAfter = async (slug, after, limit = PAGE) =>
  (await ask("GET", `shows/${slug}/events/?after=${after}&limit=${limit}`)).data

export async function fetchFacts(slug) {
  const facts = []
  for (let after = 0; ; after = facts.at(-1).seq) {
    const data = await pageAfter(slug, after)
    if (!data?.facts.length) return facts
    facts.push(...data.facts)
    if (data.facts.length < PAGE) return facts
  }
}

// The newest facts, back to a moment (ms) at least.
export async function factsSince(slug, moment) {
  const facts = []
  let before = (await pageAfter(slug, 0, 1))?.last_seq ?? 0
  while (before > 0) {
    const after = Math.max(0, before - PAGE)
    const data = await pageAfter(slug, after)
    if (!data?.facts.length) break
    facts.unshift(...data.facts.filter(({ seq }) => seq <= before || !facts.length))
    if (Date.parse(data.facts[0].at) <= moment) break
    before = after
  }
  return facts
}
