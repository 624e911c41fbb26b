import { execFileSync, spawn } from 'node:child_process'
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { OPEN_LABEL } from '#shared/contract/labels.ts'
import { SpanPackageInput } from '#shared/contract/jobs.ts'
import type { TextModelInfo, TrainingRun } from '#shared/contract/training.ts'
import { Launcher } from '#shared/settings.ts'
import { joinContext } from '#shared/text/context.ts'
import { codePointLength, sliceCodePoints } from '#shared/text/offsets.ts'
import { launching, readLaunched } from '../../src/main/cluster/index.ts'
import { ENGINE_STOPS } from '../../src/main/jobs/run/job.ts'
import { runLaunch } from '../../src/main/jobs/cluster/launch.ts'
import { readPackage, runSpanPackage } from '../../src/main/jobs/cluster/span-package.ts'
import { readSpans, SPAN_FORMATS } from '../../src/main/labeling/span-formats.ts'
import { openCorpus } from '../../src/main/store/open.ts'
import type { Corpus } from '../../src/main/store/open.ts'
import { putLabelEvent } from '../../src/main/store/repositories/labels.ts'
import { contextsAfter } from '../../src/main/store/repositories/span-sets.ts'
import { listTrainingRuns } from '../../src/main/store/repositories/training-runs.ts'
import { ingest, jobContext } from '../support/ingest.ts'
import { tokenizers } from '../support/tokenizers.ts'

const root = join(import.meta.dirname, '../..')
const resources = join(root, 'resources')
const pretend = `${process.execPath} ${join(root, 'test/support/pretend-training.mjs')}`
const dir = mkdtempSync(join(tmpdir(), 'span-package-'))
const path = join(dir, 'a.gleaner')
const out = join(dir, 'package')
let corpus: Corpus
let labeled = 0

const inputOf = (more: object = {}): SpanPackageInput =>
  SpanPackageInput.parse({ corpus: path, out, base: 'org/tiny-bert', ...more })

/** Labels the first three words of a pair's text, or says that nothing describes it. */
beforeAll(async () => {
  corpus = await ingest(path, [join(resources, 'sample')])
  const rows = contextsAfter(corpus.reader, { afterId: 0, limit: 1000 })
  for (const { pairId, before, caption, after } of rows) {
    const [source, text] = caption
      ? (['caption', caption] as const)
      : after
        ? (['after', after] as const)
        : (['before', before ?? ''] as const)
    const quote = /^\s*(\S+\s+\S+\s+\S+)/u.exec(text)?.[1]
    if (quote === undefined) continue
    const start = codePointLength(text.slice(0, text.indexOf(quote)))
    const span = { source, start, end: start + codePointLength(quote), quote, type: 'content' }
    putLabelEvent(corpus.writer, {
      annotator: 'ada',
      review: false,
      pairId,
      state: { ...OPEN_LABEL, status: 'labeled', spans: pairId % 5 === 0 ? [] : [span] },
      seconds: 3,
      software: 'test',
    })
    labeled++
  }
  await runSpanPackage(corpus, inputOf(), jobContext(), resources)
}, 60_000)

afterAll(() => {
  corpus.close()
  rmSync(dir, { recursive: true, force: true })
})

