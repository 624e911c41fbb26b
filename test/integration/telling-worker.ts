/** The thread for descriptions, which writes down what it is to train on before it does. */
import { writeFileSync } from 'node:fs'
import type { SpanCalls } from '../../src/main/jobs/spans/span-calls.ts'
import { spanTasks } from '../../src/main/jobs/spans/span-tasks.ts'
import { serveParent } from '../../src/main/processes/child.ts'
import { handlersOf } from '../../src/main/processes/peer.ts'

serveParent(
  handlersOf<SpanCalls>({
    ...spanTasks,
    trainHead(order, io) {
      writeFileSync(`${order.file}.told.json`, JSON.stringify(order))
      return spanTasks.trainHead(order, io)
    },
  }),
)
