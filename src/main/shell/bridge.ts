import { homedir } from 'node:os'
import { basename, dirname, isAbsolute, join } from 'node:path'
import { app, BrowserWindow, dialog, ipcMain, shell } from 'electron'
import type { IpcMainInvokeEvent } from 'electron'
import { z } from 'zod'
import { Bytes, contract } from '#shared/contract/index.ts'
import type { CallName, Reply, ShellCallName, ShellCalls } from '#shared/contract/index.ts'
import { AppError, toErrorValue } from '#shared/errors.ts'
import type { EngineProcess } from './engine-process.ts'
import type { Consent } from './consent.ts'
import { asSaved } from './granted-paths.ts'
import type { GrantedPaths } from './granted-paths.ts'
import type { PictureDrags } from './drag-picture.ts'
import { isPage } from './origin.ts'
import { printReport } from './report-pdf.ts'
import { setZoom } from './window.ts'

interface ShellParts {
  granted: GrantedPaths
  drags: PictureDrags
}

type ShellHandlers = {
  [N in ShellCallName]: {
    input: z.ZodType<ShellCalls[N]['input']>
    run(
      input: ShellCalls[N]['input'],
      window: BrowserWindow,
      parts: ShellParts,
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
    async run({ title, tables }, window, { granted }) {
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
      for (const path of answer.filePaths) granted.read(path)
      return answer.filePaths
    },
  },
  'shell.openFolder': {
    input: z.object({ title: z.string() }),
    async run({ title }, window, { granted }) {
      const answer = await dialog.showOpenDialog(window, {
        title,
        properties: ['openDirectory', 'createDirectory'],
      })
      const [folder] = answer.filePaths
      if (folder === undefined) return null
      granted.read(folder)
      granted.write(folder)
      return folder
    },
  },
  'shell.openFiles': {
    input: z.object({ title: z.string(), kind: z.string(), extensions: z.array(z.string()) }),
    async run({ title, kind, extensions }, window, { granted }) {
      const answer = await dialog.showOpenDialog(window, {
        title,
        properties: ['openFile', 'multiSelections'],
        filters: [
          { name: kind, extensions },
          { name: 'All files', extensions: ['*'] },
        ],
      })
      for (const path of answer.filePaths) granted.read(path)
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
    async run({ title, suggested, kind, extensions }, window, { granted }) {
      const answer = await dialog.showSaveDialog(window, {
        title,
        defaultPath: join(homedir(), basename(suggested)),
        filters: [{ name: kind, extensions }],
      })
      if (!answer.filePath) return null
      for (const path of asSaved(answer.filePath, extensions)) granted.write(path)
      return answer.filePath
    },
  },
  'shell.saveCorpus': {
    input: z.object({ suggested: z.string() }),
    async run({ suggested }, window, { granted }) {
      const answer = await dialog.showSaveDialog(window, {
        title: 'New corpus',
        defaultPath: join(homedir(), basename(suggested)),
        buttonLabel: 'Create',
      })
      if (!answer.filePath) return null
      const path = answer.filePath.endsWith('.gleaner')
        ? answer.filePath
        : `${answer.filePath}.gleaner`
      granted.write(path)
      return path
    },
  },
  'shell.reportPdf': {
    input: z.object({
      html: z.string().regex(/[\\/]report\.html$/),
      out: z.string().regex(/\.pdf$/i),
    }),
    async run({ html, out }, _window, { granted }) {
      // The report that lies beside it, where a person chose the place of both.
      if (!granted.allows(out, 'write') || !granted.allows(dirname(html), 'write')) {
        throw new AppError(
          'refused',
          `${out} was not chosen in a dialog.`,
          'Save the report again.',
        )
      }
      await printReport(html, out)
      return {}
    },
  },
  'shell.dragPicture': {
    input: z.object({
      corpus: z.string(),
      sha256: z.string().regex(/^[0-9a-f]{64}$/),
      url: z.string().max(10_000),
    }),
    async run(picture, window, { drags }) {
      await drags.start(picture, window.webContents)
      return {}
    },
  },
  'shell.showInFolder': {
    input: z.object({ path: z.string() }),
    run({ path }) {
      // A share of another machine would be asked for as soon as it is shown.
      if (!isAbsolute(path) || /^[\\\\/]{2}/.test(path)) {
        throw new AppError('invalid-input', `${path} is no path of this computer.`)
      }
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
  'shell.zoom': {
    input: z.object({ to: z.number().nullable() }),
    run: ({ to }, window) => ({
      zoom: to === null ? window.webContents.getZoomFactor() : setZoom(window, to),
    }),
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

/** Calls that answer with a field of bytes. */
const HAS_BYTES = new Set(
  Object.entries(contract)
    .filter(
      ([, { output }]) =>
        output instanceof z.ZodObject &&
        (output.shape as Record<string, unknown>)['bytes'] === Bytes,
    )
    .map(([name]) => name),
)

/** Only the main frame of our own interface may speak. */
function isOurs(event: IpcMainInvokeEvent, home: string): boolean {
  const frame = event.senderFrame
  return frame !== null && frame.parent === null && isPage(home, frame.url)
}

/** Answers what the renderer asks: the shell's own calls here, everything else from the engine. */
export function serveBridge(parts: {
  engine: EngineProcess
  /** The address of the interface. */
  home: string
  granted: GrantedPaths
  consent: Consent
  drags: PictureDrags
}): void {
  const { engine, home, consent } = parts
  ipcMain.handle('call', async (event, name: unknown, input: unknown): Promise<Reply<unknown>> => {
    try {
      if (!isOurs(event, home)) throw new AppError('refused', 'This frame may not ask anything.')
      const window = BrowserWindow.fromWebContents(event.sender)
      if (typeof name !== 'string' || !window) throw new AppError('invalid-input', 'No such call.')
      if (Object.hasOwn(shellHandlers, name)) {
        const value = await callShell(name as ShellCallName, input, window, parts)
        return { ok: true, value }
      }
      if (!Object.hasOwn(contract, name)) throw new AppError('invalid-input', `No call ${name}.`)
      const args = parsed(name, contract[name as CallName].input, input)
      await consent.check(name, args, window)
      const { value, bytes } = await engine.call(name, input)
      // What travels as bytes is a field of the answer; a copy, as the wire's memory is used again.
      if (!HAS_BYTES.has(name)) return { ok: true, value }
      return { ok: true, value: { ...(value as object), bytes: new Uint8Array(bytes) } }
    } catch (error) {
      return { ok: false, error: toErrorValue(error) }
    }
  })
}

function parsed<T extends z.ZodType>(name: string, schema: T, input: unknown): z.output<T> {
  const { success, data, error } = schema.safeParse(input)
  if (success) return data
  throw new AppError('invalid-input', `${name} does not take this input: ${z.prettifyError(error)}`)
}

async function callShell<N extends ShellCallName>(
  name: N,
  input: unknown,
  window: BrowserWindow,
  parts: ShellParts,
): Promise<ShellCalls[N]['output']> {
  const handler = shellHandlers[name]
  return handler.run(parsed(name, handler.input, input), window, parts)
}
