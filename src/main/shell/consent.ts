import { existsSync } from 'node:fs'
import { dirname, isAbsolute, resolve } from 'node:path'
import { app, dialog } from 'electron'
import type { BrowserWindow } from 'electron'
import type { LaunchQuestion } from '#shared/contract/consent.ts'
import { pathsOf } from '#shared/contract/paths.ts'
import type { AskedPath, PathUse } from '#shared/contract/paths.ts'
import { AppError } from '#shared/errors.ts'
import type { EngineProcess } from './engine-process.ts'
import { isBelowAny, isProgramsOwn } from './granted-paths.ts'
import type { GrantedPaths } from './granted-paths.ts'

/** Longest command that a dialog can show; what cannot be read cannot be allowed. */
const MAX_SHOWN = 1000

const WANTS: Record<PathUse, string> = {
  read: 'Let Gleaner read this?',
  write: 'Let Gleaner write here?',
  corpus: 'Let Gleaner open this corpus?',
  make: 'Let Gleaner make a corpus here?',
}

/** What stands between the window's wish and the engine: a person's word, in a dialog of the system. */
export interface Consent {
  /** @throws AppError `refused` */
  check(call: string, input: unknown, window: BrowserWindow): Promise<void>
  /** Whether a picture of this corpus may be shown; nobody is asked. */
  knowsCorpus(path: string): Promise<boolean>
}

export function createConsent(engine: EngineProcess, granted: GrantedPaths): Consent {
  let folders: { home: string; corpora: string } | null = null
  let recent: readonly string[] = []
  /** One question at a time. */
  let asking: Promise<unknown> = Promise.resolve()

  async function ask<T>(name: string, input: unknown): Promise<T> {
    return (await engine.call(name, input)).value as T
  }

  async function places(): Promise<NonNullable<typeof folders>> {
    if (folders) return folders
    const { corporaFolder, sampleArchive } = await ask<{
      corporaFolder: string
      sampleArchive: string | null
    }>('system.info', {})
    if (sampleArchive !== null) granted.read(dirname(dirname(sampleArchive)))
    return (folders = { home: dirname(corporaFolder), corpora: corporaFolder })
  }

  async function isAllowed(path: string, use: PathUse): Promise<boolean> {
    const { home, corpora } = await places()
    const isWritten = use === 'write' || use === 'make'
    if (isWritten && isProgramsOwn(path, home, app.getPath('userData'))) {
      throw new AppError('refused', `${path} belongs to Gleaner itself.`, 'Choose another place.')
    }
    if (granted.allows(path, use)) return true
    if (use === 'write') return false
    if (isBelowAny(path, [corpora])) return true
    if (use === 'make') return false
    if (isBelowAny(path, recent)) return true
    recent = (await ask<{ path: string }[]>('corpora.recent', {})).map((one) => one.path)
    return isBelowAny(path, recent)
  }

  async function checkPath({ path, use }: AskedPath, window: BrowserWindow): Promise<void> {
    if (await isAllowed(path, use)) return
    const full = resolve(path)
    const yes = await question(
      window,
      WANTS[use],
      `${visible(full)}\n\nIt was not chosen in a dialog before.`,
      'Allow',
    )
    if (!yes) {
      throw new AppError(
        'refused',
        `${full} was not allowed.`,
        'Choose it in a dialog of the program.',
      )
    }
    if (use === 'read' || use === 'corpus') granted.read(full)
    else granted.write(full)
  }

  async function checkLaunch(input: unknown, window: BrowserWindow): Promise<void> {
    const wanted = await ask<LaunchQuestion | null>('consent.launchQuestion', input)
    if (wanted === null) return
    const yes = await question(
      window,
      `Run this command ${placeOf(wanted)}?`,
      textOf(wanted),
      'Run',
    )
    if (!yes) {
      throw new AppError(
        'refused',
        `The command of ${wanted.launcher} was not allowed.`,
        'Launch it again to be asked again.',
      )
    }
    await ask('consent.allowLaunch', { digests: wanted.digests })
  }

  function question(
    window: BrowserWindow,
    message: string,
    detail: string,
    yes: string,
  ): Promise<boolean> {
    const answer = asking.then(async () => {
      const { response } = await dialog.showMessageBox(window, {
        type: 'question',
        title: 'Gleaner',
        message,
        detail,
        buttons: ['Cancel', yes],
        // Enter and Escape say no: a key that was meant for the window must not say yes.
        defaultId: 0,
        cancelId: 0,
        noLink: true,
      })
      return response === 1
    })
    asking = answer.catch(() => undefined)
    return answer
  }

  return {
    async check(call, input, window) {
      if (call === 'jobs.resume') {
        const wanted = await ask<{ call: string; input: unknown } | null>('consent.jobInput', input)
        if (wanted) await this.check(wanted.call, wanted.input, window)
        return
      }
      const seen = new Set<string>()
      for (const asked of pathsOf(call, input)) {
        const key = `${asked.use} ${asked.path}`
        if (seen.has(key) || isRepository(call, asked.path)) continue
        seen.add(key)
        await checkPath(asked, window)
      }
      if (call === 'jobs.launch') await checkLaunch(input, window)
    },
    knowsCorpus: (path) => isAllowed(path, 'corpus').catch(() => false),
  }
}

/** `models.add` takes a repository's name, too. */
function isRepository(call: string, path: string): boolean {
  return call === 'models.add' && !isAbsolute(path) && !existsSync(path)
}

const placeOf = ({ host }: LaunchQuestion): string =>
  host === null ? 'on this computer' : `on ${visible(host)}`

/**
 * What is said of a command before it is run: all of it, as the shell gets it.
 * @throws AppError `refused` for what is too long to be read there
 */
export function textOf({ launcher, package: folder, commands }: LaunchQuestion): string {
  if (commands.some((command) => command.length > MAX_SHOWN)) {
    throw new AppError(
      'refused',
      `The command of ${launcher} is longer than ${MAX_SHOWN} characters, and cannot be shown whole.`,
      'Put it into a script and launch that.',
    )
  }
  return [
    ...commands.map(visible),
    '',
    `Launcher: ${visible(launcher)}`,
    `Package: ${visible(folder)}`,
    '',
    'It runs with all your rights. You are asked once for each command and package, and again when its scripts change.',
  ].join('\n')
}

/** Without what hides or turns round what stands beside it. */
export function visible(text: string): string {
  return text.replace(
    /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu,
    (c) => `\\u{${(c.codePointAt(0) as number).toString(16)}}`,
  )
}
