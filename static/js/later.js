// A part of the page that comes with its first use: one call makes it, the next ones get the same.
// What could not be fetched is tried again with the next call.
export function later(make) {
  let made = null
  return () =>
    (made ??= make().catch((error) => {
      made = null
      throw error
    }))
}
