// Whether a film that was being made is ready or failed just now; `was` is the row as it stands.
export function isSettled(was, { key, status }) {
  const isFilm = key.startsWith("upload")
  return isFilm && status !== was.status && ["ready", "failed"].includes(status)
}