describe('a training package', () => {
  test('holds every labeled text once, by site, with answers that are what stands there', async () => {
    const manifest = await readPackage(out)
    const sites = new Map<string, string>()
    const pairs = new Map(
      contextsAfter(corpus.reader, { afterId: 0, limit: 1000 }).map((row) => [
        `pair-${row.pairId}`,
        joinContext(row),
      ]),
    )
    let texts = 0
    let pictures = 0
    for (const { split, texts: n, answers } of manifest.splits) {
      const items = readSpans('squad', readFileSync(join(out, `data/${split}.json`), 'utf8'))
      expect(items).toHaveLength(n)
      expect(items.filter(({ spans }) => spans.length > 0)).toHaveLength(answers)
      texts += n
      for (const { id, text, spans, meta } of items) {
        for (const { start, end, quote } of spans) {
          expect(sliceCodePoints(text, start, end)).toBe(quote)
        }
        expect(sites.get(String(meta['site'])) ?? split).toBe(split)
        sites.set(String(meta['site']), split)
        const context = pairs.get(String(id))
        expect(text).toBe(context?.text)
        expect(meta['picture_offset']).toBe(context?.picture)
        if (context && context.picture > 0) pictures++
      }
    }
    // The same words around the same place are kept once.
    expect(texts).toBeGreaterThan(labeled * 0.5)
    expect(texts).toBeLessThanOrEqual(labeled)
    expect(pictures).toBeGreaterThan(10)
    expect(manifest.baselines.map(({ name }) => name)).toEqual([
      'nearest block',
      'longest sentence',
    ])
    // They are measured on the test sites alone, where there is a description.
    const test = manifest.splits.find(({ split }) => split === 'test')
    expect(manifest.baselines.map(({ n }) => n)).toEqual([test?.answers, test?.answers])
  })

  test('tells the script how to train as it was asked', async () => {
    const asked = {
      epochs: 5,
      batchSize: 3,
      learningRate: 1e-4,
      crossEntropy: 0.5,
      softIou: 0.25,
      seed: 9,
    }
    const folder = join(dir, 'asked')
    await runSpanPackage(
      corpus,
      inputOf({ ...asked, out: folder, maxLength: 128 }),
      jobContext(),
      resources,
    )
    const configOf = (of: string): unknown =>
      JSON.parse(readFileSync(join(of, 'config.json'), 'utf8'))
    const wanted = {
      base: 'org/tiny-bert',
      epochs: 5,
      batch_size: 3,
      learning_rate: 1e-4,
      loss: { cross_entropy: 0.5, soft_iou: 0.25 },
      seed: 9,
    }
    // Windows share at most a quarter of what they hold.
    expect(configOf(folder)).toMatchObject({ ...wanted, max_length: 128, stride: 32 })
    expect(configOf(out)).toMatchObject({ max_length: 384, stride: 96, seed: 1 })
  })

  test('says the same in all formats', () => {
    const ending = (format: string): string => (format === 'label-studio' ? 'json' : 'jsonl')
    const squad = readSpans('squad', readFileSync(join(out, 'data/train.json'), 'utf8'))
    for (const format of SPAN_FORMATS) {
      if (format === 'squad') continue
      const file = join(out, `data/${format}/train.${ending(format)}`)
      const items = readSpans(format, readFileSync(file, 'utf8'))
      expect(items.map(({ id, text, spans }) => ({ id, text, spans }))).toEqual(
        squad.map(({ id, text, spans }) => ({ id, text, spans })),
      )
    }
  })

  test('lists its files with checksums that hold', () => {
    execFileSync('sha256sum', ['--quiet', '-c', 'SHA256SUMS'], { cwd: out })
    const listed = readFileSync(join(out, 'SHA256SUMS'), 'utf8')
    for (const name of ['train.py', 'spans.py', 'requirements.txt', 'config.json', 'README.md']) {
      expect(listed).toContain(`  ${name}\n`)
    }
  })

  test('written again is left as it is; other data does not replace it', async () => {
    const before = readFileSync(join(out, 'gleaner-package.json'), 'utf8')
    const ctx = jobContext()
    await runSpanPackage(corpus, inputOf(), ctx, resources)
    expect(ctx.results['State']).toContain('already there')
    expect(readFileSync(join(out, 'gleaner-package.json'), 'utf8')).toBe(before)
    await expect(
      runSpanPackage(corpus, inputOf({ seed: 2 }), jobContext(), resources),
    ).rejects.toThrow('other data')
    expect(readdirSync(dir).filter((name) => name.includes('.partial-'))).toEqual([])
  })

  test('is refused where there is nothing to learn from, and leaves no folder', async () => {
    const nothing = join(dir, 'nothing')
    await expect(
      runSpanPackage(
        corpus,
        inputOf({ out: nothing, where: 'id>9999999' }),
        jobContext(),
        resources,
      ),
    ).rejects.toThrow(/no text in the split/)
    expect(existsSync(nothing)).toBe(false)
    await expect(
      runSpanPackage(corpus, inputOf({ out: join(path, 'x') }), jobContext(), resources),
    ).rejects.toThrow('lies in the corpus itself')
  })
})

