import { spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { FuseState, FuseV1Options, getCurrentFuseWire } from '@electron/fuses'
import { describe, expect, test } from 'vitest'
import viteConfig from '../../electron.vite.config.ts'
import { shippedPackages } from '../../scripts/licences.mjs'
import { resourcesFolder } from '../../scripts/package.mjs'

const ROOT = resolve(import.meta.dirname, '../..')
const config = JSON.parse(readFileSync(join(ROOT, 'build/electron-builder.json'), 'utf8')) as {
  files: string[]
  electronFuses: Record<string, boolean>
}

/** `npm run dist` made it, or it is named. */
function findPackage(): string | null {
  const named = process.env['GLEANER_PACKAGE']
  if (named) return named
  const dist = join(ROOT, 'dist')
  const name = existsSync(dist) && readdirSync(dist).find((entry) => /unpacked$|^mac/.test(entry))
  return name ? join(dist, name) : null
}

describe('what is packed', () => {
  test('the fuses leave Electron no way to run anything but the program', () => {
    expect(config.electronFuses).toEqual({
      runAsNode: false,
      enableCookieEncryption: true,
      enableNodeOptionsEnvironmentVariable: false,
      enableNodeCliInspectArguments: false,
      // The engine is plain Node and reads no asar: docs/security.md.
      enableEmbeddedAsarIntegrityValidation: false,
      onlyLoadAppFromAsar: false,
      loadBrowserProcessSpecificV8Snapshot: false,
      grantFileProtocolExtraPrivileges: false,
    })
  })

  test('every module that the build leaves outside is kept by the packager', () => {
    const { main } = viteConfig as {
      main: { build: { rollupOptions: { external: string[] } } }
    }
    const rule = config.files.find((line) => line.startsWith('!node_modules/!('))
    const kept = /!\(([^)]*)\)/.exec((rule as string).slice(1))?.[1]?.split('|') ?? []
    for (const name of main.build.rollupOptions.external) {
      if (name !== 'electron') expect(kept).toContain(name)
    }
  })

  test('each package that is part of the program brings its licence', () => {
    const packages = shippedPackages(ROOT)
    expect(packages.length).toBeGreaterThan(30)
    expect(packages.filter(({ license }) => license === null)).toEqual([])
    // They name a licence and bring no text of it.
    const without = packages.filter(({ texts }) => texts.length === 0).map(({ name }) => name)
    for (const name of without) {
      expect(name).toMatch(
        /^(onnxruntime-(common|node)|to-data-view|type-fest|@vue\/devtools-api|@rolldown\/binding-.*)$/,
      )
    }
    const libvips = packages.find(({ name }) => name.startsWith('@img/sharp-libvips'))
    if (libvips) expect(libvips.texts).toEqual(expect.arrayContaining(['README.md']))
  })
})

const app = findPackage()

describe.skipIf(app === null)(
  app === null ? 'the packed program (skipped: npm run dist makes one)' : 'the packed program',
  () => {
    // The body is read, too, where the tests are skipped.
    const folder = app ?? ''
    const resources = resourcesFolder(folder)
    const modules = join(resources, 'app/node_modules')

    test('has its fuses blown', async () => {
      const executable =
        process.platform === 'darwin'
          ? join(folder, 'Gleaner.app')
          : join(folder, process.platform === 'win32' ? 'gleaner.exe' : 'gleaner')
      const wire = await getCurrentFuseWire(executable)
      const isOn = (option: FuseV1Options): boolean => wire[option] === FuseState.ENABLE
      expect(isOn(FuseV1Options.RunAsNode)).toBe(false)
      expect(isOn(FuseV1Options.EnableCookieEncryption)).toBe(true)
      expect(isOn(FuseV1Options.EnableNodeOptionsEnvironmentVariable)).toBe(false)
      expect(isOn(FuseV1Options.EnableNodeCliInspectArguments)).toBe(false)
      expect(isOn(FuseV1Options.LoadBrowserProcessSpecificV8Snapshot)).toBe(false)
      expect(isOn(FuseV1Options.GrantFileProtocolExtraPrivileges)).toBe(false)
    })

    test('has the licences of what it holds', () => {
      const licences = join(resources, 'licences')
      for (const file of ['LICENSE', 'README.md', 'LGPL-3.0.txt', 'GPL-3.0.txt', 'packages.json']) {
        expect(existsSync(join(licences, file)), file).toBe(true)
      }
      expect(readdirSync(join(licences, 'packages')).length).toBeGreaterThan(30)
      expect(existsSync(join(modules, '@img/colour/LICENSE.md'))).toBe(true)
      const held = join(licences, 'packages')
      const libvips = readdirSync(held).find((name) => name.startsWith('@img+sharp-libvips'))
      if (libvips) {
        const notes = readFileSync(join(held, libvips, 'README.md'), 'utf8')
        expect(notes).toMatch(/libvips +\| LGPLv3/)
      }
      expect(existsSync(join(folder, 'LICENSES.chromium.html'))).toBe(true)
    })

    test('holds the binaries of this platform alone', () => {
      const natives = readdirSync(join(modules, 'tokenizers')).filter((name) =>
        name.endsWith('.node'),
      )
      expect(natives.length).toBeGreaterThan(0)
      for (const name of natives) {
        expect(name).toContain(`.${process.platform}-${process.arch}`)
      }
    })

    test.skipIf(process.platform !== 'linux')('does its work on its own Node', () => {
      const home = mkdtempSync(join(tmpdir(), 'gleaner-packed-'))
      const run = (...args: string[]): string => {
        const { stdout, stderr, status } = spawnSync(join(folder, 'bin/gleaner'), args, {
          env: { PATH: '/usr/bin:/bin', HOME: home, GLEANER_HOME: join(home, 'home') },
          encoding: 'utf8',
        })
        expect(status, stderr).toBe(0)
        return stdout
      }
      const corpus = join(home, 'a.gleaner')
      run('init', corpus)
      run('ingest', corpus, join(resources, 'resources/sample/gleaner-sample.warc.gz'))
      run('score', corpus, '--text', 'alt')
      expect(JSON.parse(run('stats', corpus, '--json'))).toMatchObject({ pairs: 875 })
      rmSync(home, { recursive: true, force: true })
    })
  },
)
