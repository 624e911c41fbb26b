import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import type { ElectronApplication, Page } from '@playwright/test'
import { inertPage } from '../../src/main/extraction/inert.ts'
import { HOSTILE_SHEETS } from '../support/hostile-css.ts'
import { nodePath } from '../../scripts/setup.mjs'
import { answerQuestions, expect, launch, questionsOf, test as base } from './support.ts'
import type { Running } from './support.ts'

const SAMPLE = resolve(import.meta.dirname, '../../resources/sample/gleaner-sample.warc.gz')
type Reply = { ok: true; value: unknown } | { ok: false; error: { kind: string; message: string } }

/** As a script that took over the window: it has the bridge, and nothing else. */
const call = (page: Page, name: string, input: unknown): Promise<Reply> =>
  page.evaluate(
    ([n, i]) =>
      (
        window as unknown as { gleaner: { call(n: string, i: unknown): Promise<Reply> } }
      ).gleaner.call(n as string, i),
    [name, input] as const,
  )

async function value<T>(page: Page, name: string, input: unknown): Promise<T> {
  const reply = await call(page, name, input)
  expect(reply).toMatchObject({ ok: true })
  return (reply as { value: T }).value
}

/** One program for all: each test leaves it as it was. */
const test = base.extend<object, { running: Running & { home: string } }>({
  running: [
    async ({}, use) => {
      const home = mkdtempSync(join(tmpdir(), 'gleaner-security-'))
      const started = await launch(home)
      await expect(started.page.getByRole('option').first()).toBeVisible({ timeout: 60_000 })
      await use({ ...started, home })
      await started.close()
      rmSync(home, { recursive: true, force: true })
    },
    { scope: 'worker' },
  ],
})

test('the window is sandboxed, isolated and has no Node', async ({ running: { app } }) => {
  const preferences = await app.evaluate(({ BrowserWindow }) => {
    const { webContents } = BrowserWindow.getAllWindows()[0] as Electron.BrowserWindow
    return (
      webContents as unknown as { getLastWebPreferences(): Record<string, unknown> }
    ).getLastWebPreferences()
  })
  expect(preferences).toMatchObject({
    sandbox: true,
    contextIsolation: true,
    nodeIntegration: false,
    nodeIntegrationInSubFrames: false,
    webSecurity: true,
    allowRunningInsecureContent: false,
    experimentalFeatures: false,
    webviewTag: false,
  })
  expect(preferences['enableBlinkFeatures'] ?? '').toBe('')
})

test('what is missing below gleaner:// carries a policy and finds no bridge', async ({
  running: { app },
}) => {
  const looked = await app.evaluate(async ({ app: program, BrowserWindow, net }) => {
    // As the window is made.
    const like: Electron.WebPreferences = {
      preload: `${program.getAppPath()}/out/preload/index.cjs`,
      sandbox: true,
      additionalArguments: ['--gleaner-page=gleaner://app/index.html'],
    }
    const found: Record<string, unknown>[] = []
    for (const address of [
      'gleaner://app/',
      'gleaner://app/nothing.html',
      'gleaner://app/assets/',
      'gleaner://app/assets',
      'gleaner://app/%',
      'gleaner://app/..%2f..%2fpackage.json',
      'gleaner://app/%2e%2e/%2e%2e/package.json',
      'gleaner://app/..%5c..%5cpackage.json',
      'gleaner://app/index.html/x',
      'gleaner://elsewhere/',
      'gleaner://picture/0?corpus=/etc',
      'gleaner://thumb/0',
    ]) {
      const response = await net.fetch(address)
      const window = new BrowserWindow({ show: false, webPreferences: { ...like } })
      await window.loadURL(address).catch(() => undefined)
      found.push({
        address,
        status: response.status,
        policy: response.headers.get('content-security-policy') ?? '',
        bridge: await window.webContents
          .executeJavaScript('typeof window.gleaner')
          .catch(() => 'refused'),
      })
      window.destroy()
    }
    const window = new BrowserWindow({ show: false, webPreferences: { ...like } })
    await window.loadURL('gleaner://app/index.html')
    const own = await window.webContents.executeJavaScript('typeof window.gleaner')
    window.destroy()
    return { found, own }
  })
  for (const one of looked.found) {
    expect(one).toMatchObject({
      status: 404,
      policy: expect.stringContaining("default-src 'none'"),
    })
    expect(one['bridge'], String(one['address'])).toMatch(/^(undefined|refused)$/)
  }
  // The same window on the real page: the look is able to see one.
  expect(looked.own).toBe('object')
})