/** A package of its own, to be run. */
function freshPackage(name: string): string {
  const folder = join(dir, name)
  cpSync(out, folder, { recursive: true })
  return folder
}

interface Launched {
  run: () => TrainingRun
  ended: Promise<string | null>
  ctx: ReturnType<typeof jobContext>
  abort: AbortController
  /** What was to be waited between two looks, ms; the tests wait less. */
  looks: number[]
}

function launch(folder: string, launcher: object, on = corpus, mayBegin = true): Launched {
  const abort = new AbortController()
  const launchers = [Launcher.parse({ name: 'here', ...launcher })]
  const base = jobContext(abort.signal)
  const ctx = { ...base, settings: { ...base.settings, launchers } }
  const taken: string[] = []
  const takeIn = (model: string): Promise<TextModelInfo> => {
    taken.push(model)
    return Promise.resolve({ id: 'taken-in', name: 'Taken in' } as TextModelInfo)
  }
  const input = { corpus: path, package: folder, launcher: 'here' }
  const looks: number[] = []
  const pause = async (ms: number, signal: AbortSignal): Promise<void> => {
    looks.push(ms)
    await setTimeout(10, undefined, { signal }).catch(() => undefined)
  }
  const ended = runLaunch(on, input, ctx, takeIn, { mayBegin, pause }).then(
    () => taken[0] ?? null,
    (error: Error) => `failed: ${error.message}`,
  )
  const run = (): TrainingRun =>
    listTrainingRuns(on.reader).find(({ config }) => config['package'] === folder) as TrainingRun
  return { run, ended, ctx, abort, looks }
}

async function until(condition: () => boolean): Promise<void> {
  for (let i = 0; i < 2000 && !condition(); i++) await setTimeout(10)
  expect(condition()).toBe(true)
}

