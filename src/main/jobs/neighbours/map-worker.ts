import { serveParent } from '../../processes/child.ts'
import { handlersOf } from '../../processes/peer.ts'
import { mapTasks } from './map-tasks.ts'

/** Entry of a thread that does one task of `map-tasks.ts`; see `runMapTask`. */
serveParent(handlersOf(mapTasks))
