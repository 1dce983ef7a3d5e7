// The room's levels, for all parts of the control room.
import { makeLevels } from "room/levels"

export const levels = makeLevels()