test('the window goes nowhere and opens nothing, whatever tries', async ({
  running: { app, page, home },
}) => {
  const before = page.url()
  writeFileSync(join(home, 'dropped.html'), '<title>dropped</title>')
  const tries = [
    `location.href = 'https://example.org/'`,
    `location.href = 'about:blank'`,
    `location.replace('about:blank')`,
    `location.href = 'about:srcdoc'`,
    `location.href = 'data:text/html,x'`,
    `location.href = 'file:///etc/passwd'`,
    `location.href = 'javascript:document.body.textContent = 1'`,
    `location.href = URL.createObjectURL(new Blob(['<p>x'], { type: 'text/html' }))`,
    `location.href = 'gleaner://app/nothing.html'`,
    `location.href = 'gleaner://picture/${'0'.repeat(64)}'`,
    `location.href = 'chrome://gpu'`,
    `open('about:blank')`,
    `open('gleaner://app/index.html')`,
    `open('https://example.org/', '_blank', 'nodeIntegration=yes')`,
    `open(URL.createObjectURL(new Blob(['x'])))`,
    `const a = document.createElement('a'); a.href = 'about:blank'; a.target = '_blank'; document.body.append(a); a.click(); a.remove()`,
    `const f = document.createElement('form'); f.action = 'https://example.org/'; document.body.append(f); f.submit(); f.remove()`,
    `const m = document.createElement('meta'); m.httpEquiv = 'refresh'; m.content = '0;url=https://example.org/'; document.head.append(m); m.remove()`,
    `const w = document.createElement('webview'); w.src = 'gleaner://app/index.html'; document.body.append(w); w.remove()`,
    `const i = document.createElement('iframe'); i.src = 'gleaner://app/index.html'; document.body.append(i); window.frame1 = i`,
    `const i = document.createElement('iframe'); i.src = 'about:blank'; document.body.append(i); window.frame2 = i`,
  ]
  for (const script of tries) {
    await page.evaluate((text) => void setTimeout(text), '0').catch(() => undefined)
    // As a script of the page: its policy forbids text as code.
    await page.evaluate(`(() => { ${script} })()`).catch(() => undefined)
    await page.waitForTimeout(60)
    // Where there is another page for a moment, it has no bridge.
    const [url, bridge] = await page
      .evaluate(() => [location.href, typeof (window as { gleaner?: unknown }).gleaner])
      .catch(() => ['gone', 'undefined'])
    expect(url === before || bridge === 'undefined', script).toBe(true)
    await expect.poll(() => page.url(), script).toBe(before)
  }
  // A frame that was made by a script holds no bridge of its own.
  const inFrames = await page.evaluate(() => {
    const frames = window as unknown as Record<string, HTMLIFrameElement>
    return ['frame1', 'frame2'].map((name) => {
      const frame = frames[name] as HTMLIFrameElement
      try {
        return typeof (frame.contentWindow as unknown as { gleaner?: unknown }).gleaner
      } catch {
        return 'unreachable'
      } finally {
        frame.remove()
      }
    })
  })
  for (const one of inFrames) expect(one).toMatch(/undefined|unreachable/)

  // A file and an address that are dropped on it.
  const client = await page.context().newCDPSession(page)
  for (const data of [
    { items: [], files: [join(home, 'dropped.html')], dragOperationsMask: 1 },
    {
      items: [{ mimeType: 'text/uri-list', data: 'https://example.org/' }],
      dragOperationsMask: 1,
    },
  ]) {
    for (const type of ['dragEnter', 'dragOver', 'drop'] as const) {
      await client.send('Input.dispatchDragEvent', { type, x: 400, y: 300, data })
    }
    await page.waitForTimeout(150)
    expect(page.url()).toBe(before)
  }
  await page.keyboard.press('Escape')
  expect(app.windows()).toHaveLength(1)
  expect(await app.evaluate(({ webContents }) => webContents.getAllWebContents().length)).toBe(1)
})