describe('launching a package', () => {
  test('on this machine follows the epochs and takes the model in', async () => {
    const folder = freshPackage('local')
    const submit = `${pretend} 4 100`
    const { run, ended, ctx, looks } = launch(folder, { kind: 'local', submit })
    expect(await ended).toBe(join(folder, 'model'))
    expect(run()).toMatchObject({ state: 'done', model: 'taken-in', bestEpoch: 4, kind: 'package' })
    expect(run().history.map(({ epoch }) => epoch)).toEqual([1, 2, 3, 4])
    expect(run().test.map(({ name }) => name)).toEqual([
      'fine-tuned model',
      'nearest block',
      'longest sentence',
    ])
    expect(ctx.seen.at(-1)).toMatchObject({ done: 4, unit: 'epochs' })
    expect(new Set(looks)).toEqual(new Set([1000]))
    expect(readLaunched(folder)).toBeNull()
  })

  test('a training that fails says with what, and goes on from its epochs', async () => {
    const folder = freshPackage('failing')
    const first = launch(folder, { kind: 'local', submit: `${pretend} 3 50 9` })
    expect(await first.ended).toBe('failed: The training ended with 9: out of memory')
    expect(first.run()).toMatchObject({ state: 'failed' })
    expect(first.run().history).toHaveLength(2)
    const second = launch(folder, { kind: 'local', submit: `${pretend} 3 50` })
    expect(await second.ended).toBe(join(folder, 'model'))
    expect(second.run()).toMatchObject({ state: 'done', error: null })
    expect(second.run().history).toHaveLength(3)
  })

  test('goes on while the engine is away, and is followed again', async () => {
    const folder = freshPackage('away')
    const first = launch(folder, { kind: 'local', submit: `${pretend} 8 150` })
    await until(() => (first.run()?.history.length ?? 0) >= 1)
    first.abort.abort(ENGINE_STOPS)
    expect(await first.ended).toBeNull()
    const handle = readLaunched(folder)?.handle
    expect(handle).toBeDefined()
    const second = launch(folder, { kind: 'local', submit: 'false' })
    expect(await second.ended).toBe(join(folder, 'model'))
    const log = readFileSync(join(folder, 'run/log.txt'), 'utf8')
    // One process made all of them.
    expect(new Set([...log.matchAll(/process (\d+)/g)].map(([, pid]) => pid)).size).toBe(1)
    expect(second.run().history).toHaveLength(8)
  })

  test('canceling ends the training and all that it started', async () => {
    const folder = freshPackage('canceled')
    const { run, ended, abort } = launch(folder, { kind: 'local', submit: `${pretend} 500 50` })
    await until(() => (run()?.history.length ?? 0) >= 1)
    const pid = Number(readLaunched(folder)?.handle)
    abort.abort()
    expect(await ended).toBeNull()
    expect(run().state).toBe('canceled')
    await until(() => {
      try {
        process.kill(-pid, 0)
        return false
      } catch {
        return true
      }
    })
  })

  test('a process that is gone without a word is noticed', async () => {
    const folder = freshPackage('gone')
    const first = launch(folder, { kind: 'local', submit: `${pretend} 500 50` })
    await until(() => (first.run()?.history.length ?? 0) >= 1)
    process.kill(-Number(readLaunched(folder)?.handle), 'SIGKILL')
    expect(await first.ended).toContain('ended without saying how')
  })

  test('what a package of somebody else says to run is not run', async () => {
    const folder = freshPackage('hostile')
    const touched = join(dir, 'touched')
    const write = (launcher: object, handle: string): void => {
      mkdirSync(join(folder, 'run'), { recursive: true })
      const whole = Launcher.parse({ name: 'here', submit: 'true', ...launcher })
      writeFileSync(
        join(folder, 'run/launched.json'),
        JSON.stringify({ launcher: whole, handle, born: null, startedAt: '' }),
      )
    }
    const mine = { kind: 'batch', submit: 'true', status: 'squeue {run}', cancel: null }
    write({ ...mine, status: `touch ${touched}` }, '4711')
    expect(await launch(folder, mine).ended).toContain('commands are not in the settings')
    expect(existsSync(touched)).toBe(false)
  })

  test('a job that goes on by itself begins no training, and two never share a package', async () => {
    const folder = freshPackage('unasked')
    const submit = `${pretend} 3 50`
    expect(await launch(folder, { kind: 'local', submit }, corpus, false).ended).toContain(
      'was not begun before the program ended',
    )
    expect(existsSync(join(folder, 'run/log.txt'))).toBe(false)
    const first = launch(folder, { kind: 'local', submit })
    expect(await launch(folder, { kind: 'local', submit }).ended).toContain('by another job')
    expect(await first.ended).toBe(join(folder, 'model'))
  })

  test('killed before the model was in, it is taken in and not trained again', async () => {
    const folder = freshPackage('taken-late')
    const first = launch(folder, { kind: 'local', submit: `${pretend} 2 50` })
    await until(() => readLaunched(folder) !== null)
    const left = readFileSync(join(folder, 'run/launched.json'))
    expect(await first.ended).toBe(join(folder, 'model'))
    writeFileSync(join(folder, 'run/launched.json'), left)
    const second = launch(folder, { kind: 'local', submit: 'false' }, corpus, false)
    expect(await second.ended).toBe(join(folder, 'model'))
    expect(readLaunched(folder)).toBeNull()
  })

  test('what an earlier run left is not taken for what came out of this one', async () => {
    const folder = freshPackage('leftover')
    mkdirSync(join(folder, 'run'))
    const test = { n: 1, exactMatch: 1, iou: 1, f1: 1 }
    const left = { bestEpoch: 1, temperature: 1, calibrationError: null, test }
    writeFileSync(join(folder, 'run/result.json'), JSON.stringify(left))
    const { run, ended } = launch(folder, { kind: 'local', submit: 'echo nothing came out' })
    expect(await ended).toBe('failed: The training ended with 0: nothing came out')
    expect(run()).toMatchObject({ state: 'failed', model: null })
  })

  test('curves that part are warned of, as those of a head are', async () => {
    const folder = freshPackage('parting')
    const epochs = [1, 2, 3, 4, 5, 6].map((epoch) => ({
      epoch,
      trainLoss: 1 / epoch,
      trainCrossEntropy: 1,
      trainSoftIou: 1,
      validationLoss: epoch === 1 ? 1 : 1 + epoch / 5,
      validationCrossEntropy: 1,
      validationSoftIou: 1,
      exactMatch: epoch / 20,
      iou: epoch / 10,
      f1: epoch / 10,
      seconds: 1,
    }))
    const lines = epochs.map((epoch) => `${JSON.stringify(epoch)}\n`).join('')
    writeFileSync(join(folder, 'prepared'), `${lines}{"epoch":7,`)
    const submit = 'cp prepared run/metrics.jsonl; exit 3'
    const { run, ended, ctx } = launch(folder, { kind: 'local', submit })
    expect(await ended).toContain('The training ended with 3')
    expect(run().history.map(({ epoch }) => epoch)).toEqual([1, 2, 3, 4, 5, 6])
    expect(run().warnings.at(-1)).toMatch(/loss/)
    expect(ctx.warnings).toContain(run().warnings.at(-1))
  })

  describe('elsewhere', () => {
    /** Programs that stand for those of a cluster; the host is another folder of this machine. */
    const bin = join(dir, 'bin')
    const there = join(dir, 'there')
    const path = process.env['PATH']

    beforeAll(() => {
      mkdirSync(bin)
      mkdirSync(there)
      const program = (name: string, body: string): void => {
        writeFileSync(join(bin, name), `#!/bin/sh\n${body}\n`)
        chmodSync(join(bin, name), 0o755)
      }
      program(
        'ssh',
        `while [ "$1" = -o ]; do shift 2; done
        [ -e ${dir}/cut ] && { echo "connection timed out" >&2; exit 255; }
        [ "$1" = ada@gpu ] || { echo "unknown host $1" >&2; exit 255; }
        cd ${there} && exec sh -c "$2"`,
      )
      program('sbatch', `sh "$2" > /dev/null 2>&1 & echo "4711;cluster"; echo $! > ${dir}/job`)
      program('squeue', `kill -0 $(cat ${dir}/job) 2>/dev/null && echo "4711 R" || true`)
      process.env['PATH'] = `${bin}${delimiter}${path ?? ''}`
    })
    afterAll(() => {
      process.env['PATH'] = path
    })

    test('over ssh the package goes there, its epochs and the model come back', async () => {
      const folder = freshPackage('over-ssh')
      const { run, ended, ctx, looks } = launch(folder, {
        kind: 'ssh',
        host: 'ada@gpu',
        folder: 'my runs',
        submit: `${pretend} 3 200`,
      })
      await until(() => existsSync(join(there, 'my runs/over-ssh/run')))
      // The network is away for a moment.
      writeFileSync(join(dir, 'cut'), '')
      await until(() => ctx.seen.some(({ note }) => note.includes('connection timed out')))
      rmSync(join(dir, 'cut'))
      expect(await ended).toBe(join(folder, 'model'))
      expect(run().history).toHaveLength(3)
      expect(existsSync(join(folder, 'model/gleaner.json'))).toBe(true)
      // A host and a queue are not asked each second.
      expect(new Set(looks)).toEqual(new Set([5000]))
    }, 40_000)

    test('over ssh canceling ends the training there, to which no earlier model was sent', async () => {
      const folder = freshPackage('ssh-canceled')
      mkdirSync(join(folder, 'model'))
      writeFileSync(join(folder, 'model/old.txt'), 'old')
      const { run, ended, abort } = launch(folder, {
        kind: 'ssh',
        host: 'ada@gpu',
        folder: 'runs',
        submit: `${pretend} 500 50`,
      })
      await until(() => (run()?.history.length ?? 0) >= 1)
      expect(existsSync(join(there, 'runs/ssh-canceled/train.py'))).toBe(true)
      expect(existsSync(join(there, 'runs/ssh-canceled/model/old.txt'))).toBe(false)
      const launched = readLaunched(folder)
      if (!launched) throw new Error('it was launched')
      // Whatever shell the host has: here it is sh.
      const state = await launching(launched.launcher).look(folder, launched)
      expect(state).toEqual({ running: true, exit: null })
      const group = -Number(launched.handle)
      abort.abort()
      expect(await ended).toBeNull()
      expect(run().state).toBe('canceled')
      await until(() => {
        try {
          process.kill(group, 0)
          return false
        } catch {
          return true
        }
      })
    }, 40_000)

    test('a host that does not answer is named with what ssh says', async () => {
      const folder = freshPackage('no-host')
      const { ended, run } = launch(folder, { kind: 'ssh', host: 'nobody', submit: 'true' })
      expect(await ended).toContain('unknown host nobody')
      expect(run().state).toBe('failed')
    })

    test('a queue is asked until its job is over', async () => {
      const folder = freshPackage('queued')
      writeFileSync(join(folder, 'train.py'), '')
      // job.sh runs PYTHON -u train.py.
      process.env['PYTHON'] = join(bin, 'python')
      writeFileSync(join(bin, 'python'), `#!/bin/sh\nexec ${pretend} 3 100\n`)
      chmodSync(join(bin, 'python'), 0o755)
      const { run, ended } = launch(folder, {
        kind: 'batch',
        submit: 'sbatch --parsable {script}',
        status: 'squeue --noheader --jobs {run}',
        cancel: 'scancel {run}',
      })
      await until(() => readLaunched(folder) !== null)
      expect(readLaunched(folder)?.handle).toBe('4711')
      expect(await ended).toBe(join(folder, 'model'))
      expect(run().history).toHaveLength(3)
      delete process.env['PYTHON']
    }, 40_000)

    test('a queue without a command for its state is refused with an example', async () => {
      const folder = freshPackage('no-status')
      const { ended } = launch(folder, { kind: 'batch', submit: 'sbatch --parsable job.sh' })
      expect(await ended).toContain('no command that tells whether the job still runs')
    })
  })
})

