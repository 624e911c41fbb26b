/**
 * Kills jobs with SIGKILL at steps of their work, goes on, and compares what comes out with what an
 * undisturbed job made of the same.
 */
import { spawn } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Random } from '#shared/random.ts'
import { openReader } from '../../../src/main/store/open.ts'
import type { End, Work } from './child.ts'
import { contentOf, differences } from './content.ts'
import type { Content, Difference } from './content.ts'
import { corpusIn, homeIn, KILL_KINDS, startServers } from './kinds.ts'
import type { KillKind } from './kinds.ts'

const CHILD = join(import.meta.dirname, 'child.ts')
/** A job of some seconds that is not over by then hangs. */
const WATCHDOG_MS = 240_000
/** A helper that looks whether its engine lives sees it long before. */
const ORPHAN_MS = 30_000
/** Of a job's steps, the last ones: where work is done and not yet said to be. */
const END_STEPS = 12
/** Steps of a job that goes on, in which it takes up what was left. */
const RESUME_STEPS = 60

/** Where a job is killed: at any step, at its end, while it goes on. */
export type Place = 'anywhere' | 'end' | 'resume'

/** One in three at its end, one in four once more while it goes on. */
function placesBy(random: Random): Place[] {
  const first = random.next() < 1 / 3 ? 'end' : 'anywhere'
  return random.next() < 1 / 4 ? [first, 'resume'] : [first]
}

/** How much later than its step a program is killed from outside, at most. */
const LATER_MS = 60

export interface Killed {
  kills: number
  /** Kills that hit a job that was begun and not over. */
  inside: number
  /** Where: the step, of so many. */
  at: string
  found: Difference[]
  /** Helper processes that outlived their engine. */
  orphans: string[]
}

export interface KillCheck {
  /** Kills a job of this kind in these places, each when it goes on after the last; then it ends. */
  kill(name: string, random: Random, places?: readonly Place[]): Promise<Killed>
  close(): Promise<void>
}

type Ended = { mark: string; isBegun: boolean } & (
  { end: End } | { end: null; stderr: string; how: string }
)

interface Undisturbed {
  base: string
  steps: number
  content: Content
}

export async function openKillCheck(): Promise<KillCheck> {
  const root = mkdtempSync(join(tmpdir(), 'gleaner-kill-'))
  const servers = await startServers()
  const known = new Map<string, Promise<Undisturbed>>()
  /** One after the other: they use an engine of this process, whose home is in its environment. */
  let preparing: Promise<unknown> = Promise.resolve()
  let runs = 0

  /** A folder of its own, as it is before the job. */
  function fresh(base: string): string {
    const folder = join(root, `run-${++runs}`)
    cpSync(base, folder, { recursive: true })
    return folder
  }

  function start(one: KillKind, folder: string, how: Partial<Work>, random?: Random) {
    const work: Work = {
      call: one.call,
      input: one.input(folder),
      corpus: one.hasCorpus ? corpusIn(folder) : null,
      ...{ at: 0, by: 'itself', isLater: false, isBegun: false },
      ...how,
    }
    return runChild(folder, work, join(root, 'compiled'), random)
  }

  async function undisturbed(name: string, one: KillKind): Promise<Undisturbed> {
    const base = join(root, `base-${name.replaceAll(/\W+/g, '-')}`)
    for (const part of [base, homeIn(base), join(base, 'tmp')]) mkdirSync(part)
    const prepared = preparing.then(() => one.prepare(base, servers))
    preparing = prepared.catch(() => undefined)
    await prepared
    const folder = fresh(base)
    const ended = await start(one, folder, {})
    const { steps } = checkEnd(name, ended)
    if (steps === 0) throw new Error(`${name} did nothing.`)
    const content = contentOf(folder, corpusOf(one, folder))
    rmSync(folder, { recursive: true })
    return { base, steps, content }
  }

  async function killed(
    name: string,
    one: KillKind,
    random: Random,
    places: readonly Place[],
    result: Killed,
  ): Promise<void> {
    const made = known.get(name) ?? undisturbed(name, one)
    known.set(name, made)
    const { base, steps, content } = await made
    const folder = fresh(base)
    const marks: string[] = []
    let [isLater, isBegun] = [false, false]
    for (const where of places) {
      const count = where === 'resume' ? Math.min(steps, RESUME_STEPS) : steps
      const from = where === 'end' ? Math.max(0, steps - END_STEPS) : 0
      const at = 1 + from + Math.floor(random.next() * (count - from))
      const by = random.next() < 1 / 3 ? 'parent' : 'itself'
      const ended = await start(one, folder, { at, by, isLater, isBegun }, random)
      marks.push(ended.mark)
      result.at += ` ${by} ${at}/${steps}`
      if (ended.end) {
        result.at += ' (too late)'
        checkEnd(name, ended)
      } else if (ended.how !== 'SIGKILL') {
        checkEnd(name, ended)
      } else {
        result.kills++
        if (isUnderWay(one, folder)) result.inside++
      }
      isLater = true
      isBegun ||= ended.isBegun
    }
    const last = await start(one, folder, { isLater, isBegun })
    marks.push(last.mark)
    checkEnd(name, last)
    result.orphans = await helpersOf(marks)
    result.found = differences(content, contentOf(folder, corpusOf(one, folder)))
    rmSync(folder, { recursive: true, force: true })
  }

  return {
    async kill(name, random, places = placesBy(random)) {
      const one = KILL_KINDS.get(name)
      if (!one) throw new Error(`There is no kind ${name}.`)
      const result: Killed = { kills: 0, inside: 0, at: '', found: [], orphans: [] }
      try {
        await killed(name, one, random, places, result)
      } catch (error) {
        result.found.push({ what: 'other', detail: String(error) })
      }
      return result
    },
    async close() {
      await servers.close()
      rmSync(root, { recursive: true, force: true })
    },
  }
}