test('permissions are refused, when asked for and when looked up', async ({
  running: { page, app },
}) => {
  const states = await page.evaluate(async () => {
    const names =
      'geolocation notifications camera microphone midi push clipboard-read persistent-storage idle-detection local-fonts window-management'
    const found: Record<string, string> = {}
    for (const name of names.split(' ')) {
      try {
        found[name] = (await navigator.permissions.query({ name: name as PermissionName })).state
      } catch {
        found[name] = 'unknown'
      }
    }
    found['media'] = await (
      navigator.mediaDevices?.getUserMedia({ audio: true }) ?? Promise.reject(new Error('none'))
    )
      .then(() => 'granted')
      .catch(() => 'denied')
    found['position'] = await new Promise((done) =>
      navigator.geolocation.getCurrentPosition(
        () => done('granted'),
        () => done('denied'),
      ),
    )
    found['read'] = await navigator.clipboard
      .readText()
      .then(() => 'granted')
      .catch(() => 'denied')
    return found
  })
  for (const [name, state] of Object.entries(states))
    expect(`${name} ${state}`).not.toMatch(/granted|prompt/)
  // What charts need is there.
  await page.evaluate(() => navigator.clipboard.writeText('copied'))
  expect(await app.evaluate(({ clipboard }) => clipboard.readText())).toBe('copied')
  expect(
    await app.evaluate(({ session }) => session.defaultSession.getSpellCheckerLanguages()),
  ).toEqual([])
})

test('a script in the window reaches no network', async ({ running: { page } }) => {
  const reached = await page.evaluate(async () => {
    const outcomes: string[] = []
    const note = async (what: Promise<unknown>) =>
      outcomes.push(await what.then(() => 'reached').catch(() => 'refused'))
    for (const address of ['http://127.0.0.1:9/', 'https://example.org/', 'file:///etc/passwd']) {
      await note(fetch(address))
      await note(
        new Promise((done, fail) => {
          const image = new Image()
          image.onload = done
          image.onerror = fail
          image.src = address
        }),
      )
    }
    await note(
      new Promise((done, fail) => {
        try {
          const socket = new WebSocket('ws://127.0.0.1:9/')
          socket.onopen = done
          socket.onerror = fail
        } catch (error) {
          fail(error as Error)
        }
      }),
    )
    const evaluated = ((): string => {
      try {
        return String(new Function('return 1')())
      } catch {
        return 'refused'
      }
    })()
    return [...outcomes, evaluated]
  })
  for (const one of reached) expect(one).toBe('refused')
})

/** A package whose command leaves a mark. */
function makePackage(folder: string, script: string): void {
  mkdirSync(folder, { recursive: true })
  const input = { base: 'x' }
  const manifest = {
    kind: 'gleaner-span-package',
    format: 1,
    createdAt: '',
    contentHash: '',
    software: '',
    input,
    splits: [],
    origins: [],
    baselines: [],
    warnings: [],
    files: [],
  }
  writeFileSync(join(folder, 'gleaner-package.json'), JSON.stringify(manifest))
  writeFileSync(join(folder, 'config.json'), JSON.stringify({ epochs: 1, title: 'x', base: 'x' }))
  writeFileSync(join(folder, 'train.py'), script)
}

