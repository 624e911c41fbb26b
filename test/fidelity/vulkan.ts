/** A software driver for WebGPU: Mesa's lavapipe, of the system or unpacked into `.setup/vulkan`. */
import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const UNPACKED = fileURLToPath(new URL('../../.setup/vulkan/', import.meta.url))

/**
 * The environment in which onnxruntime's webgpu finds the driver, or null where there is none.
 * `npm test` and `npm run fidelity` unpack Debian's packages of it where they can be had; see
 * scripts/driver.mjs.
 */
export function softwareVulkan(): { name: string; env: NodeJS.ProcessEnv } | null {
  if (process.platform !== 'linux') return null
  const own = join(UNPACKED, 'usr/share/vulkan/icd.d')
  for (const folder of [own, '/usr/share/vulkan/icd.d']) {
    const file = existsSync(folder)
      ? readdirSync(folder).find((name) => /^lvp_icd.*\.json$/.test(name))
      : undefined
    if (file === undefined) continue
    const isOwn = folder === own
    const libraries = join(UNPACKED, 'usr/lib/x86_64-linux-gnu')
    const env: NodeJS.ProcessEnv = { ...process.env, VK_DRIVER_FILES: join(folder, file) }
    if (isOwn) {
      env.LD_LIBRARY_PATH = [libraries, process.env.LD_LIBRARY_PATH].filter(Boolean).join(':')
    }
    return { name: "Mesa's lavapipe, software Vulkan", env }
  }
  return null
}