const corpusOf = (one: KillKind, folder: string): string =>
  one.kind === 'study-sample' ? join(homeIn(folder), 'corpora/sample.gleaner') : corpusIn(folder)

/** @throws where a job did not end well */
function checkEnd(name: string, ended: Ended): End {
  if (!ended.end) throw new Error(`${name} ended with ${ended.how}: ${ended.stderr}`)
  const bad = ended.end.jobs.filter(({ state }) => state !== 'done')
  if (bad.length > 0) throw new Error(`${name}: ${JSON.stringify(bad)}`)
  return ended.end
}

function isUnderWay(one: KillKind, folder: string): boolean {
  const corpus = corpusOf(one, folder)
  if (!existsSync(join(corpus, 'corpus.db'))) {
    const jobs = join(homeIn(folder), 'jobs')
    return existsSync(jobs) && readdirSync(jobs).some((file) => file.endsWith('.json'))
  }
  const db = openReader(corpus)
  try {
    const sql = "SELECT count(*) FROM jobs WHERE state IN ('queued', 'running')"
    return (db.prepare<[], number>(sql).pluck().get() ?? 0) > 0
  } finally {
    db.close()
  }
}

function runChild(folder: string, work: Work, compiled: string, random?: Random): Promise<Ended> {
  const mark = `GLEANER_KILL_MARK=${randomUUID()}`
  const [name, value] = mark.split('=') as [string, string]
  const child = spawn(process.execPath, [CHILD, JSON.stringify(work)], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: {
      ...process.env,
      [name]: value,
      GLEANER_HOME: homeIn(folder),
      HF_HUB_CACHE: join(folder, 'hub'),
      TMPDIR: join(folder, 'tmp'),
      // Most of its time it would read the program.
      NODE_COMPILE_CACHE: compiled,
    },
  })
  const watchdog = setTimeout(() => child.kill('SIGTERM'), WATCHDOG_MS)
  let [stdout, stderr] = ['', '']
  let isReached = false
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
    stdout += chunk
    if (!random || isReached || !stdout.split('\n').includes('step')) return
    isReached = true
    setTimeout(() => child.kill('SIGKILL'), random.next() * LATER_MS)
  })
  child.stderr.setEncoding('utf8').on('data', (chunk: string) => (stderr += chunk))
  return new Promise((done, fail) => {
    child.on('error', fail)
    child.on('exit', (code, signal) => {
      clearTimeout(watchdog)
      // Helpers that live on would keep its streams open.
      setImmediate(() => {
        const said = stdout.trim().split('\n')
        const isBegun = said.includes('begun')
        if (code === 0) done({ end: JSON.parse(said.at(-1) ?? '') as End, mark, isBegun })
        else done({ end: null, mark, isBegun, stderr, how: signal ?? `exit code ${code}` })
      })
    })
  })
}

/** Helper processes of ended engines, once they have had their time. Linux only; elsewhere none. */
async function helpersOf(marks: readonly string[]): Promise<string[]> {
  const until = Date.now() + ORPHAN_MS
  for (;;) {
    const found = marked(marks)
    if (found.length === 0 || Date.now() > until) return found
    await sleep(50)
  }
}

function marked(marks: readonly string[]): string[] {
  if (process.platform !== 'linux') return []
  return readdirSync('/proc')
    .filter((entry) => /^\d+$/.test(entry))
    .flatMap((entry) => {
      try {
        const line = readFileSync(`/proc/${entry}/cmdline`, 'utf8').replaceAll('\0', ' ')
        // A training that was launched lives on, and shall.
        if (!line.includes('/src/main/')) return []
        const environment = readFileSync(`/proc/${entry}/environ`, 'utf8')
        return marks.some((mark) => environment.includes(mark)) ? [line] : []
      } catch {
        return []
      }
    })
}