test('a launcher runs nothing that a person has not allowed', async ({
  running: { page, app, home },
}) => {
  const [{ path: corpus }] = await value<[{ path: string }]>(page, 'corpora.recent', {})
  const folder = join(home, 'package')
  const marks = join(home, 'marks')
  makePackage(folder, 'a')
  const runs = (): number => (existsSync(marks) ? readFileSync(marks, 'utf8').length : 0)
  const command = (extra = ''): string => `printf x >> '${marks}'${extra}`
  const set = (submit: string): Promise<unknown> =>
    value(page, 'settings.set', {
      launchers: [
        {
          name: 'here',
          kind: 'local',
          submit,
          host: null,
          folder: null,
          status: null,
          cancel: null,
        },
      ],
    })
  const asked = async (): Promise<number> => (await questionsOf(app)).length
  const go = async (): Promise<Reply> => {
    const reply = await call(page, 'jobs.launch', { corpus, package: folder, launcher: 'here' })
    await untilIdle(page)
    return reply
  }

  await set(command())
  await call(page, 'jobs.clear', {})
  await answerQuestions(app, false)
  let n = await asked()
  // The package first, which nobody chose in a dialog.
  expect(await go()).toMatchObject({ ok: false, error: { kind: 'refused' } })
  expect(await asked()).toBe(n + 1)
  await app.evaluate(({ dialog }, path) => {
    dialog.showOpenDialog = () => Promise.resolve({ canceled: false, filePaths: [path] })
  }, folder)
  await value(page, 'shell.openFolder', { title: 'package' })

  expect(await go()).toMatchObject({ ok: false, error: { kind: 'refused' } })
  expect(runs()).toBe(0)
  const question = (await questionsOf(app)).at(-1)
  expect(question?.message).toBe('Run this command on this computer?')
  expect(question?.detail).toContain(command())
  expect(question?.detail).toContain(folder)

  await answerQuestions(app, true)
  n = await asked()
  expect(await go()).toMatchObject({ ok: true })
  expect(await asked()).toBe(n + 1)
  expect(runs()).toBe(1)

  // The same once more: remembered. By the list of jobs, too.
  await answerQuestions(app, false)
  expect(await go()).toMatchObject({ ok: true })
  expect(runs()).toBe(2)
  const [job] = await value<{ id: string; kind: string }[]>(page, 'jobs.list', {}).then((jobs) =>
    jobs.filter(({ kind }) => kind === 'launch'),
  )
  expect(await call(page, 'jobs.resume', { job: job?.id })).toMatchObject({ ok: true })
  await untilIdle(page)
  expect(runs()).toBe(3)
  expect(await asked()).toBe(n + 1)

  // Another command under the same name, also by way of the list of jobs.
  await set(command('; true'))
  expect(await go()).toMatchObject({ ok: false, error: { kind: 'refused' } })
  expect(await call(page, 'jobs.resume', { job: job?.id })).toMatchObject({
    ok: false,
    error: { kind: 'refused' },
  })
  // Another script, a module that Python would find beside it, another folder.
  await set(command())
  writeFileSync(join(folder, 'train.py'), 'b')
  expect(await go()).toMatchObject({ ok: false })
  writeFileSync(join(folder, 'train.py'), 'a')
  writeFileSync(join(folder, 'torch.py'), 'evil')
  expect(await go()).toMatchObject({ ok: false })
  rmSync(join(folder, 'torch.py'))
  expect(await asked()).toBe(n + 5)
  expect(runs()).toBe(3)

  // What turns the text round is shown for what it is; what cannot be shown whole is not run.
  await set(`echo \u202e;${command()}`)
  await go()
  expect((await questionsOf(app)).at(-1)?.detail).toContain('\\u{202e}')
  await answerQuestions(app, true)
  await set(`echo ${'x'.repeat(1200)};${command()}`)
  expect(await go()).toMatchObject({ ok: false, error: { kind: 'refused' } })
  expect(runs()).toBe(3)

  // Nobody but the shell may say that something was allowed.
  for (const name of ['consent.allowLaunch', 'consent.launchQuestion', 'consent.jobInput']) {
    expect(await call(page, name, { digests: ['0'.repeat(64)], job: job?.id })).toMatchObject({
      ok: false,
      error: { kind: 'invalid-input' },
    })
  }
  await value(page, 'settings.set', { launchers: [] })
})

async function untilIdle(page: Page): Promise<void> {
  await expect
    .poll(
      async () =>
        (await value<{ state: string }[]>(page, 'jobs.list', {})).filter(({ state }) =>
          ['queued', 'running'].includes(state),
        ).length,
      { timeout: 60_000 },
    )
    .toBe(0)
}

