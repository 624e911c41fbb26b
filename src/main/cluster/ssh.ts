import { basename } from 'node:path'
import { AppError } from '#shared/errors.ts'
import type { Launcher } from '#shared/settings.ts'
import type { Launching } from './launching.ts'
import { output, piped } from './programs.ts'
import { recorded } from './run-files.ts'
import { fillCommand, quoteForShell } from './shell.ts'

const OVER_SSH = [
  ...['-o', 'BatchMode=yes', '-o', 'ConnectTimeout=15'],
  // A network that goes away ends the command, so that a look never waits for good.
  ...['-o', 'ServerAliveInterval=15', '-o', 'ServerAliveCountMax=4'],
]

/**
 * Runs a package on another machine, where it is copied to.
 * @throws AppError `invalid-input` without a host.
 */
export function overSsh(launcher: Launcher): Launching {
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
      const body = recorded(fillCommand(launcher.submit, places))
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
