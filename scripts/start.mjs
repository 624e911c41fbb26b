/**
 * `npm start`: sets up, then shows the window with the sample. Without a screen the same job runs
 * on the command line: result as a table, dataset exported, pictures of the window's views saved.
 */
import { spawn, spawnSync } from 'node:child_process'
import { existsSync, rmSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { withVirtualDisplay } from './display.mjs'
import {
  electronArguments,
  electronPath,
  environment,
  guarded,
  hasDisplay,
  nodePath,
  ROOT,
  setUp,
  SetupError,
} from './setup.mjs'

const OUTPUT = join(ROOT, 'start-output')

function openWindow() {
  const child = spawn(electronPath(), [...electronArguments(), ROOT, ...process.argv.slice(2)], {
    stdio: 'inherit',
    env: environment({ GLEANER_NODE: nodePath() }),
  })
  child.on('exit', (code) => (process.exitCode = code ?? 0))
}

function gleaner(...args) {
  const { status } = spawnSync(nodePath(), [join(ROOT, 'bin/gleaner.mjs'), ...args], {
    stdio: 'inherit',
    env: environment({ GLEANER_RESOURCES: join(ROOT, 'resources') }),
  })
  if (status !== 0) throw new SetupError(`"gleaner ${args.join(' ')}" ended with ${status}.`)
}

function title(text) {
  process.stdout.write(`\n${text}\n${'─'.repeat(text.length)}\n`)
}

async function headless() {
  const home =
    process.env.GLEANER_HOME ??
    join(process.env.XDG_DATA_HOME ?? join(homedir(), '.local/share'), 'gleaner')
  const corpus = join(home, 'corpora', 'sample.gleaner')
  process.stdout.write(
    'There is no screen here (DISPLAY is not set): the sample is done on the command line.\n',
  )
  title('Ingest')
  if (!existsSync(corpus)) gleaner('init', corpus)
  gleaner('ingest', corpus, join(ROOT, 'resources/sample'))
  title('Alts that also stand in the text')
  gleaner('spans', 'alts', corpus, '--once')
  gleaner('spans', 'report', corpus, '--examples', '2')
  title('Score')
  gleaner('score', corpus)
  title('Scores')
  gleaner('histogram', corpus, '--bins', '24')
  title('Some pairs')
  gleaner('pairs', corpus, '--limit', '12')
  title('Export of what has an alt text')
  rmSync(OUTPUT, { recursive: true, force: true })
  gleaner(
    'export',
    corpus,
    '--format',
    'webdataset',
    '--where',
    'alt:*',
    '--out',
    join(OUTPUT, 'dataset'),
  )
  title('Pictures of the window')
  await withVirtualDisplay((display) => {
    const { status } = spawnSync(
      nodePath(),
      [join(ROOT, 'scripts/views.ts'), '--out', join(OUTPUT, 'views')],
      {
        stdio: 'inherit',
        env: environment({ ...display, GLEANER_NODE: nodePath(), GLEANER_HOME: home }),
      },
    )
    if (status !== 0) throw new SetupError('the pictures of the window could not be taken.')
  })
  title('Where things are')
  process.stdout.write(
    `corpus   ${corpus}\ndataset  ${join(OUTPUT, 'dataset')}\nviews    ${join(OUTPUT, 'views')}\n`,
  )
}

guarded(async () => {
  const began = Date.now()
  setUp()
  process.stderr.write(`setup: ready after ${((Date.now() - began) / 1000).toFixed(1)} s\n`)
  if (hasDisplay()) openWindow()
  else await headless()
})
