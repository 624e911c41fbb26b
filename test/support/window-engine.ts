import { cpSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Bridge, ShellCallName, ShellCalls } from '#shared/contract/index.ts'
import { toErrorValue } from '#shared/errors.ts'
import { createEngine } from '../../src/main/engine/engine.ts'
import { createCorpus, openCorpus, type Corpus } from '../../src/main/store/open.ts'

/** What a person answers to the dialogs of the shell. */
export type ShellAnswers = {
  [N in ShellCallName]?: (input: ShellCalls[N]['input']) => ShellCalls[N]['output']
}

/** The engine behind the stores of the window, in this process and with a home of its own. */
export interface WindowEngine extends Bridge {
  /** For files of the test; gone when the engine stops. */
  readonly folder: string
  /** Makes a corpus once, and gives a copy of it each time; returns its folder. */
  corpus(name: string, fill: (corpus: Corpus) => void): string
  /** What the engine or the shell tells by itself. */
  emit(name: string, value: unknown): void
  stop(): Promise<void>
}

export function startWindowEngine(answers: ShellAnswers = {}): WindowEngine {
  const folder = mkdtempSync(join(tmpdir(), 'gleaner-window-'))
  process.env['GLEANER_HOME'] = join(folder, 'home')
  process.env['GLEANER_RESOURCES'] = join(folder, 'no-resources')
  const engine = createEngine({ resumeJobs: true })
  const listeners = new Map<string, Set<(value: unknown) => void>>()
  const emit = (name: string, value: unknown): void => {
    // As it comes through the bridge: a copy.
    for (const listener of listeners.get(name) ?? []) listener(structuredClone(value))
  }
  engine.onEvent(emit)
  let copies = 0
  return {
    folder,
    emit,
    corpus(name, fill) {
      const made = join(folder, `${name}.gleaner`)
      try {
        createCorpus(made)
        const corpus = openCorpus(made)
        fill(corpus)
        corpus.close()
      } catch (error) {
        if (toErrorValue(error).kind !== 'conflict') throw error
      }
      const copy = join(folder, `${name}-${++copies}.gleaner`)
      cpSync(made, copy, { recursive: true })
      return copy
    },
    async call(name, input) {
      try {
        if (name.startsWith('shell.')) {
          const answer = answers[name as ShellCallName] as ((given: unknown) => unknown) | undefined
          if (!answer) throw new Error(`nobody answers ${name}`)
          return { ok: true, value: answer(input) }
        }
        const { value, bytes } = await engine.call(name, input)
        // As the bridge puts them back.
        const whole = bytes ? { ...(value as object), bytes } : value
        return { ok: true, value: structuredClone(whole) }
      } catch (error) {
        return { ok: false, error: toErrorValue(error) }
      }
    },
    on(name, listener) {
      const those = listeners.get(name) ?? new Set()
      listeners.set(name, those.add(listener))
      return () => those.delete(listener)
    },
    pathOf: (file) => join(folder, (file as File).name),
    async stop() {
      await engine.stop()
      delete process.env['GLEANER_HOME']
      delete process.env['GLEANER_RESOURCES']
      rmSync(folder, { recursive: true, force: true })
    },
  }
}
