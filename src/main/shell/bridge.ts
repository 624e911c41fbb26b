import { homedir } from 'node:os'
import { resolve } from 'node:path'
import { app, BrowserWindow, dialog, ipcMain, shell } from 'electron'
import type { IpcMainInvokeEvent } from 'electron'
import { z } from 'zod'
import { contract } from '#shared/contract/index.ts'
import type { CallName, Reply, ShellCallName, ShellCalls } from '#shared/contract/index.ts'
import { AppError, toErrorValue } from '#shared/errors.ts'
import type { EngineProcess } from './engine-process.ts'
import { isWithin } from './origin.ts'
import { printReport } from './report-pdf.ts'

type ShellHandlers = {
  [N in ShellCallName]: {
    input: z.ZodType<ShellCalls[N]['input']>
    run(
      input: ShellCalls[N]['input'],
      window: BrowserWindow,
    ): Promise<ShellCalls[N]['output']> | ShellCalls[N]['output']
  }
}

const nothing = z.object({})

// A file dialog knows only the last ending: `gz` stands for .warc.gz and .csv.gz.
const ARCHIVES = ['warc', 'gz', 'wacz']
const TABLES = ['parquet', 'pq', 'csv', 'tsv', 'jsonl', 'ndjson', 'json', 'npy', 'gz', 'zst']

const shellHandlers: ShellHandlers = {
  'shell.openArchives': {
    input: z.object({ title: z.string(), tables: z.boolean() }),
    async run({ title, tables }, window) {
      const answer = await dialog.showOpenDialog(window, {
        title,
        properties: ['openFile', 'multiSelections'],
        filters: [
          ...(tables
            ? [{ name: 'Web archives and tables', extensions: [...ARCHIVES, ...TABLES] }]
            : []),
          { name: 'Web archives', extensions: ARCHIVES },
          ...(tables ? [{ name: 'Tables and embeddings', extensions: TABLES }] : []),
          { name: 'All files', extensions: ['*'] },
        ],
      })
      return answer.filePaths
    },
  },
  'shell.openFolder': {
    input: z.object({ title: z.string() }),
    async run({ title }, window) {
      const answer = await dialog.showOpenDialog(window, {
        title,
        properties: ['openDirectory', 'createDirectory'],
      })
      return answer.filePaths[0] ?? null
    },
  },
  'shell.openFiles': {
    input: z.object({ title: z.string(), kind: z.string(), extensions: z.array(z.string()) }),
    async run({ title, kind, extensions }, window) {
      const answer = await dialog.showOpenDialog(window, {
        title,
        properties: ['openFile', 'multiSelections'],
        filters: [
          { name: kind, extensions },
          { name: 'All files', extensions: ['*'] },
        ],
      })
      return answer.filePaths
    },
  },
  'shell.saveFile': {
    input: z.object({
      title: z.string(),
      suggested: z.string(),
      kind: z.string(),
      extensions: z.array(z.string()),
    }),
    async run({ title, suggested, kind, extensions }, window) {
      const answer = await dialog.showSaveDialog(window, {
        title,
        defaultPath: resolve(homedir(), suggested),
        filters: [{ name: kind, extensions }],
      })
      return answer.filePath || null
    },
  },
  'shell.saveCorpus': {
    input: z.object({ suggested: z.string() }),
    async run({ suggested }, window) {
      const answer = await dialog.showSaveDialog(window, {
        title: 'New corpus',
        defaultPath: resolve(homedir(), suggested),
        buttonLabel: 'Create',
      })
      if (!answer.filePath) return null
      return answer.filePath.endsWith('.gleaner') ? answer.filePath : `${answer.filePath}.gleaner`
    },
  },
  'shell.reportPdf': {
    input: z.object({
      html: z.string().regex(/[\\/]report\.html$/),
      out: z.string().regex(/\.pdf$/i),
    }),
    async run({ html, out }) {
      await printReport(html, out)
      return {}
    },
  },
  'shell.showInFolder': {
    input: z.object({ path: z.string() }),
    run({ path }) {
      shell.showItemInFolder(path)
      return {}
    },
  },
  'shell.openExternal': {
    input: z.object({ url: z.url({ protocol: /^https?$/ }) }),
    async run({ url }) {
      await shell.openExternal(url)
      return {}
    },
  },
  'shell.platform': {
    input: nothing,
    run: () => ({
      platform: process.platform,
      version: app.getVersion(),
      electron: process.versions.electron ?? '',
      chrome: process.versions['chrome'] ?? '',
    }),
  },
}

/** Only the main frame of our own interface may speak. */
function isOurs(event: IpcMainInvokeEvent, home: string): boolean {
  const frame = event.senderFrame
  return frame !== null && frame.parent === null && isWithin(home, frame.url)
}

/** Answers what the renderer asks: the shell's own calls here, everything else from the engine. */
export function serveBridge(engine: EngineProcess, home: string): void {
  ipcMain.handle('call', async (event, name: unknown, input: unknown): Promise<Reply<unknown>> => {
    try {
      if (!isOurs(event, home)) throw new AppError('refused', 'This frame may not ask anything.')
      const window = BrowserWindow.fromWebContents(event.sender)
      if (typeof name !== 'string' || !window) throw new AppError('invalid-input', 'No such call.')
      if (Object.hasOwn(shellHandlers, name)) {
        return { ok: true, value: await callShell(name as ShellCallName, input, window) }
      }
      if (!Object.hasOwn(contract, name)) throw new AppError('invalid-input', `No call ${name}.`)
      const parsed = contract[name as CallName].input.safeParse(input)
      if (!parsed.success) {
        throw new AppError(
          'invalid-input',
          `${name} does not take this input: ${z.prettifyError(parsed.error)}`,
        )
      }
      return { ok: true, value: (await engine.call(name, input)).value }
    } catch (error) {
      return { ok: false, error: toErrorValue(error) }
    }
  })
}

async function callShell<N extends ShellCallName>(
  name: N,
  input: unknown,
  window: BrowserWindow,
): Promise<ShellCalls[N]['output']> {
  const handler = shellHandlers[name]
  const parsed = handler.input.safeParse(input)
  if (!parsed.success) {
    throw new AppError(
      'invalid-input',
      `${name} does not take this input: ${z.prettifyError(parsed.error)}`,
    )
  }
  return handler.run(parsed.data, window)
}
