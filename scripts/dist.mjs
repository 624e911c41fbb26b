/** `npm run dist`: the app for this platform, unpacked, in `dist/`. */
import { join } from 'node:path'
import { packageApp } from './package.mjs'
import { guarded, ROOT, setUp } from './setup.mjs'

guarded(() => {
  setUp()
  process.stdout.write(`made ${packageApp(join(ROOT, 'dist'))}\n`)
})
