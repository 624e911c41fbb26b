import { serveParent } from '../../processes/child.ts'
import { handlersOf } from '../../processes/peer.ts'
import { tableTasks } from './table-tasks.ts'

/** Entry of a process that reads tables; see `createTableReader`. */
serveParent(handlersOf(tableTasks))
