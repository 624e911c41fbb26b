import { serveParent } from '../../processes/child.ts'
import { handlersOf } from '../../processes/peer.ts'
import { pageTasks } from './page-tasks.ts'

/** Entry of a process that reads archived pages for show; see `createPageReader`. */
serveParent(handlersOf(pageTasks))
