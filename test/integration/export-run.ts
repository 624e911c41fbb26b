/** Runs an export in a process of its own, to be killed: CORPUS FORMAT OUT. */
import { ExportInput } from '#shared/contract/jobs.ts'
import { runExport } from '../../src/main/jobs/export.ts'
import { exportContext } from './export-support.ts'

const [, , path = '', format, out] = process.argv
const context = exportContext({
  progress: ({ done }) => {
    if (done % 100 === 0) process.stdout.write(`${done}\n`)
  },
})
await runExport({ path }, ExportInput.parse({ corpus: path, format, out }), context)
