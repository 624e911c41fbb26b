import type { Tasks } from '../../processes/peer.ts'
import { openTable, readScored } from '../../tables/index.ts'
import { ChoiceNeeded } from '../../tables/choice-needed.ts'
import { lookAtTable, planTable, toRefusal } from './import-plan.ts'
import { handyParts } from './row-parts.ts'
import type { RowsEvent, TableCalls } from './table-calls.ts'

/** Rows of a commit: some tens of milliseconds, so that the window is answered in between. */
const ROWS = 5_000
/** How often a reader that has nothing to hand on says that it goes on, milliseconds. */
const TELL_MS = 500

/** Calls `tell` now and then, however often the reader says where it is. */
function nowAndThen(
  tell: (position: number) => Promise<void>,
): (position: number) => Promise<void> {
  let last = performance.now()
  return async (position) => {
    if (performance.now() - last < TELL_MS) return
    last = performance.now()
    await tell(position)
  }
}

export const tableTasks: Tasks<TableCalls> = {
  look: ({ source, choices }, { emit }) => lookAtTable(source, choices, nowAndThen(emit)),
  async plan({ source, choices }, { emit }) {
    try {
      return { plan: await planTable(source, choices, nowAndThen(emit)) }
    } catch (error) {
      if (!(error instanceof ChoiceNeeded)) throw error
      return { choice: { ...toRefusal(error), about: error.about } }
    }
  },
  scored: ({ path }, { emit, signal }) => readScored(path, nowAndThen(emit), signal),
  async rows({ path, columns, from, rows = ROWS }, { emit, signal }) {
    const table = await openTable(path)
    // The next batch is read while the one before is committed.
    let taken: Promise<void> = Promise.resolve()
    const tell = async (event: RowsEvent): Promise<void> => {
      await taken
      taken = emit(event)
      taken.catch(() => undefined)
    }
    const onPosition = nowAndThen((position) => tell({ position }))
    try {
      for await (const batch of table.read({ columns, from, rows, signal, onPosition })) {
        for (const part of handyParts(batch)) await tell({ batch: part })
      }
      await taken
      return { bytes: table.bytes }
    } finally {
      await table.close()
    }
  },
}
