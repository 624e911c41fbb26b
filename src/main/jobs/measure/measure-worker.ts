import { serveParent } from '../../processes/child.ts'
import { handlersOf } from '../../processes/peer.ts'
import { measureTasks } from './measure-tasks.ts'

/** Entry of a thread that does one task of `measure-tasks.ts`; see `runMeasureTask`. */
serveParent(handlersOf(measureTasks))
