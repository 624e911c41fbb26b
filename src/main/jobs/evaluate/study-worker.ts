import { serveParent } from '../../processes/child.ts'
import { handlersOf } from '../../processes/peer.ts'
import { studyTasks } from './study-tasks.ts'

/** Entry of a thread that does one task of `study-tasks.ts`; see `runStudyTask`. */
serveParent(handlersOf(studyTasks))