test('paths that nobody chose are asked for, and those of the program are refused', async ({
  running: { page, app, home },
}) => {
  const [{ path: corpus }] = await value<[{ path: string }]>(page, 'corpora.recent', {})
  await untilIdle(page)
  await answerQuestions(app, false)
  const secret = join(home, 'secret.csv')
  writeFileSync(secret, 'prompt\nsecret words\n')
  const out = join(home, 'out')
  const refused = { ok: false, error: { kind: 'refused' } }
  for (const [name, input] of [
    ['tables.recognise', { path: secret }],
    ['prompts.import', { corpus, file: secret }],
    ['jobs.ingest', { corpus, inputs: [SAMPLE, secret], images: 'archive' }],
    ['jobs.pictures', { corpus, images: `folder:${home}` }],
    ['jobs.export', { corpus, format: 'jsonl', out }],
    ['labels.export', { corpus, out: join(home, 'labels.out') }],
    ['corpora.create', { path: join(home, 'new.gleaner') }],
    ['corpora.open', { path: join(home, 'other.gleaner') }],
    ['pairs.page', { corpus: '/somewhere/else.gleaner', selection: 'x', offset: 0, limit: 1 }],
    ['jobs.measure', { measure: 'fd', a: home, b: home, model: 'x' }],
    ['models.add', { source: home }],
  ] as const) {
    const n = (await questionsOf(app)).length
    expect(await call(page, name, input), name).toMatchObject(refused)
    expect((await questionsOf(app)).length, name).toBe(n + 1)
  }
  expect(existsSync(out)).toBe(false)

  // Allowed once, it is not asked again; what lies beside it is.
  await answerQuestions(app, true)
  await value(page, 'tables.recognise', { path: secret })
  const n = (await questionsOf(app)).length
  await value(page, 'tables.recognise', { path: secret })
  expect((await questionsOf(app)).length).toBe(n)
  // To read is not to write.
  await call(page, 'labels.export', { corpus, out: secret })
  expect((await questionsOf(app)).length).toBe(n + 1)

  // Not even by a yes.
  for (const own of [
    'settings.json',
    'approved-commands.json',
    'window/granted-paths.json',
    'models/x',
    'sub/../recent.json',
  ]) {
    expect(await call(page, 'labels.export', { corpus, out: join(home, own) }), own).toMatchObject(
      refused,
    )
  }
  expect((await questionsOf(app)).length).toBe(n + 1)
  // Nor are shares of other machines shown, nor PDFs printed over what was not chosen.
  expect(await call(page, 'shell.showInFolder', { path: '\\\\evil.example\\share' })).toMatchObject(
    { ok: false },
  )
  expect(
    await call(page, 'shell.reportPdf', {
      html: join(home, 'report.html'),
      out: join(home, 'a.pdf'),
    }),
  ).toMatchObject(refused)
})

/** Every address that a page asks for where nothing holds it back: no policy, no rule of the program. */
function requestsOf(app: ElectronApplication, html: string): Promise<string[]> {
  return app.evaluate(async ({ BrowserWindow, session }, page) => {
    const own = session.fromPartition(`look-${Math.random()}`, { cache: false })
    const asked: string[] = []
    own.webRequest.onBeforeRequest((details, answer) => {
      const isPage =
        details.url.startsWith('data:text/html') && details.resourceType === 'mainFrame'
      if (!isPage) asked.push(details.url)
      answer({ cancel: !isPage })
    })
    const window = new BrowserWindow({
      show: false,
      webPreferences: { session: own, sandbox: true },
    })
    try {
      await window.loadURL(`data:text/html;base64,${page}`)
      await window.webContents.executeJavaScript(
        'document.body.offsetHeight; new Promise((r) => requestAnimationFrame(() => setTimeout(r, 200)))',
      )
    } finally {
      window.destroy()
    }
    return asked
  }, Buffer.from(html).toString('base64'))
}

