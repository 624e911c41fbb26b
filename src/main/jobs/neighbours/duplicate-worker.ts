import { serveParent } from '../../processes/child.ts'
import { handlersOf } from '../../processes/peer.ts'
import { duplicateTasks } from './duplicate-tasks.ts'

/** Entry of a thread that looks for duplicates; see `duplicate-tasks.ts`. */
serveParent(handlersOf(duplicateTasks))
