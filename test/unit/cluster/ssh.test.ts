import { expect, test } from 'vitest'
import { Launcher } from '#shared/settings.ts'
import { launching } from '../../../src/main/cluster/index.ts'

test.each(['-oProxyCommand=true', ''])(
  'a host that ssh would take for an option is refused: %j',
  (host) => {
    const launcher = Launcher.parse({ name: 'gpu', kind: 'ssh', submit: 'true', host })
    expect(() => launching(launcher)).toThrow(/has no host/)
  },
)
