import { Worker } from 'node:worker_threads'

/** Last words of a process that went beyond its memory. */
export const OUT_OF_MEMORY = 'too much memory'

const LOOK_MS = 50

export interface LookOn {
  /** Bytes of resident memory beyond which the process ends; null = any. */
  memory: number | null
  /** How long the process may go on without its parent, milliseconds. */
  orphanMs: number
}

/**
 * What the thread runs. As text, since it belongs to whatever program calls this: there is no file
 * beside it that every bundle could be relied on to hold.
 */
const THREAD = `
const { writeSync } = require('node:fs')
const { workerData } = require('node:worker_threads')
const { parent, memory, orphanMs, everyMs, words } = workerData
const end = () => process.kill(process.pid, 'SIGKILL')
const isGone = () => {
  if (process.ppid !== parent) return true
  try {
    process.kill(parent, 0)
    return false
  } catch (error) {
    return error.code !== 'EPERM'
  }
}
let alone = 0
setInterval(() => {
  if (memory !== null && process.memoryUsage.rss() > memory) {
    writeSync(2, '\\n' + words)
    end()
  }
  alone = isGone() ? alone + everyMs : 0
  if (alone > orphanMs) end()
}, everyMs)
`

/**
 * Ends this process when its parent is gone or when it takes too much memory, even while its main
 * thread is at work that never ends: a thread of its own looks on.
 */
export function lookOn({ memory, orphanMs }: LookOn): void {
  const workerData = {
    // The number changes when the parent ends; Windows keeps it, there the process is asked for.
    parent: process.ppid,
    memory,
    orphanMs,
    everyMs: LOOK_MS,
    words: OUT_OF_MEMORY,
  }
  new Worker(THREAD, {
    eval: true,
    workerData,
    execArgv: [],
    env: {},
    resourceLimits: { maxOldGenerationSizeMb: 16, maxYoungGenerationSizeMb: 2 },
  }).unref()
}
