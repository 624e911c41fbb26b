import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { existsSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { z } from 'zod'
import { Launcher } from '#shared/settings.ts'
import { AppError } from '#shared/errors.ts'
import { isAlive } from '../run/process-alive.ts'

/** A training that was begun, as it is written down in its package. */
const LaunchedRun = z
  .object({
    launcher: Launcher,
    /** Process id, here or on the host, or the number that the queue gave. */
    handle: z.string().min(1),
    /** Of a process here: when it began, so that another one with its number is not taken for it. */
    born: z.string().nullable(),
    startedAt: z.string(),
  })
  // It becomes part of a command, and a group that is ended: 1 and 0 would be everybody's.
  .refine(
    ({ launcher, handle }) => launcher.kind === 'batch' || /^([2-9]|[1-9]\d{1,9})$/.test(handle),
  )
export type LaunchedRun = z.infer<typeof LaunchedRun>

/** What is known of a run at one moment. */
export interface RunState {
  running: boolean
  /** Exit code, where it is over and said so. */
  exit: number | null
}

/** One way to run a package; `folder` is the package on this machine. */
export interface Launching {
  start(folder: string): Promise<{ handle: string; born: string | null }>
  /** Looks, and brings log and metrics up to date. Throws when it cannot look right now. */
  look(folder: string, run: LaunchedRun): Promise<RunState>
  /** Brings the result, after the end. */
  collect(folder: string, run: LaunchedRun): Promise<void>
  cancel(folder: string, run: LaunchedRun): Promise<void>
  /** Between two looks, ms. */
  every: number
}

const OVER_SSH = [
  ...['-o', 'BatchMode=yes', '-o', 'ConnectTimeout=15'],
  // A network that goes away ends the command, so that a look never waits for good.
  ...['-o', 'ServerAliveInterval=15', '-o', 'ServerAliveCountMax=4'],
]
/** Longest output of a command that is kept, characters. */
const KEPT = 20_000

/** For sh: nothing in it is special. */
function quoteForShell(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`
}

/** Fills the places of a command; each is one word for the shell. */
export function fillCommand(command: string, places: Record<string, string>): string {
  return command.replace(/\{([a-z]+)\}/g, (whole, name: string) =>
    places[name] === undefined ? whole : quoteForShell(places[name]),
  )
}

/** @throws AppError `invalid-input` where the launcher lacks what its kind needs. */
export function launching(launcher: Launcher): Launching {
  switch (launcher.kind) {
    case 'local':
      return local(launcher)
    case 'ssh':
      return overSsh(launcher)
    case 'batch':
      return batch(launcher)
  }
}

/** Runs the command, appends to the log, and leaves the exit code as a whole file. */
const wrapped = (command: string): string =>
  `mkdir -p run; rm -f run/exit; ( ${command}\n) >> run/log.txt 2>&1; code=$?; echo $code > run/exit.part; mv run/exit.part run/exit`

function local(launcher: Launcher): Launching {
  return {
    every: 1000,
    async start(folder) {
      if (process.platform === 'win32') {
        throw new AppError(
          'unsupported',
          'A command of this machine can be followed on Linux and macOS only.',
          'Run the package by hand as its README says, then add its folder "model" to the models.',
        )
      }
      const places = { package: folder, script: join(folder, 'train.py') }
      const child = spawn('sh', ['-c', wrapped(fillCommand(launcher.submit, places))], {
        cwd: folder,
        detached: true,
        stdio: 'ignore',
      })
      await started(child, 'sh')
      child.unref()
      const handle = String(child.pid)
      return { handle, born: bornAt(handle) }
    },
    look(folder, { handle, born }) {
      const exit = exitCode(folder)
      if (exit !== null) return Promise.resolve({ running: false, exit })
      // Looked for once more: it may have ended between the two looks.
      const running = isThere(handle, born)
      return Promise.resolve({ running, exit: running ? null : exitCode(folder) })
    },
    collect: () => Promise.resolve(),
    cancel(_folder, { handle, born }) {
      if (isThere(handle, born)) {
        try {
          // The group: the shell and all that it started.
          process.kill(-Number(handle), 'SIGTERM')
        } catch (error) {
          // It ended meanwhile.
          if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error
        }
      }
      return Promise.resolve()
    },
  }
}

function batch(launcher: Launcher): Launching {
  const { status, cancel } = launcher
  if (status === null) {
    throw new AppError(
      'invalid-input',
      `The launcher ${launcher.name} has no command that tells whether the job still runs.`,
      'For Slurm: squeue --noheader --jobs {run}',
    )
  }
  const places = (folder: string, run: string): Record<string, string> => ({
    package: folder,
    script: join(folder, 'job.sh'),
    run,
  })
  return {
    every: 5000,
    async start(folder) {
      rmSync(join(folder, 'run', 'exit'), { force: true })
      const said = await inShell(fillCommand(launcher.submit, places(folder, '')), folder)
      const handle = said.trim().split('\n').at(-1)?.trim().split(/[;\s]/)[0] ?? ''
      if (handle === '') {
        throw new AppError(
          'io',
          `The launcher ${launcher.name} printed no number of a job.`,
          'With Slurm: sbatch --parsable job.sh',
        )
      }
      return { handle, born: null }
    },
    async look(folder, { handle }) {
      const exit = exitCode(folder)
      if (exit !== null) return { running: false, exit }
      let said: string
      try {
        said = await inShell(fillCommand(status, places(folder, handle)), folder)
      } catch (error) {
        // squeue fails for a job that it has forgotten.
        if (/invalid job id/i.test(String(error))) said = ''
        else throw error
      }
      const running = said.trim() !== ''
      return { running, exit: running ? null : exitCode(folder) }
    },
    collect: () => Promise.resolve(),
    async cancel(folder, { handle }) {
      if (cancel !== null) await inShell(fillCommand(cancel, places(folder, handle)), folder)
    },
  }
}

function overSsh(launcher: Launcher): Launching {
  const { host } = launcher
  if (host === null || host === '' || host.startsWith('-')) {
    throw new AppError(
      'invalid-input',
      `The launcher ${launcher.name} has no host.`,
      'Write user@host, or a name of your ssh configuration.',
    )
  }
  // ssh begins at home, and a quoted ~ is a name like any other.
  const parent = (launcher.folder || 'gleaner-runs').replace(/^~(\/+|$)/, './')
  const there = (folder: string): string => `${parent}/${basename(folder)}`
  // Each is one argument of ssh: the remote shell reads it.
  const ssh = (command: string): string[] => [...OVER_SSH, host, command]
  // A signal is named with -s: dash takes no `--` behind `-TERM`.
  const inside = (folder: string, command: string): string =>
    `cd ${quoteForShell(there(folder))} && { ${command}\n}`
  return {
    every: 5000,
    async start(folder) {
      await piped(
        ['tar', ['-C', folder, '--exclude=./run', '--exclude=./model', '-cf', '-', '.']],
        [
          'ssh',
          ssh(
            `mkdir -p ${quoteForShell(there(folder))} && tar -C ${quoteForShell(there(folder))} -xf -`,
          ),
        ],
      )
      const places = { package: '.', script: 'train.py' }
      const body = wrapped(fillCommand(launcher.submit, places))
      const said = await output(
        'ssh',
        ssh(
          inside(
            folder,
            // What an earlier run left would be taken for this one's.
            // setsid: the group can be ended as one, and outlives the connection.
            `rm -f run/exit run/result.json; setsid sh -c ${quoteForShell(body)} < /dev/null > /dev/null 2>&1 & echo $!`,
          ),
        ),
      )
      const handle = said.trim().split('\n').at(-1)?.trim() ?? ''
      if (!/^\d+$/.test(handle)) {
        throw new AppError(
          'io',
          `${host} did not say which process runs the training: ${said.slice(0, 200)}`,
          'Check with: ssh ' + host,
        )
      }
      return { handle, born: null }
    },
    async look(folder, { handle }) {
      const said = await output(
        'ssh',
        ssh(
          inside(
            folder,
            `kill -s 0 -- -${handle} 2>/dev/null && echo alive || echo gone; cat run/exit 2>/dev/null || true`,
          ),
        ),
      )
      const [life, code] = said.trim().split('\n')
      await fetchFrom(folder, ['run/log.txt', 'run/metrics.jsonl'])
      const exit = code === undefined || code === '' ? null : Number(code)
      return { running: exit === null && life === 'alive', exit }
    },
    async collect(folder) {
      await fetchFrom(folder, ['run/log.txt', 'run/metrics.jsonl', 'run/result.json', 'model'])
    },
    async cancel(folder, { handle }) {
      await output('ssh', ssh(inside(folder, `kill -s TERM -- -${handle} 2>/dev/null || true`)))
    },
  }

  /** Copies what there is of some files. */
  async function fetchFrom(folder: string, names: string[]): Promise<void> {
    const list = names.map(quoteForShell).join(' ')
    await piped(
      [
        'ssh',
        ssh(
          inside(
            folder,
            `set --; for f in ${list}; do [ -e "$f" ] && set -- "$@" "$f"; done; tar -cf - "$@"`,
          ),
        ),
      ],
      ['tar', ['-C', folder, '-xf', '-']],
    )
  }
}

function exitCode(folder: string): number | null {
  const path = join(folder, 'run', 'exit')
  if (!existsSync(path)) return null
  const code = Number.parseInt(readFileSync(path, 'utf8'), 10)
  return Number.isNaN(code) ? null : code
}

/** Whether the process runs, and not another one with its number. */
const isThere = (handle: string, born: string | null): boolean =>
  isAlive(Number(handle)) && bornAt(handle) === born

/** When a process began, in ticks since the machine did; null where that cannot be seen. */
function bornAt(pid: string): string | null {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    // The name in brackets may hold anything.
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? null
  } catch {
    return null
  }
}

function started(child: ChildProcess, name: string): Promise<void> {
  return new Promise((resolve, reject) => {
    child.once('spawn', () => resolve())
    child.once('error', (error) => reject(notStarted(name, error)))
  })
}

const notStarted = (name: string, error: Error): AppError =>
  new AppError('io', `${name} cannot be started.`, `Is ${name} installed?`, {
    cause: error,
    details: error.message,
  })

const inShell = (command: string, cwd: string): Promise<string> =>
  output('sh', ['-c', command], cwd)

/** Standard output of a program. @throws AppError `io` with what it complained of. */
function output(program: string, args: readonly string[], cwd?: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { cwd, stdio: ['ignore', 'pipe', 'pipe'] })
    let said = ''
    let complaint = ''
    child.stdout
      .setEncoding('utf8')
      .on('data', (chunk: string) => (said = (said + chunk).slice(-KEPT)))
    child.stderr.on(
      'data',
      (chunk: Buffer) => (complaint = (complaint + chunk.toString()).slice(-KEPT)),
    )
    child.on('error', (error) => reject(notStarted(program, error)))
    child.on('close', (code) =>
      code === 0 ? resolve(said) : reject(failed(program, code, complaint || said)),
    )
  })
}

/** Runs two programs, the first one's output into the second. */
async function piped(
  from: [string, readonly string[]],
  into: [string, readonly string[]],
): Promise<void> {
  const source = spawn(from[0], from[1], { stdio: ['ignore', 'pipe', 'pipe'] })
  const sink = spawn(into[0], into[1], { stdio: ['pipe', 'ignore', 'pipe'] })
  // A program that ended early, or never began, says so itself; the other one must not wait for it.
  sink.stdin.on('error', () => source.stdout.destroy())
  sink.once('error', () => source.kill())
  source.once('error', () => sink.stdin.end())
  source.stdout.pipe(sink.stdin)
  const ends = await Promise.allSettled([ended(from[0], source), ended(into[0], sink)])
  const [first, second] = ends.map((end) => (end.status === 'rejected' ? end : null))
  // Where ssh fails, tar fails with it and knows less.
  const wrong = into[0] === 'ssh' ? (second ?? first) : (first ?? second)
  if (wrong) throw wrong.reason
}

function ended(name: string, child: ChildProcess): Promise<void> {
  return new Promise((resolve, reject) => {
    let complaint = ''
    child.stderr?.on(
      'data',
      (chunk: Buffer) => (complaint = (complaint + chunk.toString()).slice(-KEPT)),
    )
    child.on('error', (error) => reject(notStarted(name, error)))
    child.on('close', (code) => (code === 0 ? resolve() : reject(failed(name, code, complaint))))
  })
}

const failed = (program: string, code: number | null, complaint: string): AppError =>
  new AppError(
    'io',
    `${program} ended with ${code ?? 'a signal'}: ${complaint.trim().slice(-500) || 'it said nothing'}`,
  )

const statePath = (folder: string): string => join(folder, 'run', 'launched.json')

/** The run that a package is in, or null. Checked: a package may come from somebody else. */
export function readLaunched(folder: string): LaunchedRun | null {
  try {
    return LaunchedRun.parse(JSON.parse(readFileSync(statePath(folder), 'utf8')))
  } catch {
    return null
  }
}

export function writeLaunched(folder: string, run: LaunchedRun | null): void {
  const path = statePath(folder)
  if (run === null) {
    rmSync(path, { force: true })
    return
  }
  const part = join(dirname(path), 'launched.json.part')
  writeFileSync(part, `${JSON.stringify(run, null, 2)}\n`)
  renameSync(part, path)
}
