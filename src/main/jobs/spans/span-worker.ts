import { serveParent } from '../../processes/child.ts'
import { handlersOf } from '../../processes/peer.ts'
import { spanTasks } from './span-tasks.ts'

/** Entry of a thread that does one task of `span-tasks.ts`; see `runSpanTask`. */
serveParent(handlersOf(spanTasks))
