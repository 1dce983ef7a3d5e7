// What moderators know beyond the room's own facts, read again whenever one of them acts.
import { ask } from "api"
import { facts } from "control/page"
import { rereader } from "control/reread"

const READ_AFTER = [
  "room.snapshot",
  "line.back",
  "chat.held",
  "question.held",
  "report.made",
  "mod.acted",
]

// hear gets {type: "moderation.read", …} after each reading; gone is called when it is refused.
export function moderationHandlers(hear, gone) {
  const reread = rereader(async () => {
    const { data, refusal } = await ask("GET", `shows/${facts.slug}/moderation/`)
    if (data) hear({ type: "moderation.read", ...data })
    else if ([403, 404].includes(refusal?.status)) gone()
  })
  return Object.fromEntries(READ_AFTER.map((type) => [type, reread]))
}
