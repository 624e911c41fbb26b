/** A screen for a machine that has none. */
import { spawn } from 'node:child_process'

/**
 * Runs `work` with DISPLAY set to a screen of its own (Xvfb picks a free number), and ends the
 * screen afterwards.
 */
export async function withVirtualDisplay(work, size = '1600x1000x24') {
  const server = spawn('Xvfb', ['-displayfd', '3', '-screen', '0', size, '-nolisten', 'tcp'], {
    stdio: ['ignore', 'ignore', 'ignore', 'pipe'],
  })
  const number = await new Promise((resolve, reject) => {
    let text = ''
    server.stdio[3].on('data', (chunk) => {
      text += chunk
      if (text.includes('\n')) resolve(text.trim())
    })
    server.on('error', reject)
    server.on('exit', (code) =>
      reject(new Error(`Xvfb ended with code ${code} before it was ready`)),
    )
  })
  try {
    return await work({ DISPLAY: `:${number}` })
  } finally {
    server.kill()
  }
}
