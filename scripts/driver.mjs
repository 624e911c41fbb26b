/**
 * Mesa's software driver for WebGPU, unpacked into `.setup/vulkan` without installing it. Bookworm's
 * own is too old, its backports' is not. Where it cannot be had, what needs it is skipped.
 */
import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { ROOT } from './setup.mjs'

const DRIVER = join(ROOT, '.setup/vulkan')

/** The mirror that this machine's apt uses. */
function mirror() {
  const { stdout } = spawnSync('apt-get', ['indextargets', '--format', '$(REPO_URI)'], {
    encoding: 'utf8',
  })
  const found = stdout?.split('\n').find((line) => /\/debian\/?$/.test(line))
  if (!found) throw new Error('apt knows no mirror of Debian')
  return found.replace(/\/$/, '')
}

const PACKAGES = [
  [
    'pool/main/m/mesa/mesa-vulkan-drivers_25.0.7-2~bpo12+1_amd64.deb',
    '3899f1800424c60a05df5d6913076a526ca8fdbabec43672cd397563d1ca3263',
  ],
  [
    'pool/main/libd/libdrm/libdrm2_2.4.123-1~bpo12+1_amd64.deb',
    '9cc2f341964286295124a32d3625edb76730500625e54a1e682761f883064d7b',
  ],
  [
    'pool/main/libd/libdrm/libdrm-amdgpu1_2.4.123-1~bpo12+1_amd64.deb',
    '334e2ae389af0e9cb607c2ccfbbf7ae9feb34131ff998550baeffeeae6cda296',
  ],
  [
    'pool/main/v/vulkan-loader/libvulkan1_1.3.239.0-1_amd64.deb',
    '622f28b807ba55a1f5ad1622ff83aa2c5b11fedbec074850e04c10a8f28b43d3',
  ],
]

/** null when what came is not what was meant, such as half a file. */
async function download(url, sha256, signal) {
  try {
    const response = await fetch(url, { signal })
    if (!response.ok) throw new Error(`HTTP ${response.status}`)
    const bytes = Buffer.from(await response.arrayBuffer())
    return createHash('sha256').update(bytes).digest('hex') === sha256 ? bytes : null
  } catch (error) {
    if (signal.aborted) throw new Error(`${url}: it takes too long`, { cause: error })
    throw new Error(`${url}: ${error.cause?.message ?? error.message}`, { cause: error })
  }
}

/** Shared libraries that the driver needs and the machine does not have. */
function missingLibraries(folder) {
  const libraries = join(folder, 'usr/lib/x86_64-linux-gnu')
  const { stdout = '' } = spawnSync('ldd', [join(libraries, 'libvulkan_lvp.so')], {
    encoding: 'utf8',
    env: { ...process.env, LD_LIBRARY_PATH: libraries },
  })
  return [...stdout.matchAll(/^\s*(\S+) => not found/gm)].map((match) => match[1])
}

/** Unpacks the driver where it is not there yet. Says on standard error why it cannot. */
export async function unpackDriver(seconds = 120) {
  const isDebian = process.platform === 'linux' && process.arch === 'x64'
  if (!isDebian || existsSync(DRIVER) || spawnSync('dpkg', ['--version']).status !== 0) return
  const folder = `${DRIVER}.part`
  try {
    const from = mirror()
    const signal = AbortSignal.timeout(seconds * 1000)
    rmSync(folder, { recursive: true, force: true })
    mkdirSync(folder, { recursive: true })
    for (const [path, sha256] of PACKAGES) {
      const url = `${from}/${path}`
      const bytes = (await download(url, sha256, signal)) ?? (await download(url, sha256, signal))
      if (!bytes) throw new Error(`${path} has another checksum than it should`)
      const file = join(folder, 'package.deb')
      writeFileSync(file, bytes)
      if (spawnSync('dpkg', ['-x', file, folder]).status !== 0) throw new Error(`dpkg -x ${path}`)
      rmSync(file)
    }
    const missing = missingLibraries(folder)
    if (missing.length > 0) throw new Error(`this machine lacks ${missing.join(', ')}`)
    renameSync(folder, DRIVER)
  } catch (error) {
    rmSync(folder, { recursive: true, force: true })
    process.stderr.write(
      `no software driver for webgpu (${error.message}); what needs it is skipped\n`,
    )
  }
}
