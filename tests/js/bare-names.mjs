// Lets a test import modules that import others by the import map's bare names:
// import "./bare-names.mjs", then `await import("../../static/js/…")`.
import { register } from "node:module"

const ours = new URL("../../static/js/", import.meta.url).href
const hooks = `export const resolve = (name, context, next) =>
  context.parentURL?.startsWith("${ours}") && !/^[./]|:/.test(name)
    ? next("${ours}" + name + ".js", context)
    : next(name, context)`

register(`data:text/javascript,${encodeURIComponent(hooks)}`)
