// The room log of a show that is over, fetched page by page.
import { ask } from "api"

const PAGE = 500

export async function fetchFacts(slug) {
  const facts = []
  for (let after = 0; ; after = facts.at(-1).seq) {
    const { data } = await ask("GET", `shows/${slug}/events/?after=${after}&limit=${PAGE}`)
    if (!data?.facts.length) return facts
    facts.push(...data.facts)
    if (data.facts.length < PAGE) return facts
  }
}