test('no style sheet of an archived page asks for anything, even without its policy', async ({
  running: { app },
}) => {
  const body =
    '<body><a href=x class="a md:x{" style="background:url(//evil.example/s)" data-x=//evil.example/d>x</a><b x="]{">y</b>'
  const attributes = HOSTILE_SHEETS.map((css) => {
    const declarations = css.replace(/^a\{/, '').replace(/"/g, '&quot;')
    return `<p style="${declarations}">z</p>`
  })
  const sheets = HOSTILE_SHEETS.map((css) => `<style>${css}</style>`)
  const bare = (html: string): string =>
    inertPage(
      html,
      'http://evil.example/',
      { tagStart: -1, before: null, after: null, caption: null },
      () => null,
    ).replace(/<meta http-equiv[^>]*>/, '')
  const together = `<!doctype html>${sheets.join('')}${body}${attributes.join('')}`
  // The control: as it was archived, the same page asks for many things.
  const asked = await requestsOf(app, together.replaceAll('//evil.example', 'http://evil.example'))
  expect(new Set(asked.filter((url) => url.includes('evil.example'))).size).toBeGreaterThan(15)
  const isOutside = (url: string): boolean => !url.startsWith('data:')
  expect((await requestsOf(app, bare(together))).filter(isOutside)).toEqual([])
  // Each alone: what one leaves open must not swallow the others.
  const pages = sheets.map((sheet) => bare(`<!doctype html>${sheet}${body}`))
  const found: string[] = []
  for (let i = 0; i < pages.length; i += 12) {
    const all = await Promise.all(pages.slice(i, i + 12).map((page) => requestsOf(app, page)))
    found.push(...all.flat().filter(isOutside))
  }
  expect(found).toEqual([])
})

interface NetLog {
  constants: { logEventTypes: Record<string, number>; timeTickOffset: number }
  events: { type: number; time: string; params?: Record<string, unknown> }[]
}

/** What of a net log speaks of a network: addresses asked for, names looked up, sockets opened. */
function networkIn(file: string, from: number, to: number): string[] {
  const { constants, events } = JSON.parse(readFileSync(file, 'utf8')) as NetLog
  const names = new Map(Object.entries(constants.logEventTypes).map(([name, n]) => [n, name]))
  return events.flatMap(({ type, params, time }) => {
    // Milliseconds since 1970.
    const at = Number(time) + constants.timeTickOffset
    if (at < from || at >= to) return []
    const name = names.get(type) ?? ''
    const url = String(params?.['url'] ?? '')
    const isOutside = /^(?:https?|wss?|ftp):/.test(url)
    const isSocket =
      /^(?:TCP_CONNECT|TCP_CONNECT_ATTEMPT|UDP_CONNECT|HOST_RESOLVER_MANAGER_REQUEST|HOST_RESOLVER_DNS_TASK|PROXY_RESOLUTION_SERVICE)$/.test(
        name,
      )
    return isOutside || isSocket ? [`${name} ${url} ${JSON.stringify(params ?? {})}`] : []
  })
}

test('the program makes no network of its own', async ({}) => {
  test.setTimeout(90_000)
  const home = mkdtempSync(join(tmpdir(), 'gleaner-net-'))
  const log = join(home, 'net.json')
  const sockets = join(home, 'sockets.txt')
  // The engine and what it starts: each socket that Node opens outwards is written down.
  const watch = join(home, 'watch.mjs')
  writeFileSync(
    watch,
    `import { subscribe } from 'node:diagnostics_channel'
import { appendFileSync } from 'node:fs'
appendFileSync(${JSON.stringify(sockets)}, 'started ')
subscribe('net.client.socket', () => appendFileSync(${JSON.stringify(sockets)}, 'socket '))
`,
  )
  const node = join(home, 'node')
  writeFileSync(node, `#!/bin/sh\nNODE_OPTIONS='--import ${watch}' exec '${nodePath()}' "$@"\n`, {
    mode: 0o755,
  })
  const hits: string[] = []
  let control = 0
  const server = createServer((request, response) => {
    hits.push(request.url ?? '')
    response.end('x')
  }).listen(0, '127.0.0.1')
  await new Promise((done) => server.once('listening', done))
  const { port } = server.address() as AddressInfo
  try {
    const { app, page, close } = await launch(home, { GLEANER_NODE: node }, [
      `--log-net-log=${log}`,
      '--net-log-capture-mode=Everything',
    ])
    await expect(page.getByRole('option').first()).toBeVisible({ timeout: 60_000 })
    await untilIdle(page)
    // Typing is where a dictionary would be asked for.
    await page.keyboard.press('/')
    await page.keyboard.type('alt:cat')
    await page.keyboard.press('Escape')
    await page.evaluate((p) => navigator.sendBeacon(`http://127.0.0.1:${p}/beacon`, 'x'), port)
    await page.waitForTimeout(3000)
    expect(hits).toEqual([])
    control = Date.now()
    // The control: what is tried is in the log. Not even the shell itself comes through.
    const tried = await app.evaluate(({ session }, p) => {
      const own = session.fromPartition('control')
      own.webRequest.onBeforeRequest(null)
      return own.fetch(`http://127.0.0.1:${p}/control`).then(() => 'reached', String)
    }, port)
    expect(tried).toContain('ERR_NAME_NOT_RESOLVED')
    await close()
  } finally {
    server.close()
  }
  expect(hits).toEqual([])
  expect(networkIn(log, control, Infinity).join()).toContain('/control')
  expect(networkIn(log, 0, control)).toEqual([])
  const lines = readFileSync(sockets, 'utf8')
  expect(lines).toContain('started')
  expect(lines).not.toContain('socket')
  rmSync(home, { recursive: true, force: true })
})
