import { serveParent } from '../../processes/child.ts'
import { handlersOf } from '../../processes/peer.ts'
import { promptTasks } from './prompt-tasks.ts'

/** Entry of a thread that works on the prompts of a base; see `startPromptWorker`. */
serveParent(handlersOf(promptTasks))
