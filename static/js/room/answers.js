// What was asked through the socket, until it is answered: chat.said, chat.held, done or error.
import { freshKey } from "fresh-key"

export function makeAnswers(send) {
  const open = new Map() // nonce → who hears the answer

  function hear(answer) {
    const heard = open.get(answer.nonce)
    open.delete(answer.nonce)
    heard?.(answer)
  }

  return {
    handlers: { "chat.said": hear, "chat.held": hear, done: hear, error: hear },
    // The nonce it travels under, or null when the line is down: then nothing is sent later.
    ask(frame, heard) {
      const nonce = freshKey()
      if (!send({ ...frame, nonce })) return null
      open.set(nonce, heard)
      return nonce
    },
  }
}