/** With a Python that has what requirements.txt names: GLEANER_PYTHON=venv/bin/python. */
describe('the training script', () => {
  const python = process.env['GLEANER_PYTHON']

  test('fine-tunes a model that the program takes as it is', async ({ skip }) => {
    if (python === undefined) return skip('GLEANER_PYTHON names no Python with torch')
    const folder = freshPackage('real')
    execFileSync(python, [
      join(root, 'tools/reference/spans/make_tiny_base.py'),
      join(folder, 'base'),
    ])
    const config = JSON.parse(readFileSync(join(folder, 'config.json'), 'utf8')) as object
    writeFileSync(
      join(folder, 'config.json'),
      JSON.stringify({ ...config, base: 'base', epochs: 2, learning_rate: 1e-3 }),
    )
    const child = spawn('sh', ['job.sh'], { cwd: folder, env: { ...process.env, PYTHON: python } })
    const code = await new Promise((resolve) => child.on('close', resolve))
    expect(code, readFileSync(join(folder, 'run/log.txt'), 'utf8').slice(-2000)).toBe(0)
    const { addTextModelFolder } = await import('../../src/main/inference/models/text-models.ts')
    const model = await addTextModelFolder(
      {
        bundled: join(dir, 'none'),
        user: join(dir, 'user'),
        hubCache: join(dir, 'hub'),
        tokenizers,
      },
      join(folder, 'model'),
    )
    expect(model).toMatchObject({ kind: 'span', state: 'installed', problem: null })
  }, 300_000)
})

test('the corpus can be opened again after all of it', () => {
  corpus.close()
  corpus = openCorpus(path)
  expect(listTrainingRuns(corpus.reader).length).toBeGreaterThan(5)
})
