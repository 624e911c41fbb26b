import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { _electron, test as base } from '@playwright/test'
import type { ElectronApplication, Page } from '@playwright/test'
import { electronArguments, electronPath, nodePath } from '../../scripts/setup.mjs'

const ROOT = resolve(import.meta.dirname, '../..')

export interface Running {
  app: ElectronApplication
  page: Page
  close(): Promise<void>
}

/** What the shell asked before it let the window do something. */
export interface Question {
  message: string
  detail: string
}

/** Answers the questions of the shell, which are dialogs of the system, from now on. */
export async function answerQuestions(app: ElectronApplication, yes: boolean): Promise<void> {
  await app.evaluate(({ dialog }, response) => {
    const kept = globalThis as { questions?: Question[] }
    kept.questions ??= []
    const ask = (_window: unknown, options: Question) => {
      kept.questions?.push({ message: options.message, detail: options.detail })
      return Promise.resolve({ response, checkboxChecked: false })
    }
    dialog.showMessageBox = ask as unknown as typeof dialog.showMessageBox
  }, Number(yes))
}

export const questionsOf = (app: ElectronApplication): Promise<Question[]> =>
  app.evaluate(() => (globalThis as { questions?: Question[] }).questions ?? [])

/**
 * Starts the built program with its own home folder. What the shell asks is allowed: tests name
 * paths by calls, where people choose them.
 */
export async function launch(
  home: string,
  env: Record<string, string> = {},
  args: readonly string[] = [],
): Promise<Running> {
  const app = await _electron.launch({
    executablePath: electronPath() ?? '',
    args: [...electronArguments(), ...args, ROOT],
    cwd: ROOT,
    env: {
      ...(process.env as Record<string, string>),
      GLEANER_HOME: home,
      GLEANER_CHECK_ANSWERS: '1',
      GLEANER_NODE: nodePath(),
      ...env,
    },
  })
  const page = await app.firstWindow()
  await answerQuestions(app, true)
  await page.waitForLoadState('domcontentloaded')
  return { app, page, close: () => app.close() }
}

/**
 * Until the window stands still: the engine and the thread that reads the corpus have answered what
 * was asked before, nothing moves, and nothing changed meanwhile. What turns for as long as a job
 * runs does not count.
 */
export async function settled(page: Page): Promise<void> {
  await page.evaluate(async () => {
    interface Reply {
      ok: boolean
      value?: { path: string }[]
    }
    const { gleaner } = window as unknown as {
      gleaner: { call(name: string, input: unknown): Promise<Reply> }
    }
    let changed = true
    const watch = new MutationObserver(() => (changed = true))
    watch.observe(document, {
      subtree: true,
      childList: true,
      attributes: true,
      characterData: true,
    })
    while (changed) {
      changed = false
      const recent = await gleaner.call('corpora.recent', {})
      const corpus = recent.value?.[0]?.path
      if (corpus !== undefined) await gleaner.call('corpora.stats', { corpus })
      const moving = document
        .getAnimations()
        .filter(({ effect }) => effect?.getComputedTiming().endTime !== Infinity)
      await Promise.allSettled(moving.map(({ finished }) => finished))
      for (let i = 0; i < 2; i++) await new Promise(requestAnimationFrame)
    }
    watch.disconnect()
  })
}

/** Each test gets a home folder of its own, and the program is closed behind it. */
export const test = base.extend<{ home: string; start: () => Promise<Running> }>({
  home: async ({}, use) => {
    const home = mkdtempSync(join(tmpdir(), 'gleaner-e2e-'))
    await use(home)
    rmSync(home, { recursive: true, force: true })
  },
  start: async ({ home }, use) => {
    const running: Running[] = []
    await use(async () => {
      const started = await launch(home)
      running.push(started)
      return started
    })
    for (const each of running) await each.close().catch(() => {})
  },
})

export { expect } from '@playwright/test'
