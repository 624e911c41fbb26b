import { serveParent } from '../../processes/child.ts'
import { handlersOf } from '../../processes/peer.ts'
import { searchTasks } from './search-tasks.ts'

/** Entry of the thread that holds the indexes of corpora. */
serveParent(handlersOf(searchTasks))
