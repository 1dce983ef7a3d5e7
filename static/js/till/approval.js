// The bank's question (3-D Secure).
import { freshId, make } from "till/make"

// Resolves to true or false; Escape is a no, and so is a form that went away meanwhile.
export function askForApproval(root, notice) {
  const heading = make("h2", { id: freshId("approval"), textContent: "Approve this payment?" })
  const dialog = make("dialog", { className: "till-approval" })
  dialog.setAttribute("aria-labelledby", heading.id)
  const text = make("p", { textContent: "Your bank wants to know that it is you." })
  const small = make("p", { className: "till-notice", textContent: notice })
  const approve = make("button", { type: "button", textContent: "Approve" })
  const refuse = make("button", { type: "button", textContent: "Refuse" })
  approve.classList.add("till-approve")
  const row = make("div", { className: "till-row" })
  row.append(refuse, approve)
  dialog.append(heading, text, small, row)
  // At the end of the page: a payment form in a dialog of its own may be hidden or transformed.
  document.body.append(dialog)

  return new Promise((resolve) => {
    approve.addEventListener("click", () => dialog.close("approve"))
    refuse.addEventListener("click", () => dialog.close("refuse"))
    dialog.addEventListener("close", () => {
      resolve(dialog.returnValue === "approve" && root.isConnected)
      dialog.remove()
    })
    dialog.showModal()
    approve.focus()
  })
}
