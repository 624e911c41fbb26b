import { serveParent } from '../../processes/child.ts'
import { handlersOf } from '../../processes/peer.ts'
import { documentTasks } from './document-tasks.ts'

/** Entry of a process that reads documents; see `createDocumentReader`. */
serveParent(handlersOf(documentTasks))
